"""What the verbs of `tocsin assess` share: the workspace with its assessment, who acts, and parties named in words."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from tocsin.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from tocsin.assure.assessment.book import Book
    from tocsin.model.assessment import Standing
    from tocsin.model.people import Actor
    from tocsin.store.workspace import Workspace

Folder = Annotated[Path, typer.Argument(help="Folder of the workspace.")]
PartyName = Annotated[str, typer.Argument(help="A party: its name or id.", metavar="PARTY")]
Out = Annotated[Path | None, typer.Option(help="Write a CSV file instead.")]
By = Annotated[str, typer.Option("--by", help="Login of who does it.")]


class Desk(NamedTuple):
    """An open workspace, the state of its assessment, and who acts."""

    ws: Workspace
    book: Book
    actor: Actor

    def party(self, name: str) -> str:
        """Id of the party with that id or name; `NotFoundError` if there is none, `UsageError` if there are several."""
        return _one(name, {id_: one.name for id_, one in self.book.parties.items()}, "party")

    def product(self, name: str) -> str:
        """Id of the product with that id, or name and release."""
        from tocsin.assure.assessment.table import name_of

        return _one(name, {id_: name_of(self.book, id_) for id_ in self.book.products}, "product")

    def subject(self, name: str) -> str:
        """Id of the party or product with that id or name."""
        from tocsin.assure.assessment.table import name_of

        known = {id_: name_of(self.book, id_) for id_ in (*self.book.parties, *self.book.products)}
        return _one(name, known, "party or product")


def _one(name: str, known: dict[str, str], what: str) -> str:
    if name in known:
        return name
    found = [id_ for id_, called in known.items() if called.casefold() == name.casefold()]
    if not found:
        raise NotFoundError(f"no {what} {name!r}", hint="see `tocsin assess list`")
    if len(found) > 1:
        raise UsageError(f"several are called {name!r}: {', '.join(found)}", hint="give the id")
    return found[0]


@contextmanager
def opened(folder: Path, by: str) -> Iterator[Desk]:
    """The workspace at a folder for somebody who acts, closed at the end."""
    from tocsin.assure.assessment.answers import open_book
    from tocsin.cli.people import actor_of
    from tocsin.store.workspace import Workspace

    with closing(Workspace.open(folder)) as ws:
        actor = actor_of(ws, by)
        with ws.read() as reader:
            book = open_book(reader)
        yield Desk(ws, book, actor)


def told(standings: Mapping[Standing, int]) -> str:
    """Counts in words, those of nothing left out."""
    return ", ".join(f"{number:,} {name}" for name, number in standings.items() if number) or "nothing"


def write_rows(out: Path, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    """Write a table as a CSV file whose cells no spreadsheet takes for formulas."""
    from tocsin.model.plain import guarded

    with out.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows([guarded(cell) for cell in row] for row in rows)
