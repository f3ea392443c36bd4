"""A case as a MISP event and back, by misp-stix and PyMISP, which are installed with `tocsin[misp]`.

misp-stix has no place for incidents and drops notes that stand on their own: the former is the event itself, the latter
become event reports. The brief is one too, since it says in words who says what, and addresses of channels become
attributes, and relationships a list. What does get lost is counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple
from uuid import uuid4

import orjson

from tocsin.errors import InputError
from tocsin.model.plain import clean, escaped
from tocsin.share.brief import markdown
from tocsin.share.formats import CaseExporter, Shared, library
from tocsin.share.outline import outline
from tocsin.share.positions import positions
from tocsin.share.stix.check import Stix
from tocsin.share.stix.extension import HANDLING
from tocsin.share.stix.ledger import Ledger

_WORDS = {"note": "content", "opinion": "explanation"}
_THE_EVENT = ("incident", "report", "bundle")
_ABOUT = ("identity", "marking-definition", "extension-definition")


class Event(NamedTuple):
    """A MISP event as JSON, the account of the objects it was made of, and what it holds."""

    text: bytes
    ledger: Ledger
    attributes: int
    objects: int
    references: int
    clusters: int
    reports: int


def to_misp(shared: Shared) -> Event:
    """The view as one event, not published and for one's own organisation only: whom it goes to is decided in MISP.
    Raises `UsageError` where the libraries are not installed."""
    stix2, converter = library("stix2", "misp"), library("misp_stix_converter", "misp")
    objects = [obj for obj in shared.objects if obj["type"] not in ("incident", "extension-definition")]
    bundle = {"type": "bundle", "id": f"bundle--{uuid4()}", "objects": objects}
    parser = converter.ExternalSTIX2toMISPParser()
    parser.load_stix_bundle(stix2.parse(bundle, allow_custom=True))
    parser.parse_stix_bundle(single_event=True)
    event: Any = parser.misp_event
    event.published, event.distribution = False, 0
    event.info = event.info or next((str(obj["name"]) for obj in shared.objects if "name" in obj), "Case")
    event.tags = [tag for tag in event.tags if not tag.name.startswith("tlp:")]
    event.add_tag(f"tlp:{shared.tlp}")
    known = set(_texts(orjson.loads(event.to_json())))
    for obj in shared.objects:
        if obj["type"] in _WORDS and obj["id"].partition("--")[2] not in known:
            words = str(obj.get(_WORDS[obj["type"]], ""))
            name = str(obj.get("abstract") or f"{obj['type']} {obj.get('opinion', '')}".strip())
            event.add_event_report(name=clean(name), content=clean(words), uuid=obj["id"].partition("--")[2])
        url = obj.get("extensions", {}).get(HANDLING, {}).get("channel", {}).get("url")
        if url and url not in known:
            event.add_attribute("url", clean(url), comment=clean(obj.get("name", "")), to_ids=False)
    event.add_event_report(name="Brief", content=markdown(shared).decode())
    if lines := _relations(shared.objects):
        event.add_event_report(name="Relations", content="\n".join(lines))
    return _counted(orjson.loads(event.to_json()), shared)


def _relations(objects: Iterable[Stix]) -> list[str]:
    """Each relationship in words: MISP refers from objects only, and most of what a case relates is none there."""
    all_ = tuple(objects)
    names = {o["id"]: next((str(o[n]) for n in ("name", "value", "abstract") if n in o), o["id"]) for o in all_}
    ties = [obj for obj in all_ if obj["type"] == "relationship" and obj.get("revoked") is not True]
    ends = [[names.get(str(obj.get(end)), "") for end in ("source_ref", "target_ref")] for obj in ties]
    return [
        f"- {escaped(clean(source))} *{escaped(clean(tie.get('relationship_type', '')))}* {escaped(clean(target))}"
        for tie, (source, target) in zip(ties, ends, strict=True)
    ]


def from_misp(data: bytes) -> list[Stix]:
    """The STIX 2.1 objects of a MISP event, as misp-stix makes them. Raises `InputError` for what is no event."""
    converter, pymisp = library("misp_stix_converter", "misp"), library("pymisp", "misp")
    event = pymisp.MISPEvent()
    try:
        event.from_dict(**_event_in(orjson.loads(data)))
        parser = converter.MISPtoSTIX21Parser()
        parser.parse_misp_event(event)
        made = [orjson.loads(obj.serialize()) for obj in parser.bundle.objects]
    except (ValueError, TypeError, KeyError, AttributeError, pymisp.PyMISPError) as error:
        raise InputError(f"not a MISP event: {error}", hint="export the event as MISP JSON") from error
    return made


def _event_in(parsed: Any) -> dict[str, Any]:
    event = parsed.get("Event", parsed) if isinstance(parsed, dict) else None
    if not isinstance(event, dict) or "info" not in event:
        raise ValueError("no Event with `info`")
    return event


def _counted(event: dict[str, Any], shared: Shared) -> Event:
    """Say of every object of the view where in the event it is."""
    whole = event.get("Event", event)
    texts = set(_texts(whole))
    spoken = "\n".join(line for part in outline(shared).parts for line in part.lines)
    ledger = Ledger()
    for obj in shared.objects:
        ledger.entered(obj["id"], obj)
        place = _place(obj, texts, spoken)
        ledger.add(obj["id"], "", "mapped" if place else "quarantined", place or "MISP has no place for it")
        for field, value in obj.items():
            there = place and (
                not isinstance(value, str) or value in texts or clean(value) in texts or field in ("id", "type")
            )
            ledger.add(obj["id"], field, "mapped" if there else "quarantined", place if there else "not in MISP", value)
    things = whole.get("Object", [])
    clusters = [one for galaxy in _galaxies(whole) for one in galaxy.get("GalaxyCluster", [])]
    return Event(
        orjson.dumps({"Event": whole}, option=orjson.OPT_INDENT_2) + b"\n",
        ledger,
        len(whole.get("Attribute", [])) + sum(len(one.get("Attribute", [])) for one in things),
        len(things),
        sum(len(one.get("ObjectReference", [])) for one in things),
        len(clusters),
        len(whole.get("EventReport", [])),
    )


def _galaxies(whole: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from whole.get("Galaxy", [])
    for one in (*whole.get("Attribute", []), *(a for o in whole.get("Object", []) for a in o.get("Attribute", []))):
        yield from one.get("Galaxy", [])


def _place(obj: Stix, texts: set[str], spoken: str) -> str:
    """Where in the event an object is, "" where nowhere."""
    if obj["type"] in _THE_EVENT:
        return "the event"
    if obj["type"] == "relationship":
        return "in the list of relations, in words"
    if obj["type"] in _ABOUT:
        return "producer, tags"
    if obj["id"].partition("--")[2] in texts or obj["id"] in texts:
        return "under its own UUID"
    said = obj.get("name") or obj.get("value") or obj.get("user_id") or obj.get("account_login")
    if said and str(said) in texts:
        return "by its name or value"
    evidence = obj.get("extensions", {}).get(HANDLING, {}).get("evidence", ())
    told = {one["sha256"] for one in evidence if "sha256" in one} if obj["type"] == "observed-data" else {said}
    if any(obj["id"] == one.id for listed in positions([obj]).values() for one in listed):
        return "in the brief, in words"
    return "in the brief, in words" if any(word and clean(word) in spoken for word in told) else ""


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(part)


MISP = CaseExporter(
    "misp",
    "application/json",
    ".misp.json",
    (
        ("incident", "becomes the event"),
        ("notes and opinions", "become event reports"),
        (
            "relationships",
            "attributions are in the brief, others kept between objects that MISP knows; the rest is counted",
        ),
        ("extensions: grades, custody, PAP", "left out; the words of claims have the grades"),
        ("granular markings", "left out: the event has the strictest marking as a tag"),
    ),
    lambda shared: to_misp(shared).text,
)
