"""Which controls of one catalogue go with which of another: shipped, loaded, and through the questions of a profile."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from tocsin.assure.assessment.catalogues import rows_of, table
from tocsin.errors import InputError
from tocsin.model.assessment import Catalogue, Mapping, Profile, Ref

COLUMNS = ("source", "source_id", "target", "target_id")  # catalogue and id of both sides; `relationship` may follow
RELATIONS = {"intersect": "intersects", "": "intersects"}  # as lists of NIST say, and where nothing is said


@cache
def shipped() -> tuple[Mapping, ...]:
    """CSF 1.1 to 2.0 as published by NIST; relations after NIST IR 8477."""
    return tuple(_mapping(row, "NIST") for row in rows_of("mappings.csv"))


def read_mappings(path: Path) -> tuple[Mapping, ...]:
    """Mappings from a .csv file with the columns source, source_id, target, target_id and, if told, relationship.

    Raises `InputError` with the line where it is not that.
    """
    hint = f"name the columns {', '.join(COLUMNS)}, relationship"
    return tuple(_checked(path, line, row) for line, row in table(path, COLUMNS, hint))


def _checked(path: Path, line: int, row: dict[str, str]) -> Mapping:
    try:
        return _mapping(row, path.name)
    except ValidationError as error:
        raise InputError(
            f"{path.name}, line {line}: {error.errors()[0]['msg']}",
            hint="relationship is equal, subset, superset or intersects",
        ) from error


def _mapping(row: dict[str, str], origin: str) -> Mapping:
    relation = row.get("relationship", "")
    return Mapping.model_validate(
        {
            "source": {"catalogue": row["source"], "control": row["source_id"]},
            "target": {"catalogue": row["target"], "control": row["target_id"]},
            "relation": RELATIONS.get(relation, relation),
            "origin": origin,
        }
    )


def related(mappings: Iterable[Mapping]) -> dict[Ref, frozenset[Ref]]:
    """Controls that are mapped to each control, in either direction; not through a third."""
    found: dict[Ref, set[Ref]] = defaultdict(set)
    for mapping in mappings:
        found[mapping.source].add(mapping.target)
        found[mapping.target].add(mapping.source)
    return {ref: frozenset(others) for ref, others in found.items()}


def covered(profile: Profile, catalogue: Catalogue, mappings: Iterable[Mapping] = ()) -> dict[str, tuple[str, ...]]:
    """Ids of the questions that rest on each control of a catalogue, by id of the control; an empty tuple where none
    does. A question also counts for controls mapped to one that it names."""
    asked: dict[str, list[str]] = {control.id: [] for control in catalogue.controls}
    near = related(mappings)
    for question in profile.questions:
        for ref in {one for named in question.controls for one in (named, *near.get(named, ()))}:
            if ref.catalogue == catalogue.id and ref.control in asked:
                asked[ref.control].append(question.id)
    return {control: tuple(questions) for control, questions in asked.items()}
