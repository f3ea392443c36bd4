"""Check the draws of an audit from its published files, with nothing but Python: python3 check_draw.py FOLDER

A card's ticket is SHA-256 of "seed,jurisdiction,tabulator,batch,position"; cards are drawn by rising ticket. Where a
card can be drawn again it gets a new ticket between its last one and 2^256, from SHA-256 of the same text and ",2",
",3", ...
Batches are drawn by SHA-256 of "seed,1", "seed,2", ... in proportion to their weights.
"""

import csv
import heapq
import json
import sys
from bisect import bisect_right
from fractions import Fraction
from hashlib import sha256
from itertools import accumulate
from pathlib import Path

TOP = 1 << 256
PLACE = ("jurisdiction", "tabulator", "batch")


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def number(text: str) -> int:
    """SHA-256 of a text as a number."""
    return int.from_bytes(sha256(text.encode()).digest(), "big")


def cards(seed: str, manifest: list[dict[str, str]], n: int, again: bool) -> list[tuple[str, ...]]:
    """The first n draws of cards: ticket, how often drawn by now, place, position."""
    texts = (
        (",".join((seed, *(row[name] for name in PLACE), str(position))), row, position)
        for row in manifest
        for position in range(1, int(row["cards"]) + 1)
    )
    first = heapq.nsmallest(n, ((number(text), k, text, row, at) for k, (text, row, at) in enumerate(texts)))
    heap = [(ticket, k, 1, text, row, at) for ticket, k, text, row, at in first]
    heapq.heapify(heap)
    drawn: list[tuple[str, ...]] = []
    while heap and len(drawn) < n:
        ticket, k, times, text, row, at = heapq.heappop(heap)
        drawn.append((f"{ticket:064x}", str(times), *(row[name] for name in PLACE), str(at)))
        if again:
            new = ticket + 1 + ((TOP - 1 - ticket) * number(f"{text},{times + 1}") >> 256)
            heapq.heappush(heap, (new, k, times + 1, text, row, at))
    return drawn


def batches(seed: str, weights: list[dict[str, str]], n: int) -> list[str]:
    """The first n draws of batches, by key."""
    exact = [Fraction(row["weight"]) for row in weights]
    ends = list(accumulate(exact))
    return [
        weights[bisect_right(ends, Fraction(number(f"{seed},{k}"), TOP) * ends[-1])]["unit"] for k in range(1, n + 1)
    ]


def listed(draws: list[dict[str, str]], stratum: str = "") -> list[tuple[str, ...]]:
    """The draws of draw.csv."""
    names = ("ticket", "generation", *PLACE, "position")
    return [tuple(row[name] for name in names) for row in draws if row["stratum"] == stratum]


def by_style(seed: str, draws: list[dict[str, str]]) -> bool:
    """Whether every ticket is the card's own and they rise; which cards hold a contest is not looked at here."""
    own = [number(",".join((seed, *(row[name] for name in PLACE), row["position"]))) for row in draws]
    return own == sorted(own) and [f"{ticket:064x}" for ticket in own] == [row["ticket"] for row in draws]


def check(folder: Path, place: Path) -> bool:
    """Whether the draw of one round comes out again."""
    setup, made = (json.loads(path.read_text("utf-8")) for path in (folder / "audit.json", place / "round.json"))
    seed, draws = json.loads((folder / "seed.json").read_text("utf-8"))["seed"], rows(place / "draw.csv")
    if setup["kind"] == "batch":
        return batches(seed, rows(folder / "weights.csv"), made["size"]) == [row["unit"] for row in draws]
    if setup["by_style"]:
        return by_style(seed, draws)
    manifest = rows(folder / "manifest.csv")
    if setup["kind"] == "hybrid":
        strata = (("recorded", made["size"], True), ("polled", made["polled"], False))
        parts = {name: [row for row in manifest if row["stratum"] == name] for name, _, _ in strata}
        return all(cards(seed, parts[name], n, again) == listed(draws, name) for name, n, again in strata)
    return cards(seed, manifest, made["size"], setup["replacement"]) == listed(draws)


def main(folder: Path) -> int:
    """Check every round; 0 if all come out again."""
    places = sorted((made.parent for made in folder.glob("round-*/round.json")), key=lambda path: int(path.name[6:]))
    found = {place.name: check(folder, place) for place in places}
    styled = json.loads((folder / "audit.json").read_text("utf-8"))["by_style"] if found else False
    right = (
        "has the cards' own tickets in order; that no card is missing was NOT checked" if styled else "comes out again"
    )
    for name, fine in found.items():
        print(name, right if fine else "is ANOTHER draw")
    return 0 if found and all(found.values()) else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
