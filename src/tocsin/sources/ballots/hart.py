"""Hart's cast vote records: an archive or folder with one XML file a card."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from tocsin.errors import InputError
from tocsin.sources.ballots.base import Format, Given, whole_number
from tocsin.sources.ballots.cast import Cast, Vote
from tocsin.sources.ballots.contests import WRITE_IN
from tocsin.sources.base import Head, Sniff
from tocsin.sources.lists.markup import read_elements, root_of, text_of

_WANTED = frozenset(
    ("Contests", "BatchSequence", "BatchNumber", "SheetNumber", "CvrGuid", "PrecinctSplit", "Workstation")
)


def _sniff(head: Head) -> Sniff | None:
    return Sniff(0.95, "XML with the root Cvr") if root_of(head) == "Cvr" else None


def _take(given: Given, cast_: Cast) -> None:
    elements = read_elements(given.stream, given.name, _WANTED)
    root = next(elements, None)
    if root is None or root.element.tag != "Cvr":
        raise InputError(f"{given.name}: no Hart record: its root is not Cvr", hint="name another format")
    parts: dict[str, Element] = {found.element.tag: found.element for found in elements}
    if "Contests" not in parts:
        given.reject(root.line, "a record without contests")
        return
    said = {tag: text_of(element, ".") for tag, element in parts.items()}
    votes = [_vote(cast_, contest) for contest in parts["Contests"].iterfind("Contest")]
    cast_.card(
        given,
        root.line,
        votes,
        id=said.get("CvrGuid", ""),
        tabulator=said.get("Workstation", ""),
        batch=said.get("BatchNumber", ""),
        position=said.get("BatchSequence"),
        style=text_of(parts["PrecinctSplit"], "Name") if "PrecinctSplit" in parts else "",
    )


def _vote(cast_: Cast, contest: Element) -> Vote:
    """Only options that were marked are in the file; of write-ins only that there was one is kept."""
    id_ = text_of(contest, "Id") or text_of(contest, "Name")
    learned = cast_.contests[id_]
    learned.name = text_of(contest, "Name")
    marks = []
    for option in contest.iterfind("Options/Option"):
        if text_of(option, "Value") in ("0", "0.0"):
            continue
        written = option.find("WriteInData") is not None
        choice = WRITE_IN if written else text_of(option, "Id") or text_of(option, "Name")
        marks.append((learned.choice(choice, "" if written else text_of(option, "Name"), write_in=written), 1))
    over = (whole_number(text_of(contest, "Overvotes")) or 0) > 0
    return id_, [] if over else marks, over


FORMAT = Format("hart", "Hart's cast vote records", _sniff, _take, files=True)
