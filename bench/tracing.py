"""Tracing quotes of a leak in a million posts: recall, precision, false-alarm rate and CPU-seconds.

    python bench/tracing.py [--posts N] [--quotes N] [--seeds 1 2 3] [--documents claims reports sentences posts]

Posts are real ones; documents are put together from other texts, 88 of 400 words. Half of the posts are older than the
leak. In the others quotes of 6 to 12 words are planted: exact, with one word exchanged, inside a comment.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from common import DATA
from tocsin.detect.leaks.base import LeakTables
from tocsin.detect.leaks.run import Found, look
from tocsin.detect.leaks.tracing import DETECTOR
from tocsin.model.paper import Paper
from tocsin.model.post import POSTS

SHARED = DATA.parent
CONTENT = SHARED / "content"
START = datetime(2020, 1, 1, tzinfo=UTC)
KINDS = ("claims", "reports", "sentences", "posts")
DOCUMENTS, WORDS = 88, 400


@dataclass(frozen=True)
class Measured:
    """What came of one run; `by_kind`: recall of each kind of quote."""

    recall: float
    precision: float
    posts_per_cpu_s: float
    leads: int
    by_kind: dict[str, float]


@cache
def background() -> tuple[str, ...]:
    """Texts of real posts."""
    files = ("ira_tweets_dev.parquet", "gop_debate_2015_control.parquet", "up_election_2017_dev.parquet")
    tables = [pq.read_table(DATA / name) for name in files]
    texts = [text for one in tables for text in one["content" if "content" in one.schema.names else "text"].to_pylist()]
    return tuple(text for text in [*texts, *_rows(CONTENT / "near_duplicates/texts.tsv.gz", "text")] if text)


def _rows(path: Path, *columns: str) -> list[str]:
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
        delimiter = "," if path.suffix == ".csv" else "\t"
        return [". ".join(row[name] for name in columns) for row in csv.DictReader(lines, delimiter=delimiter)]


def documents(kind: str, rng: random.Random, count: int = DOCUMENTS) -> list[str]:
    """Stand-in documents of one kind of text."""
    if kind == "claims":
        texts = _rows(CONTENT / "claim_retrieval/claims.tsv", "vclaim", "title")
    elif kind == "reports":
        texts = _rows(SHARED / "incidents/euvsdisinfo/cases_to_2019.csv", "title")
    elif kind == "sentences":
        texts = _rows(CONTENT / "multilingual_sts/pairs.tsv.gz", "sentence1")
    else:
        texts = [text for text in background() if len(text.split()) > 8]
    rng.shuffle(texts)
    words = [word for text in texts[: count * WORDS // 3] for word in text.split()]
    return [" ".join(words[at * WORDS : (at + 1) * WORDS]) for at in range(count)]


def plant(made: Sequence[str], posts: list[str], first: int, quotes: int, rng: random.Random) -> dict[int, str]:
    """Put quotes of documents into posts from `first` on; return their rows and kinds."""
    vocabulary = [word for text in made for word in text.split()]
    planted = {}
    for row in rng.sample(range(first, len(posts)), quotes):
        words, size = rng.choice(made).split(), rng.randint(6, 12)
        at = rng.randrange(len(words) - size)
        quote, kind = words[at : at + size], rng.choice(("exact", "one word exchanged", "inside a comment"))
        if kind == "one word exchanged":
            quote[rng.randrange(size)] = rng.choice(vocabulary)
        if kind == "inside a comment":
            comment = posts[row].split()
            middle = len(comment) // 2
            quote = comment[:middle] + quote + comment[middle:]
        posts[row], planted[row] = " ".join(quote), kind
    return planted


def table(texts: Sequence[str], days: int = 100) -> pa.Table:
    """Posts with these texts, evenly over the days."""
    n = len(texts)
    step = timedelta(days=days) / n
    columns = {
        "post": [str(row) for row in range(n)],
        "account": [f"a{row % 5_000}" for row in range(n)],
        "time": [START + step * row for row in range(n)],
        "text": list(texts),
        "file": ["posts"] * n,
        "row": list(range(1, n + 1)),
    }
    arrays = [pa.array(columns.get(field.name, [None] * n), field.type) for field in POSTS]
    return pa.table(arrays, schema=POSTS)


def tables(kind: str, seed: int, posts: int, quotes: int) -> tuple[LeakTables, dict[int, str]]:
    """A look to be taken, and the rows of the quotes in it."""
    rng = random.Random(seed)
    made = documents(kind, rng)
    known = background()
    if kind == "posts":  # the documents' own sources are no background; near copies of them stay
        held = " ".join(" ".join(made).split())
        known = tuple(text for text in known if " ".join(text.split()) not in held)
    texts = rng.sample(known, posts) if posts <= len(known) else rng.choices(known, k=posts)
    planted = plant(made, texts, posts // 2, quotes, rng)
    papers = tuple(Paper(f"document {n}", f"{n:064x}", "text/plain", b"", (text,)) for n, text in enumerate(made))
    return LeakTables(papers=papers, posts=table(texts), public=START + timedelta(days=50)), planted


def run(kind: str, seed: int, posts: int, quotes: int) -> tuple[Measured, Found]:
    """One measurement."""
    given, planted = tables(kind, seed, posts, quotes)
    begun = time.process_time()
    found = look(given, chosen={DETECTOR.id: DETECTOR})
    spent = time.process_time() - begun
    leads = {one.id for one in found.findings if one.standing == "lead"}  # others only may be quotes
    rows = zip(found.evidence["row"].to_pylist(), found.evidence["finding"].to_pylist(), strict=True)
    hit = {int(row) - 1 for row, finding in rows if finding in leads}
    kinds = sorted(set(planted.values()))
    by_kind = {one: _share([row in hit for row, kind in planted.items() if kind == one]) for one in kinds}
    recall, precision = _share([row in hit for row in planted]), _share([row in planted for row in hit])
    return Measured(recall, precision, posts / spent, len(leads), by_kind), found


def _share(values: Sequence[bool]) -> float:
    return sum(values) / len(values) if values else 0.0


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--posts", type=int, default=1_000_000)
    options.add_argument("--quotes", type=int, default=600)
    options.add_argument("--seeds", type=int, nargs="+", default=[1])
    options.add_argument("--documents", nargs="+", choices=KINDS, default=KINDS[:3])
    given = options.parse_args()
    run("claims", 0, 10_000, 10)  # compile
    for kind in given.documents:
        for seed in given.seeds:
            one, found = run(kind, seed, given.posts, given.quotes)
            kinds = ", ".join(f"{name} {value:.3f}" for name, value in one.by_kind.items())
            print(
                f"{kind}, seed {seed}: recall {one.recall:.3f} ({kinds}), precision {one.precision:.3f}, "
                f"{one.posts_per_cpu_s:,.0f} posts per CPU-second, leads {one.leads}"
            )
            for what, told in found.reading.measured.items():
                print(f"  {what}: {told}")


if __name__ == "__main__":
    main()
