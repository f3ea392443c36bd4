"""Draw of 2,000 cards from one million, by every method: CPU-seconds of whole draws.

    python bench/draw.py [--cards 1000000] [--drawn 2000]

The manifest has containers of 200 cards. The tables go to bench/results/draw.json too.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa

from common import markdown, write
from tocsin.assure.audit import draw

SEED = "39518064277091835462"
SIZE = 200


def manifest(cards: int) -> pa.Table:
    """A manifest of full containers."""
    number = cards // SIZE
    return pa.table(
        {
            "jurisdiction": ["Kent"] * number,
            "tabulator": [str(k % 40) for k in range(number)],
            "batch": [str(k) for k in range(number)],
            "cards": pa.array([SIZE] * number, pa.int64()),
        }
    )


def ways(cards: int, drawn: int) -> dict[str, Callable[[], Any]]:
    """Each draw, ready to run."""
    table = manifest(cards)
    ballots = {("Kent", str(k)): range(1, SIZE + 1) for k in range(cards // SIZE)}
    holds = {"mayor": np.arange(cards) < cards // 2, "school": np.arange(cards) % 10 == 0}
    bounds = {("Kent", str(k)): 0.001 * (k % 7 + 1) for k in range(cards // SIZE)}
    weights = {key[1]: Fraction(k % 7 + 1, 1000) for k, key in enumerate(bounds)}
    return {
        "sample, without replacement": lambda: draw.sample(SEED, table, drawn),
        "sample, with replacement": lambda: draw.sample(SEED, table, drawn, replacement=True),
        "sample, for two contests": lambda: draw.sample(SEED, table, dict.fromkeys(holds, drawn // 2), holds),
        "arlo_ballots": lambda: draw.arlo_ballots(SEED, ballots, drawn),
        "corla": lambda: draw.corla(SEED, 1, cards, drawn, replacement=False),
        "cryptorandom by index": lambda: draw.Cryptorandom(SEED).sample(cards, drawn),
        "weighted batches": lambda: draw.weighted(SEED, weights, drawn),
        "arlo_batches": lambda: draw.arlo_batches(SEED, bounds, drawn),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cards", type=int, default=1_000_000)
    parser.add_argument("--drawn", type=int, default=2_000)
    given = parser.parse_args()
    rows = []
    for name, run in ways(given.cards, given.drawn).items():
        start = time.process_time()
        drawn = run()
        rows.append((name, len(drawn), round(time.process_time() - start, 3)))
    print(markdown(("draw", "drawn", "CPU-s"), rows))
    write("draw", {"cards": given.cards, "drawn": given.drawn, "cpu_s": {name: spent for name, _, spent in rows}})


if __name__ == "__main__":
    main()
