"""What every act on a case has in common: who may do it, one journal entry, and a refusal that is kept as well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import ValidationError

from tocsin.cases.blinding import Blinder
from tocsin.errors import ForbiddenError, UsageError
from tocsin.model.case import Case
from tocsin.model.finding import Record
from tocsin.model.people import Actor, Role
from tocsin.model.record import Stored
from tocsin.store.records import NOTHING, Reader, Where, Writer
from tocsin.store.workspace import Workspace

R = TypeVar("R", bound=Record)
S = TypeVar("S", bound=Stored)

_PAGE = 500


def now() -> datetime:
    """The time of an act, in UTC."""
    return datetime.now(UTC)


@contextmanager
def act(
    ws: Workspace, actor: Actor, action: str, subject: str, roles: Iterable[Role], note: str = ""
) -> Iterator[Writer]:
    """One act: a transaction with one journal entry. Raises `ForbiddenError` where the actor holds none of `roles`.

    A refusal, here or inside the block, becomes a journal entry `refused: <action>` with its reason.
    """
    with gate(ws, actor, action, subject, roles), ws.write(actor.id, action, subject, note) as writer:
        yield writer


@contextmanager
def gate(ws: Workspace, actor: Actor, action: str, subject: str, roles: Iterable[Role]) -> Iterator[None]:
    """Refuse, and keep the refusal, where the actor holds none of `roles` or the block raises `ForbiddenError`."""
    try:
        needed = tuple(roles)
        if not actor.roles.intersection(needed):
            raise ForbiddenError(
                f"this needs the role {' or '.join(needed)}: {action}",
                hint="an administrator gives roles; or ask who has it",
            )
        yield
    except ForbiddenError as error:
        ws.note(actor.id, f"refused: {action}", subject, str(error))
        raise


def checked(kind: type[R], **values: Any) -> R:
    """A record of these values; `UsageError` naming the field that cannot be so."""
    try:
        return kind(**values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise UsageError(f"{where or kind.__name__}: {first['msg']}", hint="correct this field") from error


def every(reader: Reader, kind: type[S], where: Where = NOTHING) -> Iterator[S]:
    """All records with these values, by id, read in pages."""
    after = ""
    while True:
        page = reader.page(kind, where, after=after, limit=_PAGE)
        yield from page.items
        after = page.next
        if not after:
            return


@contextmanager
def on_case(
    ws: Workspace, actor: Actor, action: str, case_id: str, roles: Iterable[Role], note: str = ""
) -> Iterator[tuple[Writer, Case]]:
    """An act on a case: as `act`, with the case as it is. Names of private persons are taken out of the note."""
    if note:
        with ws.read() as reader:
            case = reader.get(Case, case_id)
        note = private_names(case).text(note)
    with act(ws, actor, action, case_id, roles, note) as w:
        yield w, w.get(Case, case_id)


def private_names(case: Case) -> Blinder:
    """Replaces the names of private persons, which never leave the workspace."""
    return Blinder(name for name in case.names if name.standing == "private")
