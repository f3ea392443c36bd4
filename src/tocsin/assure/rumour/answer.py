"""What is known about a rumour, as a page in plain words: the evidence, what it cannot show, where it is from.

Machines and people put evidence beside what is said; the page says nothing about whether it is so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import jinja2

from tocsin.model.plain import clean, escaped
from tocsin.model.rumour import Rumour, RumourKind, Tie

STATEMENT = "This page sets evidence beside what is said. It does not say whether it is so: that is for its readers."
SUGGESTED = "A machine suggests that this bears on it; nobody has confirmed it yet."
_PUBLIC, _INTERNAL = "TLP:CLEAR", "TLP:AMBER"


@dataclass(frozen=True, slots=True)
class Part:
    """A heading with paragraphs and list items."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole page. `marking` stands at its head and foot."""

    title: str
    marking: str
    meta: tuple[str, ...]
    parts: tuple[Part, ...]


def answer(rumour: Rumour, kind: RumourKind, ties: Iterable[Tie], made: datetime, *, exercise: bool = False) -> Answer:
    """The page for a rumour and the ties that shall be on it; rejected ones never are. It is marked TLP:AMBER while it
    holds what is not settled or a lead from which nobody has concluded: such a page is not for the public. One of an
    exercise says so."""
    shown = [tie for tie in ties if tie.state != "rejected"]
    internal = any(tie.state == "suggested" or tie.item.lead for tie in shown)
    return Answer(
        f"What is known: {kind.title}",
        ("EXERCISE: nothing here is real. " if exercise else "") + (_INTERNAL if internal else _PUBLIC),
        (STATEMENT, f"A draft as of {made:%Y-%m-%d %H:%M} UTC: people decide whether it is given out."),
        (
            Part("What is said", (rumour.text,), tuple(_context(rumour))),
            Part("What would have to be known", (kind.question,)),
            *(_part(number, tie) for number, tie in enumerate(shown, 1)),
            *([] if shown else [Part("Evidence", ("None is tied to it yet.",))]),
            *_missing(kind, shown),
            *_sources(shown),
        ),
    )


def hidden(page: Answer, hide: Callable[[str], str]) -> Answer:
    """The page with every text put through `hide`."""
    parts = tuple(
        Part(hide(part.heading), tuple(map(hide, part.paragraphs)), tuple(map(hide, part.items))) for part in page.parts
    )
    return Answer(hide(page.title), page.marking, page.meta, parts)


def markdown(page: Answer) -> str:
    """The page as CommonMark; every text escaped."""
    lines = [f"**{page.marking}**", "", f"# {_safe(page.title)}", ""]
    lines += [text for line in page.meta for text in (_safe(line), "")]
    for part in page.parts:
        lines += [f"## {_safe(part.heading)}", ""]
        lines += [text for paragraph in part.paragraphs for text in (_safe(paragraph), "")]
        lines += [*(f"- {_safe(item)}" for item in part.items), ""] if part.items else []
    return "\n".join([*lines, f"**{page.marking}**"]) + "\n"


def html(page: Answer) -> str:
    """The page as one HTML file without scripts or outside parts, fit to print."""
    return _template().render(page=page)


def _context(rumour: Rumour) -> Iterator[str]:
    if rumour.source:
        yield f"Seen at: {rumour.source}"
    if rumour.seen:
        yield f"Seen on: {rumour.seen:%Y-%m-%d}"
    if rumour.places:
        yield f"Said of: {', '.join(rumour.places)}"
    if rumour.contest:
        yield f"Contest: {rumour.contest}"


def _part(number: int, tie: Tie) -> Part:
    settled = f"A person read it and confirmed on {tie.at:%Y-%m-%d} that it bears on this." if tie.at else SUGGESTED
    reason = f" The reason given: {tie.why}" if tie.why else ""
    made = f" Made on {tie.item.made:%Y-%m-%d}." if tie.item.made else ""
    paragraphs = (
        f"{tie.item.says.rstrip('.')}.{made}",
        f"Why it bears on this: {tie.bears}.",
        f"{settled}{reason}",
        "What it cannot show:",
    )
    return Part(f"Evidence {number}, {tie.item.kind}: {tie.item.title}", paragraphs, tie.cannot_show)


def _missing(kind: RumourKind, ties: list[Tie]) -> Iterator[Part]:
    """Kinds of evidence that would bear on it and of which there is none here."""
    held = {tie.item.kind for tie in ties}
    lacking = tuple(f"{one.evidence}: {one.bears}" for one in kind.bearings if one.evidence not in held)
    if lacking:
        yield Part("What would bear on it and is not here", items=lacking)


def _sources(ties: list[Tie]) -> Iterator[Part]:
    found = dict.fromkeys(f"{tie.item.file or 'not told'}: SHA-256 {tie.item.sha256 or 'not told'}" for tie in ties)
    if found:
        told = "Whoever has a file can compute its SHA-256 digest and see that it is the one that was read."
        yield Part("Sources", (told,), tuple(found))


def _safe(text: str) -> str:
    return escaped(clean(text))


@cache
def _template() -> jinja2.Template:
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("tocsin.assure.rumour"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=lambda value: clean(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return made.get_template("answer.html")
