"""Screen 100,000 names against 32,000 names of listed persons, beside rapidfuzz and nomenklatura, in one run.

    python bench/screen.py

683 names of the UN list as published and 683 distorted are to be found in the combined lists of May 2022, with birth
date and nationality where the file has them; 50,000 names put together from the parts of synthetic US names, and 50,000
from those of names of the world, are to raise no alert (2,000 of them as the files have them). Each method runs in a
process of its own. Where TOCSIN_NOMENKLATURA names an interpreter with nomenklatura, its logic-v2 weighs the same
candidates of a sample, and its time is extrapolated to all.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
from anyascii import anyascii
from rapidfuzz import fuzz, process

from common import markdown, write
from resolve import DATA, listed_persons, people, table
from tocsin.resolve.screen import Screen

EACH = 50_000
THRESHOLDS = (0.1, 0.3, 0.5, 0.7, 0.9)
SAMPLE = 200  # queries of each kind that nomenklatura weighs
JUDGE = Path(__file__).with_name("screen_judge.py")


def asked() -> dict[str, list[dict[str, str]]]:
    """The names by kind."""
    drawn = random.Random(20)
    kinds = {kind: table(f"sanctions/pairs/positives_un_{file}.csv") for kind, file in POSITIVES.items()}
    for kind in ("us", "global"):
        known = table(f"sanctions/pairs/negatives_{kind}_1k.csv")
        kinds[kind] = known + [made(known, drawn) for _ in range(EACH - len(known))]
    return kinds


POSITIVES = {"plain": "untreated", "distorted": "treated"}


def made(known: Sequence[dict[str, str]], drawn: random.Random) -> dict[str, str]:
    """A name put together from the first, middle and last names of others written in one script, with a birth date."""
    first = drawn.choice(known)
    other = [drawn.choice(known) for _ in range(40)]
    last = next((r for r in other if script(r["last_name"]) == script(first["last_name"])), first)
    middle = first["middle_name"] if drawn.random() < 0.5 else ""
    born = f"{drawn.randint(1940, 2005)}-{drawn.randint(1, 12):02}-{drawn.randint(1, 28):02}"
    name = " ".join(filter(None, (first["first_name"], middle, last["last_name"])))
    return {"full_name": name, "date_of_birth": born, "nationality": drawn.choice(known)["nationality"]}


def script(text: str) -> int:
    """A number for the script of a text: the block of its first letter beyond ASCII and Latin, 0 for Latin."""
    return next((ord(c) >> 8 for c in text if ord(c) > 0x24F), 0)


def tocsin(kinds: dict[str, list[dict[str, str]]], facts: bool = True) -> dict[str, Any]:
    """Best probability of each name by our screen."""
    screen = Screen(listed_persons())
    found = {}
    for kind, records in kinds.items():
        hits = screen.search(people(records, facts=facts), threshold=0.02, limit=1)
        found[kind] = np.zeros(len(records))
        found[kind][hits["query"].to_numpy()] = hits["probability"].to_numpy()
    return found


def name_only(kinds: dict[str, list[dict[str, str]]]) -> dict[str, Any]:
    """The same by name alone."""
    return tocsin(kinds, facts=False)


def brute_force(kinds: dict[str, list[dict[str, str]]]) -> dict[str, Any]:
    """Best ratio of sorted words by rapidfuzz, every name against every name, on two threads; a share of 100."""
    names = pc.struct_field(pc.list_flatten(listed_persons()["names"]), "name").to_pylist()
    choices = [sorted_words(name) for name in names]
    found = {}
    for kind, records in kinds.items():
        queries = [sorted_words(r["full_name"]) for r in records]
        found[kind] = np.concatenate([best(queries[k : k + 2000], choices) for k in range(0, len(queries), 2000)])
    return found


def best(queries: Sequence[str], choices: Sequence[str]) -> Any:
    """The best ratio of each query, as a share; 0 below 85 of 100."""
    ratios = process.cdist(queries, choices, scorer=fuzz.ratio, score_cutoff=85, dtype=np.uint8, workers=2)
    return ratios.max(1) / 100


def sorted_words(name: str) -> str:
    """ASCII words in alphabetical order."""
    return " ".join(sorted("".join(c if c.isalnum() else " " for c in anyascii(name).lower()).split()))


METHODS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "tocsin": tocsin,
    "tocsin, name only": name_only,
    "rapidfuzz, all pairs": brute_force,
}


def figures(found: dict[str, Any], thresholds: Sequence[float]) -> list[dict[str, float]]:
    """Recall of the names to be found and share of alerts among the others, by threshold."""
    return [
        {"threshold": t} | {kind: float((np.asarray(best) >= t).mean()) for kind, best in found.items()}
        for t in thresholds
    ]


def at_alerts(found: dict[str, Any], share: float) -> dict[str, float]:
    """The threshold at which this share of the names that are not to be found raise an alert, and what it finds."""
    others = np.sort(np.concatenate([found["us"], found["global"]]))[::-1]
    threshold = float(np.nextafter(others[int(share * others.size)], 1))
    return figures(found, [threshold])[0]


def alone(method: str) -> None:
    """Run one method in this process and print what it found and cost."""
    kinds = asked()
    wall = time.perf_counter()
    before = resource.getrusage(resource.RUSAGE_SELF)
    found = METHODS[method](kinds)
    spent = resource.getrusage(resource.RUSAGE_SELF)
    cost = {
        "cpu_s": spent.ru_utime + spent.ru_stime - before.ru_utime - before.ru_stime,
        "wall_s": time.perf_counter() - wall,
        "rss_mb": spent.ru_maxrss / 1024,
    }
    thresholds = (0.9,) if method.startswith("rapidfuzz") else THRESHOLDS
    result = cost | {"at": figures(found, thresholds), "at .1 % alerts": at_alerts(found, 0.001)}
    print(json.dumps(result))


def judged(python: str) -> dict[str, Any]:
    """nomenklatura's logic-v2 on the candidates of a sample of each kind; its time for all names, extrapolated."""
    screen = Screen(listed_persons())
    drawn, kinds = random.Random(3), asked()
    lines, sizes, pairs_of_all = [], {}, 0.0
    for kind, records in kinds.items():
        sample = drawn.sample(records, SAMPLE)
        asked_for = people(sample, facts=True)
        found = screen.measure(asked_for)
        pairs_of_all += found.query.size * len(records) / SAMPLE
        sizes[kind] = SAMPLE
        used = {int(k) for k in found.subject}
        lines.append(
            {
                "kind": kind,
                "asked": asked_for.to_pylist(),
                "listed": {k: entity(screen.subjects[k]) for k in used},
                "pairs": [[int(q), int(k)] for q, k in zip(found.query, found.subject, strict=True)],
            }
        )
    said = "\n".join(json.dumps(line) for line in lines)
    answer = subprocess.run([python, str(JUDGE)], input=said, capture_output=True, text=True, check=True)
    told = json.loads(answer.stdout)
    return {
        "pairs_per_s": told["pairs"] / told["seconds"],
        "cpu_s": pairs_of_all * told["seconds"] / told["pairs"],
        "rss_mb": told["rss_mb"],
        "at": figures(told["best"], (0.7,)),
    }


def entity(subject: Any) -> dict[str, Sequence[str]]:
    """A listed person as the judge reads it."""
    return {"name": subject.names, "birthDate": subject.birth_dates, "nationality": subject.countries}


def main() -> None:
    """Run every method, print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--method", choices=[*METHODS], help="one method, in this process, as JSON")
    method = parser.parse_args().method
    if not DATA.exists():
        parser.exit(message=f"{DATA} is not here; set TOCSIN_DATA to the folder of the coordination data beside it\n")
    if method:
        alone(method)
        return
    results = {}
    for name in METHODS:
        command = [sys.executable, __file__, "--method", name]
        results[name] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    if python := os.environ.get("TOCSIN_NOMENKLATURA"):
        results["nomenklatura logic-v2, our candidates (time extrapolated)"] = judged(python)
    head = ("method", "threshold", "recall plain", "recall distorted", "alerts us %", "alerts global %", "CPU s", "MB")
    rows = [
        (
            name,
            at["threshold"],
            *(f"{at[kind]:.3f}" for kind in POSITIVES),
            *(f"{100 * at[kind]:.3f}" for kind in ("us", "global")),
            f"{result['cpu_s']:.0f}",
            f"{result['rss_mb']:.0f}",
        )
        for name, result in results.items()
        for at in [*result["at"], *([result["at .1 % alerts"]] if "at .1 % alerts" in result else [])]
    ]
    print(markdown(head, rows))
    write("screen", results)


if __name__ == "__main__":
    main()
