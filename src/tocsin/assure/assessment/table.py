"""What a party is asked, and its answers as a table to fill in: CSV, one row a subject and question."""

from __future__ import annotations

import csv
from collections import Counter
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from tocsin.assure.assessment.answers import Given
from tocsin.assure.assessment.book import Book
from tocsin.assure.assessment.sight import own
from tocsin.errors import InputError
from tocsin.model.assessment import STATES, Answer, Question
from tocsin.model.plain import guarded, restored

COLUMNS = ("subject", "subject_name", "question", "asked", "state", "statement", "evidence")
SEPARATOR = ";"  # between the files of one answer
BOM = "\ufeff"


class Asked(NamedTuple):
    """One question to a party about one subject, and its answer that counts."""

    subject: str
    name: str
    question: Question
    answer: Answer | None


class Filled(NamedTuple):
    """One row that was filled in: its line, an answer, and the files that it names as evidence."""

    line: int
    given: Given
    files: tuple[Path, ...]


def asked(book: Book, party: str) -> tuple[Asked, ...]:
    """What a party is asked: about itself as far as it runs components, about the products that it makes, and about
    others where it has answered before."""
    answers = {(one.subject, one.question): one for one in own(book, party)}
    subjects: dict[str, tuple[Question, ...]] = {party: book.questions_of(book.party(party))}
    for product in (one for one in book.products.values() if one.vendor == party):
        components = {*product.components, *(use.component for use in book.uses if use.product == product.id)}
        subjects[product.id] = tuple(one for one in book.profile.questions if one.component in components)
    for subject, question in answers:
        others = subjects.get(subject, ())
        if question in book.questions and book.questions[question] not in others:
            subjects[subject] = (*others, book.questions[question])
    return tuple(
        Asked(subject, name_of(book, subject), question, answers.get((subject, question.id)))
        for subject, questions in subjects.items()
        for question in questions
    )


def name_of(book: Book, subject: str) -> str:
    """What a subject is called: a party by its name, a product with its release; the id of one that is not known."""
    if subject in book.products:
        product = book.products[subject]
        return f"{product.name} {product.release}".strip()
    return book.parties[subject].name if subject in book.parties else subject


def write_table(book: Book, party: str) -> str:
    """The table of a party, for a spreadsheet: with a byte order mark, and no cell that would run as a formula."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for one in asked(book, party):
        said = (one.answer.state, one.answer.statement) if one.answer else ("", "")
        writer.writerow(
            guarded(text) for text in (one.subject, one.name, one.question.id, one.question.text, *said, "")
        )
    return BOM + out.getvalue()


def read_table(path: Path) -> tuple[list[Filled], list[tuple[int, str]]]:
    """The rows of a table that have a state; and those set aside, with line and reason. Files of evidence are looked
    for beside the table. `InputError` for a file that is no such table."""
    good: list[Filled] = []
    bad: list[tuple[int, str]] = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            twice = next((one for one, number in Counter(reader.fieldnames or ()).items() if number > 1), None)
            if twice in COLUMNS:
                raise InputError(f"{path} has two columns {twice}", hint="take one of them out")
            lacking = {"subject", "question", "state"} - set(reader.fieldnames or ())
            if lacking:
                raise InputError(f"{path} has no column {min(lacking)}", hint="start from `tocsin assess sheet`")
            for row in reader:
                _sort_in(path, reader.line_num, row, good, bad)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} cannot be read: {error}", hint="save it as CSV in UTF-8") from error
    return good, bad


def _sort_in(
    table: Path, line: int, row: dict[str, str | None], good: list[Filled], bad: list[tuple[int, str]]
) -> None:
    cells = {name: restored((row.get(name) or "").strip()) for name in COLUMNS}
    names = [name.strip() for name in cells["evidence"].split(SEPARATOR) if name.strip()]
    state = next((one for one in STATES if one == cells["state"].casefold()), None)
    missing = next((name for name in names if not _is_beside(table, name)), "")
    if not cells["state"]:
        return
    if state is None:
        bad.append((line, f"{cells['state']!r} is no state; one of: {', '.join(STATES)}"))
    elif missing:
        bad.append((line, f"no file {missing[:80]} is beside the table"))
    else:
        files = tuple(table.parent / name for name in names)
        good.append(Filled(line, Given(cells["subject"], cells["question"], state, cells["statement"]), files))


def _is_beside(table: Path, name: str) -> bool:
    """Whether a name is that of another file in the folder of the table. No path and no link: a table that somebody
    sent, or put on a page, must not reach any other file of this machine."""
    file = table.parent / name
    try:
        return (
            Path(name).name == name
            and not file.is_symlink()
            and file.is_file()
            and file.resolve().parent == table.parent.resolve()
            and not file.samefile(table)
        )
    except OSError:  # a name that is too long
        return False
