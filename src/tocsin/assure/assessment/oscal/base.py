"""What all OSCAL documents of ours share: ids, properties, validation, reading.

Documents are OSCAL 1.2 and are checked by compliance-trestle's models when written and when read. What OSCAL has no
field for goes into `props` of our namespace, so that every record comes back as it was, also through a tool that keeps
milliseconds of a time only.
"""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF8
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, TypeVar
from uuid import NAMESPACE_URL, uuid5

import orjson
from pydantic import ValidationError

from tocsin.errors import InputError, UnknownFormat
from tocsin.model.finding import Record

NS = "urn:tocsin:oscal"
VERSION = "1.2.1"
BYTES, NODES = 200_000_000, 5_000_000  # a larger file is refused
YAML_BYTES = 2_000_000  # some ten seconds of reading

Kind = Literal["catalog", "profile", "component-definition", "assessment-results", "plan-of-action-and-milestones"]
MODELS: dict[Kind, tuple[str, str]] = {
    "catalog": ("trestle.oscal.catalog", "Catalog"),
    "profile": ("trestle.oscal.profile", "Profile"),
    "component-definition": ("trestle.oscal.component", "ComponentDefinition"),
    "assessment-results": ("trestle.oscal.assessment_results", "AssessmentResults"),
    "plan-of-action-and-milestones": ("trestle.oscal.poam", "PlanOfActionAndMilestones"),
}
NOTHING = "Nothing is said."  # OSCAL wants a text there; some tools drop one that is empty
HINT = "see docs/how-to/oscal.md for what is read"
_TOKEN = re.compile(r"[A-Za-z][A-Za-z0-9.\-_]*")  # the part of OSCAL's token that every tool takes

R = TypeVar("R", bound=Record)


def uid(kind: str, name: str) -> str:
    """The UUID of a thing of ours in every document: version 5, of its kind and id."""
    return str(uuid5(NAMESPACE_URL, f"{NS}:{kind}:{name}"))


def token(name: str) -> str:
    """An id that OSCAL takes: the name itself, or with _ before it where it begins with a digit, or one made of it."""
    if _TOKEN.fullmatch(name):
        return name
    return f"_{name}" if _TOKEN.fullmatch(f"x{name}") else f"_{uid('token', name)}"


def line(text: str, otherwise: str = "", length: int = 300) -> str:
    """Text on one line, cut at a length; the other text where it is empty."""
    found = " ".join(text.split()) or otherwise
    return found if len(found) <= length else f"{found[: length - 1]}…"


def props(values: Mapping[str, Any]) -> list[dict[str, str]]:
    """Properties of our namespace. What is not a plain line is written as JSON, and its class says so."""
    return [_prop(name, value) for name, value in values.items()]


def _prop(name: str, value: Any) -> dict[str, str]:
    if isinstance(value, str) and value and value.isprintable() and value == value.strip():
        return {"name": name, "ns": NS, "value": value}
    return {"name": name, "ns": NS, "value": json.dumps(value), "class": "json"}


def told(holder: Mapping[str, Any]) -> dict[str, Any]:
    """The values of our properties of a part of a document, by name."""
    try:
        return {
            prop["name"]: json.loads(prop["value"]) if prop.get("class") == "json" else prop["value"]
            for prop in holder.get("props") or ()
            if prop.get("ns") == NS
        }
    except (ValueError, RecursionError) as error:
        raise InputError(f"a property of Tocsin's is no JSON: {error}", hint="export the file again") from error


def rest(record: Record, native: Collection[str]) -> dict[str, list[dict[str, str]]]:
    """`props` with all fields of a record that differ from their default and are not in fields of OSCAL's own."""
    values = record.model_dump(mode="json", exclude_defaults=True, exclude=set(native))
    return {"props": props(values)} if values else {}


def native(text: str, *fields: str) -> tuple[str, ...]:
    """The fields that OSCAL holds itself; not the one of a text that would be taken for `NOTHING`."""
    return fields if text != NOTHING else fields[1:]


def unsaid(text: str) -> str:
    """A text as it was before `NOTHING` was put in its place."""
    return "" if text == NOTHING else text


def checked(kind: type[R], values: Mapping[str, Any]) -> R:
    """The record with these values, or `InputError` that says which value is wrong."""
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        name = values.get("id", "without an id")
        raise InputError(f"{kind.__name__} {name}: {where}: {first['msg']}", hint=HINT) from error


def stamp(at: datetime) -> str:
    """A time as OSCAL wants it, with its offset."""
    return at.isoformat()


def metadata(title: str, edition: str, at: datetime) -> dict[str, Any]:
    """The head of a document."""
    return {
        "title": line(title, "Untitled"),
        "last-modified": stamp(at),
        "version": line(edition, "1"),
        "oscal-version": VERSION,
    }


def write_document(kind: Kind, content: Mapping[str, Any]) -> bytes:
    """A document as JSON. It is checked first; what does not pass is an error of ours."""
    _model(kind).model_validate(content)
    return orjson.dumps({kind: content}, option=orjson.OPT_INDENT_2)


def _model(kind: Kind) -> Any:
    module, name = MODELS[kind]
    return getattr(import_module(module), name)


def read_document(path: Path, kinds: Iterable[Kind]) -> tuple[Kind, dict[str, Any]]:
    """Which of these kinds a file is, and its content: JSON, or YAML by its ending.

    Raises `InputError` where it cannot be read or is not valid OSCAL, `UnknownFormat` where it is of another kind.
    """
    if not path.is_file():
        raise InputError(f"there is no file {path}", hint="look in its folder for the name")
    is_yaml = path.suffix.lower() in (".yaml", ".yml")
    most = YAML_BYTES if is_yaml else BYTES
    if path.stat().st_size > most:
        hint = "write it as JSON" if is_yaml else "split it by office"
        raise InputError(f"{path.name} has more than {most // 1_000_000} MB", hint=hint)
    found = _yaml(path) if is_yaml else _json(path)
    for kind in kinds:
        if isinstance(found, dict) and isinstance(found.get(kind), dict):
            try:
                _model(kind).model_validate(found[kind])
            except ValidationError as error:
                first = error.errors()[0]
                where = ".".join(map(str, first["loc"]))
                raise InputError(f"{path.name} is no valid OSCAL {kind}: {where}: {first['msg']}", hint=HINT) from error
            return kind, found[kind]
    raise UnknownFormat(f"{path.name} is no OSCAL {' or '.join(kinds)}", hint=HINT)


def _json(path: Path) -> Any:
    try:
        return orjson.loads(path.read_bytes().removeprefix(BOM_UTF8))
    except orjson.JSONDecodeError as error:
        raise InputError(f"{path.name} is no JSON: {error}", hint=HINT) from error


def _yaml(path: Path) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        found = YAML(typ="base").load(path)  # every scalar stays text: times and versions as they were written
    except RecursionError as error:
        raise InputError(f"{path.name} is nested too deep", hint=HINT) from error
    except (YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{path.name} is no YAML: {error}", hint=HINT) from error
    _measure(path, found)
    return found


def _measure(path: Path, found: Any) -> None:
    """Refuse a document that a few lines of aliases blow up."""
    waiting, seen = [found], 0
    while waiting:
        seen += 1
        if seen > NODES:
            raise InputError(f"{path.name} has more than {NODES:,} entries", hint="write it without aliases")
        node = waiting.pop()
        waiting += node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
