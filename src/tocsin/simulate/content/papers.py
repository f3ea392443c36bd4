"""The documents of the leak beside their originals, and posts that quote them or seem to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tocsin.simulate.content.feed import START, Feed, moment, remark, words
from tocsin.simulate.content.mailbox import received
from tocsin.simulate.content.pdf import pdf, pdf_date, revise
from tocsin.simulate.money.world import Draw
from tocsin.simulate.voting.desk import Desk

DOCUMENTS, COMPARE, TRACING = "leaks.documents", "leaks.compare", "leaks.tracing"
_PRODUCER, _EDITOR = "Civic Writer 4.1", "Quill 9"
_QUOTES, _SLIPS = 18, 8


@dataclass(frozen=True, slots=True)
class Papers:
    """Files by name: as they were leaked, and as their owner has them."""

    leaked: dict[str, bytes]
    originals: dict[str, bytes]


def papers(desk: Desk, draw: Draw) -> Papers:
    """Four documents: one revised in what it says, one with other names and numbers than its original, one saved again
    without a change in its text, one laid out anew."""
    made = Papers({}, {})
    for paper in words("leak")["papers"]:
        name, paragraphs = paper["name"], paper["paragraphs"]
        written = datetime.fromisoformat(paper["day"]).replace(hour=draw.between(8, 16), tzinfo=UTC)
        info = {"Title": paper["title"], "Producer": _PRODUCER, "CreationDate": pdf_date(written)}
        made.originals[name] = pdf(paragraphs, info)
        later = info | {"Producer": _EDITOR, "ModDate": pdf_date(START + timedelta(days=draw.between(36, 43)))}
        made.leaked[name] = _leaked(paper["unit"], paragraphs, info, later)
    desk.plant("revised-document", DOCUMENTS, ["harbour-fund.pdf"], "a sum and its receiver changed in a revision", 1)
    desk.plant("tainted-document", COMPARE, ["donor-dinner.pdf"], "a name, a sum and a sentence not in the original", 2)
    desk.plant("saved-again", DOCUMENTS, ["reading-room.pdf"], "saved again with another title")
    desk.plant("laid-out-anew", COMPARE, ["staff-plan.pdf"], "the same words on shorter lines")
    return made


def _leaked(unit: str, paragraphs: Sequence[str], info: dict[str, str], later: dict[str, str]) -> bytes:
    """A document as it was given away."""
    if unit == "revised-document":
        before, after = words("leak")["revised"]
        return revise(pdf(paragraphs, info), later, [one.replace(before, after) for one in paragraphs])
    if unit == "tainted-document":
        return pdf([_tainted(one) for one in paragraphs], info)
    if unit == "saved-again":
        return revise(pdf(paragraphs, info), info | {"Title": info["Title"] + ", for the notice board"})
    return pdf(paragraphs, info, columns=60)


def _tainted(text: str) -> str:
    for before, after in words("leak")["tainted"]:
        text = text.replace(before, after)
    return text


def quote(desk: Desk, draw: Draw, feed: Feed) -> None:
    """Posts that quote the documents, with and without a word exchanged; posts older than the leak that share a saying
    or a law with it, and some that do so later."""
    passages = [
        _tainted(text).replace(*words("leak")["revised"])
        for paper in words("leak")["papers"]
        for text in paper["paragraphs"]
        if "At the end of the day" not in text and "statute" not in text
    ]
    crowd, comments = feed.crowd(_QUOTES + _SLIPS), words("leak")["comments"]
    exact = [_comment(draw, comments, _passage(draw, passages)) for _ in range(_QUOTES)]
    slips = [_comment(draw, comments, _slipped(draw, _passage(draw, passages))) for _ in range(_SLIPS)]
    public = received() + timedelta(days=1)
    posts = [
        feed.add(who, moment(draw, public.replace(hour=0), 11), text).post
        for who, text in zip(crowd, exact + slips, strict=True)
    ]
    desk.plant("quotes", TRACING, posts[:_QUOTES], "seven to twelve words of the leak inside a comment", 2)
    desk.plant("quotes-altered", TRACING, posts[_QUOTES:], "the same with one word exchanged", 3)
    for unit, what in (("phrases", "a saying that the leak has too"), ("statute", "a law that the leak quotes")):
        texts = words("leak")[unit]
        made = []
        for begun, days in ((START, 40), (public.replace(hour=0), 11)):
            crowd = feed.crowd(len(texts))
            made += [feed.add(who, moment(draw, begun, days), t).post for who, t in zip(crowd, texts, strict=True)]
        desk.plant(unit, TRACING, made, what)


def _passage(draw: Draw, passages: Sequence[str]) -> str:
    """Seven to twelve words of one sentence or two."""
    told = draw.of(passages).split()
    count = draw.between(7, 12)
    at = draw.between(0, len(told) - count)
    return " ".join(told[at : at + count])


def _slipped(draw: Draw, passage: str) -> str:
    """One word in the middle exchanged."""
    told = passage.split()
    told[draw.between(2, len(told) - 3)] = draw.of(("lantern", "quietly", "seventeen", "yesterday", "cabbage"))
    return " ".join(told)


def _comment(draw: Draw, comments: Sequence[str], passage: str) -> str:
    bare = passage.strip(".,;")
    return f"{draw.of(comments).format(quote=bare)} {remark(draw) if draw.chance(0.4) else ''}".strip()
