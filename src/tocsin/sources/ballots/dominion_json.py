"""Dominion's export of cast vote records as JSON: manifests of ids and one or many files of scan sessions."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO, cast

from tocsin.sources.ballots.base import Format, Given, Json, plain
from tocsin.sources.ballots.cast import Cast, Vote
from tocsin.sources.base import Head, Sniff
from tocsin.sources.jsontext import Document
from tocsin.sources.textual import decode_head

_PATHS = (("Sessions", "*"), ("List", "*"))
_IMAGE = re.compile(r"(\d+)_(\d+)_(\d+)[^\\/]*$")
_ROOT = re.compile(r'"(Sessions|List)"\s*:\s*\[')


def _sniff(head: Head) -> Sniff | None:
    text = decode_head(head.data[:65536])
    if not text.lstrip().startswith("{") or not (found := _ROOT.search(text)):
        return None
    first = next(islice(Document(cast("BinaryIO", io.BytesIO(head.data)), _PATHS), 1), None)
    keys = set(first.value) if first and isinstance(first.value, dict) else set()
    if found[1] == "Sessions" and ("Original" in keys or '"TabulatorId"' in text):
        return Sniff(0.95, "scan sessions with tabulator and batch")
    if found[1] == "List" and keys & {"Id", "BallotTypeId", "ContestId"}:
        return Sniff(0.9, "a manifest of ids")
    return Sniff(0.5, "a document with a list") if '"Version"' in text[:200] else None


def _take(given: Given, cast_: Cast) -> None:
    known = unused = 0
    document = Document(cast("BinaryIO", given.stream), _PATHS)
    for found in document:
        if not isinstance(found.value, dict):
            given.reject(found.number, found.reason or "not a JSON object", found.text)
        elif "Original" in found.value:
            _session(given, cast_, found.number, found.value, found.text)
        elif _listed(cast_, found.value):
            known += 1
        else:
            unused += 1
    given.notes += document.notes()
    given.notes += [f"names of {known} contests or candidates"] if known else []
    given.notes += [f"{unused} entries that name no contest or candidate"] if unused else []


def _listed(cast_: Cast, entry: Json) -> bool:
    """Learn of a contest or a candidate from an entry of a manifest; False for what is neither."""
    if "VoteFor" in entry:
        learned = cast_.contests[plain(entry.get("Id"))]
        learned.name, learned.allowed = plain(entry.get("Description")), _number(entry["VoteFor"], 1)
        learned.counting = "irv" if _number(entry.get("NumOfRanks"), 0) > 0 else "plurality"
        return True
    if "ContestId" in entry and "Description" in entry:
        name, write_in = plain(entry["Description"]), "write" in plain(entry.get("Type")).lower()
        cast_.contests[plain(entry["ContestId"])].choice(plain(entry.get("Id")), name, write_in=write_in)
        return True
    return False


def _session(given: Given, cast_: Cast, row: int, session: Json, text: str) -> None:
    """The cards of a session as it counts now: as scanned, or as changed in adjudication."""
    try:
        current = next(part for part in _parts(session) if part.get("IsCurrent"))
        tabulator, batch = plain(session["TabulatorId"]), plain(session["BatchId"])
        cards = current.get("Cards", [current])  # exports before 2020 have contests right here
        votes = [[_vote(contest) for contest in card["Contests"]] for card in cards]
    except StopIteration:
        given.reject(row, "no part of this session is marked as current", text)
        return
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        given.reject(row, f"a session without what Dominion's have: {error!r}", text)
        return
    record = _record(session)
    for number, (card, voted) in enumerate(zip(cards, votes, strict=True), 1):
        sheet = str(card.get("PaperIndex", number)) if len(cards) > 1 else ""
        named = "-".join(filter(None, (tabulator, batch, record or f"row {row}", sheet)))
        style = plain(current.get("BallotTypeId"))
        cast_.card(given, row, voted, id=named, tabulator=tabulator, batch=batch, position=record or None, style=style)


def _parts(session: Json) -> Iterator[Json]:
    for key in ("Modified", "Original"):
        part = session.get(key)
        yield from (one for one in (part if isinstance(part, list) else [part]) if isinstance(one, dict))


def _record(session: Json) -> str:
    """The number of the card in its batch; where it was redacted, the one in the name of its image. "" for none."""
    record = plain(session.get("RecordId"))
    if record.isdigit():
        return record
    image = _IMAGE.search(plain(session.get("ImageMask")))
    return str(int(image[3])) if image else ""


def _vote(contest: Json) -> Vote:
    marks = contest["Marks"]
    valid = [(str(mark["CandidateId"]), _number(mark.get("Rank"), 1)) for mark in marks if mark["IsVote"]]
    return str(contest["Id"]), valid, not valid and _number(contest.get("Overvotes"), 0) > 0


def _number(value: object, otherwise: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else otherwise


FORMAT = Format("dominion-json", "Dominion's JSON export", _sniff, _take, files=True)
