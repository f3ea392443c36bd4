"""Any bytes in: only a TocsinError or batches out, every row accounted for.

`python -m tests.sources.fuzz --seconds 3600` damages the samples at random until the time is over and prints the input
that broke a reader.
"""

from __future__ import annotations

import argparse
import io
import random
import time
from collections.abc import Iterator

from tests.sources import samples
from tests.sources.broken.files import BROKEN

from tocsin.errors import TocsinError
from tocsin.model.post import POSTS
from tocsin.plugins import load
from tocsin.sources.base import Head, ReadOptions
from tocsin.sources.duplicates import Seen

TOKENS = [
    b'"',
    b",",
    b"\n",
    b"\r",
    b"\0",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b"\\",
    b"\\ud800",
    b"\xff",
    b"\xef\xbb\xbf",
    b"&#0;",
    b"&amp;",
    b"1e400",
    b"NaN",
    b"null",
    b"-1",
    b"99999999999999999999",
    b"9.9E+17",
    b"3/4/2016",
    b"\xed\xa0\x80",
    b"\xe2\x80\xae",
    b"true",
    b"{}",
    b"[]",
    b'""',
    b"0",
    b"2024-02-30",
    b"\t",
    b";",
]


def check(source, data: bytes, options: ReadOptions | None = None) -> tuple[int, int]:
    """Sniff and read; returns (posts, rejected). Raises AssertionError or whatever a reader should not raise."""
    sniff = source.sniff(Head("fuzz", data[: 256 << 10], whole=True))
    assert sniff is None or 0 <= sniff.confidence <= 1
    seen, kept, given, dropped, rejected = Seen(), 0, 0, 0, 0
    try:
        for batch in source.read(io.BytesIO(data), "fuzz", options or ReadOptions(batch_rows=64)):
            assert batch.posts.schema.equals(POSTS)
            batch.posts.validate(full=True)
            assert all(row.reason and row.row >= 1 for row in batch.rejected)
            given += len(batch.posts)
            fresh, equal, _ = seen.filter(batch)
            kept += len(fresh.posts)
            dropped += equal
            rejected += len(fresh.rejected)
            assert len(batch.posts) + len(batch.rejected) == len(fresh.posts) + equal + len(fresh.rejected)
    except TocsinError:
        pass
    return kept, rejected


def damage(data: bytes, chance: random.Random) -> bytes:
    """The data with a few random cuts, repeats, swaps and odd tokens."""
    out = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        at = chance.randint(0, len(out))
        kind = chance.randint(0, 5)
        if kind == 0:
            out[at:at] = chance.choice(TOKENS)
        elif kind == 1:
            del out[at : at + chance.randint(1, 40)]
        elif kind == 2 and out:
            out[at % len(out)] = chance.randint(0, 255)
        elif kind == 3:
            out[at:at] = out[at : at + chance.randint(1, 200)]
        elif kind == 4:
            del out[at:]
        else:
            out[at : at + chance.randint(0, 12)] = chance.choice(TOKENS)
    return bytes(out)


def seeds() -> list[bytes]:
    """Every sample and every small broken file."""
    made = [make() for make, _, _ in samples.SAMPLES.values()]
    made += [samples.telegram_full(), samples.mastodon_lines(), samples.youtube_lines(), samples.tiktok_research()]
    return made + [data for case in BROKEN if "bomb" not in case.name and len(data := case.make()) < 100_000]


def run(seconds: float, seed: int = 1) -> int:
    """Fuzz for so long; returns how many inputs were tried. Raises on the first that breaks a reader."""
    chance, sources, start = random.Random(seed), list(load("sources").values()), time.monotonic()
    corpus, tried = seeds(), 0
    for data in _inputs(corpus, chance):
        if time.monotonic() - start > seconds:
            return tried
        for source in sources:
            try:
                check(source, data)
            except Exception as error:
                raise AssertionError(f"{source.id} broke on {data!r}") from error
        tried += 1
    return tried


def _inputs(corpus: list[bytes], chance: random.Random) -> Iterator[bytes]:
    while True:
        yield damage(chance.choice(corpus), chance)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    print(f"{run(given.seconds, given.seed)} inputs, every reader, no surprise")
