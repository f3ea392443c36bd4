"""NIST's common data formats: the same objects as XML and as JSON, one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO, cast
from xml.etree.ElementTree import Element

from tocsin.sources.ballots.base import Given, Json, plain
from tocsin.sources.base import Head, Sniff
from tocsin.sources.jsontext import Document, Path
from tocsin.sources.lists.markup import excerpt, read_elements, root_of
from tocsin.sources.textual import decode_head

#: name of the object (`CandidateContest`), the row it stands at, the object, and its text for what is set aside
Object = tuple[str, int, Json, str]


def sniff(head: Head, root: str) -> Sniff | None:
    """Certain where the root element, or the type of the JSON document, is `root`."""
    if root_of(head) == root:
        return Sniff(0.95, f"XML with the root {root}")
    text = decode_head(head.data)
    if text.lstrip().startswith("{") and re.search(rf'"@type"\s*:\s*"(\w+\.)?{root}"', text):
        return Sniff(0.95, f"JSON of the type {root}")
    return None


def objects(given: Given, paths: tuple[Path, ...]) -> Iterator[Object]:
    """The objects at the paths of the JSON form, as JSON, from either form; broken ones are set aside."""
    if given.stream.peek(256).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        wanted = frozenset(path[-2] if path[-1] == "*" else path[-1] for path in paths)
        elements = read_elements(given.stream, given.name, wanted)
        next(elements, None)  # the root
        for found in elements:
            value = as_json(found.element)
            yield kind(value), found.line, value, excerpt(found.element)
        return
    document = Document(cast("BinaryIO", given.stream), paths)
    for item in document:
        if isinstance(item.value, dict):
            yield kind(item.value), item.number, item.value, item.text
        else:
            given.reject(item.number, item.reason or "not a JSON object", item.text)
    given.notes += document.notes()


def as_json(element: Element) -> Json:
    """An element as the JSON form has it; every member is a list, and a text beside attributes is its `Content`."""
    made: Json = {"@type": element.get("type", element.tag), "@id": element.get("ObjectId", "")}
    made |= {key: value for key, value in element.attrib.items() if key not in ("type", "ObjectId")}
    if not len(element):
        made["Content"] = plain(element.text)
    for child in element:
        simple = not len(child) and not child.attrib
        made.setdefault(child.tag, []).append(plain(child.text) if simple else as_json(child))
    return made


def kind(value: Json) -> str:
    """The type of an object without the name of its format."""
    return plain(value.get("@type")).rpartition(".")[2]


def many(value: Any) -> list[Json]:
    """The objects of a member that may be missing, one, or a list."""
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, dict)]


def one(value: Any) -> str:
    """The text of a member that may be missing, a text, a number, or a list of one."""
    item = value[0] if isinstance(value, list) and value else value
    return plain(item) if isinstance(item, str | int | float) and not isinstance(item, bool) else ""


def ids(value: Any) -> list[str]:
    """The ids of a member: a list of them, or one text with spaces between."""
    items = value if isinstance(value, list) else [value]
    return [word for item in items if isinstance(item, str) for word in item.split()]


def text(value: Any) -> str:
    """A text that may be given in languages: the first."""
    for item in many(value):
        inner = many(item.get("Text")) or [item]
        if found := next(filter(None, (one(entry.get("Content")) for entry in inner)), ""):
            return found
        if written := one(item.get("Text")):
            return written
    return one(value)


def true(value: Any) -> bool:
    """Whether a member says yes."""
    return value is True or (not isinstance(value, bool) and one(value).lower() in ("true", "1", "yes"))
