"""Work of an assessment that reads and writes files: tables of answers taken in, a party's sheet written."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from tocsin.assure.assessment import answers, table
from tocsin.assure.assessment.answers import Given
from tocsin.assure.assessment.book import Book
from tocsin.errors import InputError, TocsinError, UsageError
from tocsin.model.assessment import Answer
from tocsin.model.people import Actor
from tocsin.store.files import write_file
from tocsin.store.workspace import Workspace


class TakenIn(NamedTuple):
    """What became of a table: answers given, rows that say what was said before, rows set aside with their reason."""

    given: int
    same: int
    rejected: tuple[tuple[int, str], ...]


def answer(ws: Workspace, actor: Actor, party: str, given: Given, files: Iterable[Path] = ()) -> None:
    """Give one answer with files as evidence. Evidence of an earlier answer to the question is kept with it."""
    with ws.read() as reader:
        book = answers.open_book(reader)
    attached = _kept(ws, files)
    answers.answer(ws, actor, party, [_with(book, party, given, attached)], attached)


def take_table(ws: Workspace, actor: Actor, party: str, path: Path) -> TakenIn:
    """Give the answers of a table that was filled in. A row that cannot be an answer is set aside with its line."""
    filled, rejected = table.read_table(path)
    with ws.read() as reader:
        book = answers.open_book(reader)
    good: list[Given] = []
    attached: list[str] = []
    same = 0
    for line, given, files in filled:
        reason = _refused(book, party, given)
        if reason:
            rejected.append((line, reason))
        elif not files and _said(book, party, given):
            same += 1
        else:
            kept = _kept(ws, files)
            attached += kept
            good.append(_with(book, party, given, kept))
    if good:
        answers.answer(ws, actor, party, good, attached)
    return TakenIn(len(good), same, tuple(sorted(rejected)))


def write_sheet(book: Book, party: str, path: Path) -> None:
    """Write the table of a party. `UsageError` where the folder is none."""
    if not path.parent.is_dir():
        raise UsageError(f"{path.parent} is not a folder", hint="name a folder that is there")
    write_file(path, table.write_table(book, party).encode())


def _kept(ws: Workspace, files: Iterable[Path]) -> tuple[str, ...]:
    try:
        return answers.keep(ws, (path.open("rb") for path in files))
    except OSError as error:
        raise InputError(f"{error.filename} cannot be read: {error.strerror}", hint="name a file") from error


def _before(book: Book, party: str, given: Given) -> Answer | None:
    held = book.last.get((given.subject, given.question), {}).get(party)
    return held if held and not held.withdrawn else None


def _with(book: Book, party: str, given: Given, attached: tuple[str, ...]) -> Given:
    """The answer with its evidence: what the one before it had, and what is attached now."""
    held = _before(book, party, given)
    earlier = held.evidence if held else ()
    return given._replace(evidence=tuple(dict.fromkeys((*earlier, *given.evidence, *attached))))


def _said(book: Book, party: str, given: Given) -> bool:
    held = _before(book, party, given)
    return held is not None and (held.state, held.statement) == (given.state, given.statement)


def _refused(book: Book, party: str, given: Given) -> str:
    """Why a row cannot be an answer; "" where it can."""
    try:
        answers.need_answerable(book, party, given)
    except TocsinError as error:
        return str(error)
    return ""
