"""Work of an assessment that reads and writes files: tables of answers taken in, a party's sheet written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from tocsin.assure.assessment import answers, table
from tocsin.assure.assessment.answers import Given
from tocsin.assure.assessment.book import Book
from tocsin.assure.assessment.sight import need_speaker
from tocsin.assure.assessment.table import Filled
from tocsin.errors import InputError, TocsinError, UsageError
from tocsin.model.people import Actor
from tocsin.store.files import write_file
from tocsin.store.workspace import Workspace


class TakenIn(NamedTuple):
    """What became of a table: answers given, rows that say what was said before, rows set aside with their reason."""

    given: int
    same: int
    rejected: tuple[tuple[int, str], ...]


def answer(ws: Workspace, actor: Actor, party: str, given: Given, files: Iterable[tuple[str, BinaryIO]] = ()) -> None:
    """Give one answer with files, by name, as evidence; that of an earlier answer to the question is kept with it."""
    with ws.read() as reader:
        book = answers.open_book(reader)
    need_speaker(book, actor, party)
    answers.drafted(book, actor, party, given)  # before a file is kept that nothing would lead to
    attached = _kept(ws, files)
    answers.answer(ws, actor, party, [answers.with_files(book, party, given, attached)], tuple(attached))


def take_table(ws: Workspace, actor: Actor, party: str, path: Path) -> TakenIn:
    """Give the answers of a table that was filled in. A row that cannot be an answer is set aside with its line."""
    filled, rejected = table.read_table(path)
    with ws.read() as reader:
        book = answers.open_book(reader)
    need_speaker(book, actor, party)
    filled = _once(filled, rejected)
    good: list[Given] = []
    attached: list[str] = []
    same = 0
    for line, given, files in filled:
        reason = _refused(book, actor, party, given, files)
        if reason:
            rejected.append((line, reason))
        elif not files and _said(book, party, given):
            same += 1
        else:
            kept = _kept(ws, opened(files))
            attached += kept
            good.append(answers.with_files(book, party, given, kept))
    if good:
        answers.answer(ws, actor, party, good, attached)
    return TakenIn(len(good), same, tuple(sorted(rejected)))


def write_sheet(book: Book, party: str, path: Path) -> None:
    """Write the table of a party. `UsageError` where the folder is none."""
    if not path.parent.is_dir():
        raise UsageError(f"{path.parent} is not a folder", hint="name a folder that is there")
    write_file(path, table.write_table(book, party).encode())


def _once(filled: list[Filled], rejected: list[tuple[int, str]]) -> list[Filled]:
    """The rows without those that answer one question twice: which of them holds is not for us to choose."""
    lines: dict[tuple[str, str], list[int]] = defaultdict(list)
    for one in filled:
        lines[one.given.subject, one.given.question].append(one.line)
    twice = {line: listed for listed in lines.values() if len(listed) > 1 for line in listed}
    rejected += [(line, f"lines {', '.join(map(str, listed))} answer one question") for line, listed in twice.items()]
    return [one for one in filled if one.line not in twice]


def opened(paths: Iterable[Path]) -> Iterator[tuple[str, BinaryIO]]:
    """Files with their names, each opened when its turn comes. `InputError` for one that cannot be."""
    for path in paths:
        try:
            file = path.open("rb")
        except OSError as error:
            raise InputError(f"{error.filename} cannot be read: {error.strerror}", hint="name a file") from error
        yield path.name, file


def _kept(ws: Workspace, files: Iterable[tuple[str, BinaryIO]]) -> dict[str, str]:
    """Keeps files; their names by SHA-256."""
    return {answers.keep(ws, file): name for name, file in files}


def _said(book: Book, party: str, given: Given) -> bool:
    held = answers.before(book, party, given.subject, given.question)
    return held is not None and (held.state, held.statement) == (given.state, given.statement)


def _refused(book: Book, actor: Actor, party: str, given: Given, files: tuple[Path, ...]) -> str:
    """Why a row cannot be an answer; "" where it can."""
    counted = {f"{number:064x}": file.name for number, file in enumerate(files)}  # in the place of files to be kept
    try:
        answers.drafted(book, actor, party, answers.with_files(book, party, given, counted))
    except TocsinError as error:
        return str(error)
    return ""
