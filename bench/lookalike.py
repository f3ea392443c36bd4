"""Match a million observed names with 16,000 protected ones; and what is found of look-alikes that were used.

    python bench/lookalike.py [--feed FILE]

The million names and the 16,000 are made here from syllables and words; one name in a thousand is an imitation.
Where the election data are beside the checkout, the imitations that were used are put among names of governments and
election offices, and, where a feed is given (one name a line), among the names of that feed.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import random
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

import pyarrow as pa

from common import ROOT, markdown, write
from tocsin.detect.voting.base import VotingTables
from tocsin.detect.voting.lookalike import DETECTOR
from tocsin.detect.voting.run import look
from tocsin.sources.names import read_observed, read_official

DATA = ROOT.parent / "shared/data/elections/domains"
OBSERVED, PROTECTED, ONE_IN = 1_000_000, 16_000, 1_000
BUDGET_S = 60
_SYLLABLES = [a + b for a in "bdfghklmnprstvw" for b in ("a", "e", "i", "o", "u", "an", "el", "or")]
_WORDS = [
    "bakery",
    "garage",
    "dental",
    "yoga",
    "books",
    "plumbing",
    "cycles",
    "florist",
    "law",
    "hotel",
    "pets",
    "studio",
]
_ENDINGS = ["com", "net", "org", "info", "shop", "online", "de", "fr", "it", "pl", "co.uk", "com.br", "io", "xyz"]
_LURES = ["login", "vote", "results", "news", "secure"]


def word(drawn: random.Random, least: int, most: int) -> str:
    return "".join(drawn.choices(_SYLLABLES, k=drawn.randint(least, most)))


def made(folder: Path, drawn: random.Random) -> tuple[Path, Path]:
    """The files of protected and of observed names."""
    own = [f"{word(drawn, 3, 6)}{drawn.choice(('', '', 'county', 'votes'))}.gov" for _ in range(PROTECTED)]
    seen = [imitation(drawn, drawn.choice(own)) if n % ONE_IN == 0 else common(drawn) for n in range(OBSERVED)]
    official, observed = folder / "official.txt", folder / "observed.txt"
    official.write_text("\n".join(own) + "\n")
    observed.write_text("\n".join(seen) + "\n")
    return official, observed


def common(drawn: random.Random) -> str:
    part = word(drawn, 2, 4) + (drawn.choice(("", "-")) + drawn.choice(_WORDS) if drawn.random() < 0.5 else "")
    return f"{part}{drawn.randint(1, 99) if drawn.random() < 0.2 else ''}.{drawn.choice(_ENDINGS)}"


def imitation(drawn: random.Random, name: str) -> str:
    label = name.partition(".")[0]
    at = drawn.randrange(1, len(label) - 1)
    typo = label[:at] + label[at + 1 :]
    chosen = drawn.choice((label, typo, f"{label}-{drawn.choice(_LURES)}", drawn.choice(_LURES) + label))
    return f"{chosen}.{drawn.choice(_ENDINGS)}"


def measured(official: pa.Table, observed: pa.Table) -> tuple[set[str], dict[str, Any]]:
    """Names in leads, and what it took."""
    start = time.process_time()
    found = look(VotingTables(official, observed), str, chosen={DETECTOR.id: DETECTOR})
    leads = [finding for finding in found.findings if finding.standing == "lead"]
    names = {one.name for finding in leads for one in finding.targeting.names} if leads else set()
    return names, {"cpu_s": time.process_time() - start, "leads": len(leads)}


def used(others: set[str], feed: Path) -> dict[str, Any]:
    """Recall on the imitations that were used and false alarms among other names."""
    official = read_official([DATA / "lookalike_truth.csv"]).table
    truth = set(read_observed([DATA / "lookalike_truth.csv"]).table["name"].to_pylist())
    observed = read_observed([DATA / "lookalike_truth.csv", feed]).table
    names, cost = measured(official, observed)
    wrong = names & others - truth
    per = len(wrong) / max(len(others), 1) * 10_000
    return {"others": len(others), "recall": len(names & truth) / len(truth), "false in 10,000": per, **cost}


def lawful(folder: Path) -> tuple[set[str], Path]:
    names: set[str] = set()
    for file, name in (("dotgov_registry_2026", "domain"), ("election_office_domains_2020", "registered_domain")):
        with gzip.open(DATA / f"{file}.csv.gz", "rt") as rows:
            names |= {row[name] for row in csv.DictReader(rows)}
    path = folder / "lawful.txt"
    path.write_text("\n".join(sorted(names)) + "\n")
    return names, path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--feed", type=Path, help="ordinary names, one a line")
    feed = parser.parse_args().feed
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        paths = made(folder, random.Random(1))
        start = time.process_time()
        official, observed = read_official([paths[0]]).table, read_observed([paths[1]]).table
        read_s = time.process_time() - start
        names, cost = measured(official, observed)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        results["speed"] = {"observed": OBSERVED, "protected": PROTECTED, "read_s": read_s, "peak_gb": peak, **cost}
        results["speed"]["names"] = len(names)
        if DATA.exists():
            results["lawful"] = used(*lawful(folder))
            if feed:
                results["feed"] = used(set(read_observed([feed]).table["name"].to_pylist()), feed)
    write("lookalike", results)
    for name, row in results.items():
        print(f"\n{name}\n\n" + markdown(list(row), [list(row.values())]))
    total = results["speed"]["cpu_s"] + results["speed"]["read_s"]
    print(f"\n{total:.1f} CPU-seconds with reading; budget {BUDGET_S}")
    if total > BUDGET_S:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
