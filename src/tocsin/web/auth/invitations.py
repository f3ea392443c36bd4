"""Invitations: a link, valid once and for a time, that makes an account or gives an account a new way in."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from tocsin.errors import ConflictError, NotFoundError
from tocsin.model.people import ROLES, Actor, Invitation, Person
from tocsin.store.records import Reader, Writer
from tocsin.store.workspace import Workspace
from tocsin.web.auth import accounts, passwords
from tocsin.web.auth.sessions import hashed
from tocsin.web.i18n import N_

FIRST_LIFE = timedelta(minutes=30)
LIFE = timedelta(days=7)
GONE = N_("This link is not valid, or no longer.")


def first(ws: Workspace) -> str:
    """A link's token for the first account, which gets every role, or empty where there is an active administrator."""
    with ws.read() as reader:
        if any("administrator" in person.roles for person in accounts.everybody(reader, active=True)):
            return ""
    return _make(ws, "", ROLES, FIRST_LIFE, note="first account")


def invite(ws: Workspace, actor: Actor, roles: Iterable[str], note: str = "") -> str:
    """The token of a link for a new account with these roles."""
    accounts.require_administrator(actor)
    return _make(ws, actor.id, roles, LIFE, note=note)


def new_way_in(ws: Workspace, actor: Actor, person_id: str) -> str:
    """The token of a link by which a person who lost every way in sets a new password."""
    accounts.require_administrator(actor)
    with ws.read() as reader:
        person = reader.get(Person, person_id)
    return _make(ws, actor.id, person.roles, FIRST_LIFE * 48, person=person.id)


def _make(ws: Workspace, by: str, roles: Iterable[str], life: timedelta, note: str = "", person: str = "") -> str:
    token, now = secrets.token_urlsafe(32), datetime.now(UTC)
    made = Invitation(
        id=hashed(token),
        roles=accounts.ordered(roles),
        person=person,
        note=note,
        made_by=by,
        created=now,
        expires=now + life,
    )
    with ws.write(by, "invited", person) as writer:
        writer.put(made)
    return token


def find(reader: Reader, token: str) -> Invitation:
    """The open invitation of a token. Raises `NotFoundError`, the same for unknown, used, withdrawn and too old."""
    found = reader.find(Invitation, hashed(token))
    if found is None or found.state != "open" or found.expires <= datetime.now(UTC):
        raise NotFoundError(GONE, hint="Ask for a new one; the first is printed when the server starts.")
    return found


def waiting(reader: Reader) -> tuple[Invitation, ...]:
    """Invitations that can still be used, the first to end at the front."""
    now = datetime.now(UTC)
    found = reader.page(Invitation, where={"state": "open"}, order="expires", limit=1000).items
    return tuple(one for one in found if one.expires > now)


def withdraw(ws: Workspace, actor: Actor, invitation_id: str) -> None:
    """Make a link that nobody has used worthless."""
    accounts.require_administrator(actor)
    with ws.write(actor.id, "invitation withdrawn") as writer:
        found = writer.get(Invitation, invitation_id)
        if found.state != "open":
            raise ConflictError("The invitation is no longer open.", hint="Close the account it made instead.")
        writer.put(found.but(state="withdrawn"))


def use(writer: Writer, token: str, login: str, name: str) -> Person:
    """Use up an invitation inside a transaction: the new person, or the one it gives a new way in."""
    invitation = find(writer, token)
    writer.put(invitation.but(state="used"))
    if not invitation.person:
        return accounts.new_person(writer, login, name, invitation.roles)
    accounts.end_sessions(writer, invitation.person)
    return writer.get(Person, invitation.person)


def accept(ws: Workspace, token: str, login: str, name: str, password: str) -> Person:
    """Make the account of an invitation, or set a new password for the one it names."""
    with ws.read() as reader:
        find(reader, token)
    hashed_password = passwords.hashed(password)
    with ws.write("", "account made or recovered") as writer:
        person = use(writer, token, login, name)
        accounts.put_password(writer, person, hashed_password)
    return person
