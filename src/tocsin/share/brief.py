"""A case as a brief in Markdown, and its objects as a table in CSV."""

from __future__ import annotations

import csv
import io
from typing import Any

import orjson

from tocsin.model.plain import clean, escaped, guarded
from tocsin.share.formats import CaseExporter, Shared
from tocsin.share.outline import Outline, Part, outline
from tocsin.share.stix.scales import TLP_BY_ID

COLUMNS = ("id", "type", "name", "text", "first", "last", "tlp", "created_by", "refers_to", "revoked", "object")


def markdown(shared: Shared) -> bytes:
    """The outline as CommonMark; every text escaped, so that nothing in it is a link, a heading or HTML."""
    return "\n".join(_lines(outline(shared))).encode() + b"\n"


def table(shared: Shared) -> bytes:
    """One row an object, for a spreadsheet: UTF-8 with its mark, cells that would be formulas with a ' before them."""
    names = {obj["id"]: str(obj.get("name", "")) for obj in shared.objects}
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for obj in shared.objects:
        writer.writerow([guarded(clean(value)) for value in _row(obj, names)])
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8", "replace")


def _lines(document: Outline) -> list[str]:
    lines = [f"**{escaped(document.marking)}**", "", f"# {escaped(document.title)}", ""]
    lines += [f"{escaped(line)}  " for line in document.meta]
    for part in document.parts:
        lines += ["", f"## {escaped(part.heading)}", "", *_part(part)]
    return [*lines, "", f"**{escaped(document.marking)}**"]


def _part(part: Part) -> list[str]:
    if part.is_list:
        return [f"- {escaped(line)}" for line in part.lines]
    return [text for line in part.lines for text in (escaped(line), "")][:-1]


def _row(obj: dict[str, Any], names: dict[str, str]) -> tuple[Any, ...]:
    creator = str(obj.get("created_by_ref", ""))
    refs = [value for name, value in obj.items() if name.endswith("_ref") and name != "created_by_ref"]
    refs += [one for name, value in obj.items() if name.endswith("_refs") for one in value]
    markings = set(obj.get("object_marking_refs", ()))
    return (
        obj["id"],
        obj["type"],
        obj.get("name") or obj.get("value") or obj.get("abstract") or obj.get("relationship_type") or "",
        obj.get("description") or obj.get("content") or obj.get("explanation") or "",
        obj.get("first_seen") or obj.get("first_observed") or obj.get("start_time") or obj.get("created") or "",
        obj.get("last_seen") or obj.get("last_observed") or obj.get("stop_time") or obj.get("modified") or "",
        " ".join(sorted(TLP_BY_ID[ref] for ref in markings if ref in TLP_BY_ID)),
        names.get(creator, creator),
        " ".join(str(ref) for ref in refs if ref not in markings),
        "yes" if obj.get("revoked") is True else "",
        orjson.dumps(obj, option=orjson.OPT_SORT_KEYS).decode(),
    )


MARKDOWN = CaseExporter(
    "markdown",
    "text/markdown; charset=utf-8",
    ".md",
    (
        ("ids and versions of objects", "not shown; the record of the release has them"),
        ("relationships", "only attributions are shown, as who says what"),
        ("observables", "accounts and addresses are shown where a channel has them"),
        ("granular markings", "a line shows the marking of its object"),
    ),
    markdown,
)
CSV = CaseExporter(
    "csv",
    "text/csv; charset=utf-8",
    ".csv",
    (("nothing", "what has no column of its own is in the column `object`, as JSON"),),
    table,
)
