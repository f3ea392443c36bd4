"""A view of a case as headings and lines, for everything that people read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from tocsin.model.plain import clean
from tocsin.share.formats import Shared
from tocsin.share.positions import positions
from tocsin.share.stix.check import Stix
from tocsin.share.stix.extension import HANDLING
from tocsin.share.stix.scales import TLP_BY_ID


class Part(NamedTuple):
    """A heading and what stands under it: paragraphs, or the lines of a list."""

    heading: str
    lines: tuple[str, ...]
    is_list: bool = True


class Outline(NamedTuple):
    """A whole document. `marking` stands on every page."""

    title: str
    marking: str
    meta: tuple[str, ...]
    parts: tuple[Part, ...]


def outline(shared: Shared) -> Outline:
    """What the objects of a view say, in the order in which one reads a case."""
    by_type: dict[str, list[Stix]] = {}
    for obj in shared.objects:
        if obj.get("revoked") is not True:
            by_type.setdefault(obj["type"], []).append(obj)
    head = next((obj for kind in ("report", "incident", "campaign", "grouping") for obj in by_type.get(kind, ())), {})
    title = clean(head.get("name") or "Case")
    meta = (
        f"For {shared.audience}, from {shared.producer}, {shared.made:%Y-%m-%d %H:%M} UTC.",
        "Leads are raised by machines; claims, grades and attributions are stated by people.",
    )
    parts = (
        Part("Summary", _paragraphs(head.get("description", "")), is_list=False),
        *_claims(by_type.get("note", ())),
        Part("Techniques (DISARM)", tuple(map(_technique, by_type.get("attack-pattern", ())))),
        Part("Channels", tuple(_channels(by_type))),
        Part("Narratives", tuple(_narratives(by_type))),
        Part("Countermeasures", tuple(_named(by_type.get("course-of-action", ())))),
        Part("Evidence", tuple(_evidence(by_type.get("observed-data", ())))),
        Part("Who says what", tuple(_said(shared.objects))),
        Part("Other notes", tuple(_notes(by_type.get("note", ())))),
    )
    return Outline(title, f"TLP:{shared.tlp.upper()}", meta, tuple(part for part in parts if part.lines))


def _ours(obj: Stix) -> Stix:
    extensions = obj.get("extensions", {})
    found: Stix = extensions.get(HANDLING, {})
    return found


def _paragraphs(text: object) -> tuple[str, ...]:
    return tuple(part for part in re.split(r"\s*\n\s*\n\s*", clean(text).strip()) if part)


def _claims(notes: Iterable[Stix]) -> Iterator[Part]:
    for note in notes:
        if "claim" in _ours(note):
            grade = ", ".join(f"{name}: {value}" for name, value in _ours(note).get("grade", {}).items())
            lines = (*_paragraphs(note["content"]), *([f"Graded {clean(grade)}."] if grade else ()))
            yield Part(clean(note.get("abstract", "Claim")) + _marked(note), lines, is_list=False)


def _technique(obj: Stix) -> str:
    numbers = [str(ref["external_id"]) for ref in obj.get("external_references", ()) if "external_id" in ref]
    return clean(" ".join((*numbers[:1], str(obj.get("name", ""))))) + _marked(obj)


def _channels(by_type: Mapping[str, list[Stix]]) -> Iterator[str]:
    for obj in (*by_type.get("infrastructure", ()), *by_type.get("channel", ()), *by_type.get("x-tocsin-channel", ())):
        said = _ours(obj).get("channel", {})
        words = [obj.get("name"), *(said.get(name) for name in ("platform", "url", "account", "attribution"))]
        yield clean(", ".join(dict.fromkeys(str(word) for word in words if word))) + _marked(obj)


def _narratives(by_type: Mapping[str, list[Stix]]) -> Iterator[str]:
    for obj in by_type.get("note", ()):
        if "narrative" in _ours(obj):
            yield clean(" ".join(_paragraphs(obj["content"]))) + _marked(obj)
    for obj in (*by_type.get("narrative", ()), *by_type.get("x-tocsin-narrative", ())):
        text = obj.get("description") or obj.get("content") or obj.get("name", "")
        yield clean(text) + _marked(obj)


def _named(objects: Iterable[Stix]) -> Iterator[str]:
    for obj in objects:
        yield clean(": ".join(filter(None, (obj.get("name"), obj.get("description"))))) + _marked(obj)


def _evidence(objects: Iterable[Stix]) -> Iterator[str]:
    for obj in objects:
        for one in _ours(obj).get("evidence", ()):
            words = [one.get("media_type"), f"captured {one['captured']}" if "captured" in one else "", one.get("how")]
            yield clean(f"SHA-256 {one.get('sha256')}: " + ", ".join(filter(None, words))) + _marked(obj)


def _said(objects: Iterable[Stix]) -> Iterator[str]:
    all_ = tuple(objects)
    names = {obj["id"]: f"{obj['type']} {obj.get('name', '')}".strip() for obj in all_}
    for about, said in positions(all_).items():
        for one in said:
            sure = "" if one.confidence is None else f" Confidence {one.confidence} of 100."
            yield clean(f"{one.who} on {names.get(about, about)}, {one.at[:10]}: {one.says.rstrip('.')}.{sure}")


def _notes(notes: Iterable[Stix]) -> Iterator[str]:
    for note in notes:
        if not {"claim", "narrative"} & _ours(note).keys():
            text = " ".join(_paragraphs(note.get("content", "")))
            yield ": ".join(filter(None, (clean(note.get("abstract", "")), text))) + _marked(note)


def _marked(obj: Stix) -> str:
    """The markings of an object, at the end of its line."""
    said = [f"TLP:{TLP_BY_ID[ref].upper()}" for ref in obj.get("object_marking_refs", ()) if ref in TLP_BY_ID]
    said += [f"PAP:{_ours(obj)['pap'].upper()}"] if "pap" in _ours(obj) else []
    return f" [{', '.join(said)}]" if said else ""
