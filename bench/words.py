"""Count how many names hold each word, for src/tocsin/resolve/data/words.json: python bench/words.py

From public records that may be passed on: persons and organisations of the US list of January 2022 (names and aliases),
donors and employers of a sample of contributions filed with the Federal Election Commission. Only words that five or
more hold are kept, so that the file tells of no one.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from common import DATA as COORDINATION
from common import ROOT
from tocsin.resolve.names import Word, organisation_words, person_words
from tocsin.sources.gifts import read_gifts
from tocsin.sources.lists import read_list

DATA = COORDINATION.parent
TARGET = ROOT / "src/tocsin/resolve/data/words.json"
LEAST = 5

Names = Iterable[Sequence[str]]


def count(records: Names, words: Callable[[str], Sequence[Word]]) -> dict[str, Any]:
    """Records (each with its names) by the words that any of their names hold."""
    counts: Counter[str] = Counter()
    number = 0
    for names in records:
        counts.update({word.text for name in names for word in words(name)})
        number += 1
    return {"names": number, "words": {word: n for word, n in sorted(counts.items()) if n >= LEAST}}


def main() -> None:
    """Count and write."""
    ofac = [str(DATA / f"sanctions/us_ofac/{part}_2022-01.csv") for part in ("sdn", "add", "alt")]
    listed = read_list(ofac).table.select(["schema", "names"]).to_pylist()
    gifts = read_gifts([str(DATA / "funding/fec/itcont_10k.txt")]).table
    persons = [[n["name"] for n in entry["names"]] for entry in listed if entry["schema"] == "Person"]
    organisations = [[n["name"] for n in entry["names"]] for entry in listed if entry["schema"] == "Organization"]
    donors = {name for name, kind in pairs(gifts, "donor_name", "donor_type") if name and kind == "person"}
    employers = {name for (name,) in pairs(gifts, "employer") if name}
    made = {
        "listed": count(persons, person_words),
        "organisations": count(organisations, organisation_words),
        "donors": count(([name] for name in donors), person_words),
        "employers": count(([name] for name in employers), organisation_words),
    }
    TARGET.write_text(json.dumps(made, separators=(",", ":")) + "\n")
    print({name: (part["names"], len(part["words"])) for name, part in made.items()})


def pairs(table: Any, *columns: str) -> Iterable[tuple[Any, ...]]:
    """Rows of some columns."""
    return zip(*(table[column].to_pylist() for column in columns), strict=True)


if __name__ == "__main__":
    main()
