"""Sheets to print for a round: lists by which cards are fetched, and forms for what two persons read."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from tocsin.inform import i18n
from tocsin.inform.notebook.book import Book, RoundPart, Row, read_book, rows
from tocsin.inform.notebook.pages import Write, environment, page
from tocsin.model.ballot import Contest
from tocsin.model.plain import clean

PLACE = ("jurisdiction", "tabulator", "batch")
SHEETS = tuple(
    f"sheets/{page(name, language)}" for language in i18n.languages() for name in ("retrieval", "reading")
)  # of a round
NOT_ASKED = "-"  # in form.csv: a contest that is not on the card


def write_sheets(folder: Path, write: Write) -> None:
    """Write the sheets of the last round that was drawn, in every language."""
    book = read_book(folder)
    part = book.rounds[-1]
    fetched = list(_fetched(folder, part))
    read = list(_read(folder, book, part))
    for language in i18n.languages():
        made = environment(language)
        for name, told in (("retrieval", {"batches": fetched}), ("reading", {"cards": read})):
            html = made.get_template(f"{name}.html.j2").render(book=book, part=part, **told)
            write(f"{part.place}/sheets/{page(name, language)}", clean(html).encode())


def _fetched(folder: Path, part: RoundPart) -> Iterator[tuple[Row, list[Row]]]:
    """The containers to open, in the order of the manifest, each with its cards by position."""
    manifest = {tuple(row[name] for name in PLACE): (n, row) for n, row in enumerate(rows(folder / "manifest.csv"))}
    order = sorted(part.fresh, key=lambda row: (manifest[_place(row)][0], int(row["position"] or 0)))
    for place, cards in groupby(order, key=_place):
        yield manifest[place][1], list(cards)


def _read(folder: Path, book: Book, part: RoundPart) -> Iterator[tuple[Row, list[Contest]]]:
    """Each card or batch with the contests to be read on it, in the order in which they are fetched."""
    asked = {row["unit"]: row for row in rows(folder / part.place / "form.csv")}
    for _, cards in _fetched(folder, part):
        for card in cards:
            cells: dict[str, Any] = asked.get(card["unit"], {})
            yield card, [a.contest for id_, a in book.contests.items() if cells.get(id_) != NOT_ASKED]


def _place(row: Row) -> tuple[str, ...]:
    return tuple(row[name] for name in PLACE)
