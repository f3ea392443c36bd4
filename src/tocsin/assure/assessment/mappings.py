"""Which controls of one catalogue go with which of another: shipped, loaded, and through the questions of a profile."""

from __future__ import annotations

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


def related(ref: Ref, mappings: Iterable[Mapping]) -> frozenset[Ref]:
    """Controls mapped to one, in either direction; not through a third."""
    found = set()
    for mapping in mappings:
        if mapping.source == ref:
            found.add(mapping.target)
        elif mapping.target == ref:
            found.add(mapping.source)
    return frozenset(found)


def covered(profile: Profile, catalogue: Catalogue, mappings: Iterable[Mapping] = ()) -> dict[str, tuple[str, ...]]:
    """Ids of the questions that rest on each control of a catalogue, by id of the control; an empty tuple where none
    does. A question also counts for controls mapped to one that it names."""
    asked: dict[str, list[str]] = {control.id: [] for control in catalogue.controls}
    mappings = tuple(mappings)
    nearby = {ref: related(ref, mappings) for question in profile.questions for ref in question.controls}
    for question in profile.questions:
        refs = {near for ref in question.controls for near in (ref, *nearby[ref])}
        for ref in refs:
            if ref.catalogue == catalogue.id and ref.control in asked:
                asked[ref.control].append(question.id)
    return {control: tuple(questions) for control, questions in asked.items()}
