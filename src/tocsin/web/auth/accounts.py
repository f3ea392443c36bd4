"""Accounts: sign in with a password, change one's own, and what administrators change in others'."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from tocsin.errors import ConflictError, ForbiddenError, SignInError, TooOftenError, UsageError
from tocsin.model.people import ROLES, Actor, Credential, Person, Role, Session
from tocsin.store.records import Reader, Writer
from tocsin.store.workspace import Workspace
from tocsin.web.auth import passwords
from tocsin.web.auth.limits import Limiter
from tocsin.web.i18n import N_

WRONG = N_("The name or the password is wrong.")


def login_of(typed: str) -> str:
    """The login as it is kept: without spaces around it, in lower case."""
    return typed.strip().lower()


def ordered(roles: Iterable[str]) -> tuple[Role, ...]:
    """Roles in the order of `ROLES`. Raises `UsageError` for one that does not exist, or for none."""
    wanted = set(roles)
    if not wanted or wanted - set(ROLES):
        raise UsageError("An account needs one role or more of those there are.", hint="Choose from the list.")
    return tuple(role for role in ROLES if role in wanted)


def require_administrator(actor: Actor) -> None:
    """Raise `ForbiddenError` for anybody else."""
    if "administrator" not in actor.roles:
        raise ForbiddenError("Only an administrator can do that.", hint="Ask an administrator of this workspace.")


def find(reader: Reader, login: str) -> Person | None:
    """The account with that login, active or not."""
    found = reader.page(Person, where={"login": login_of(login)}, limit=1).items
    return found[0] if found else None


def credential(reader: Reader, kind: str, key: str) -> Credential | None:
    """The way in with that key."""
    found = reader.page(Credential, where={"type": kind, "key": key}, limit=1).items
    return found[0] if found else None


def check_password(ws: Workspace, limiter: Limiter, login: str, password: str) -> Person:
    """The person with that login and password. Raises `SignInError`, the same and after the same work whether the name
    or the password is wrong, and `TooOftenError` after too many tries at one name."""
    name = login_of(login)
    with ws.read() as reader:
        person = find(reader, name)
        kept = credential(reader, "password", person.id) if person else None
    try:
        limiter.take(name)
    except TooOftenError:
        ws.note(person.id if person else "", "sign-in refused: too many tries", person.id if person else "")
        raise
    right = passwords.verify(kept.secret if kept else "", password)
    if not (right and person and kept and person.active):
        raise SignInError(WRONG, hint="Try again, or ask an administrator for a new link.")
    limiter.clear(name)
    if passwords.outdated(kept.secret):
        with ws.write(person.id, "password hash renewed", person.id) as writer:
            writer.put(kept.but(secret=passwords.hashed(password)))
    return person


def new_person(writer: Writer, login: str, name: str, roles: Iterable[str]) -> Person:
    """Make an account inside a transaction. Raises `ConflictError` where the login is taken."""
    login = login_of(login)
    if writer.count(Person, where={"login": login}):
        raise ConflictError("That name to sign in with is taken.", hint="Choose another.")
    person = Person(login=login, name=name.strip(), roles=ordered(roles), created=datetime.now(UTC))
    return writer.put(person)


def put_password(writer: Writer, person: Person, hashed: str) -> None:
    """Give a person a password, in place of the one before."""
    kept = credential(writer, "password", person.id)
    if kept:
        writer.put(kept.but(secret=hashed))
    else:
        made = datetime.now(UTC)
        writer.put(Credential(person=person.id, type="password", key=person.id, secret=hashed, created=made))


def change_password(ws: Workspace, limiter: Limiter, person: Person, old: str, new: str, keep: str) -> None:
    """Change one's own password; it needs the old one where there is one, and ends all other sessions but `keep`."""
    with ws.read() as reader:
        kept = credential(reader, "password", person.id)
    if kept:
        check_password(ws, limiter, person.login, old)
    hashed = passwords.hashed(new)
    with ws.write(person.id, "password changed", person.id) as writer:
        put_password(writer, person, hashed)
        end_sessions(writer, person.id, but=keep)


def end_sessions(writer: Writer, person: str, but: str = "") -> int:
    """Remove the sessions of a person, except one; returns how many."""
    ended = [s.id for s in writer.page(Session, where={"person": person}, limit=1000).items if s.id != but]
    for session in ended:
        writer.remove(Session, session)
    return len(ended)


def set_language(ws: Workspace, person: Person, language: str) -> None:
    """Keep the language a person chose."""
    with ws.write(person.id, "language chosen", person.id) as writer:
        writer.put(person.but(language=language))


def set_roles(ws: Workspace, actor: Actor, person_id: str, roles: Iterable[str]) -> Person:
    """Give a person these roles and no others. Raises `ConflictError` where no administrator would be left."""
    require_administrator(actor)
    with ws.write(actor.id, "roles changed", person_id) as writer:
        return _put(writer, writer.get(Person, person_id).but(roles=ordered(roles)))


def set_active(ws: Workspace, actor: Actor, person_id: str, active: bool) -> Person:
    """Close an account, with all its sessions, or open it again. What the person did stays."""
    require_administrator(actor)
    with ws.write(actor.id, "account opened again" if active else "account closed", person_id) as writer:
        if not active:
            end_sessions(writer, person_id)
        return _put(writer, writer.get(Person, person_id).but(active=active))


def _put(writer: Writer, person: Person) -> Person:
    stored = writer.put(person)
    if not any("administrator" in other.roles for other in everybody(writer, active=True)):
        raise ConflictError(
            "Nobody would be left who can invite people or change roles.",
            hint="First make another person administrator.",
        )
    return stored


def everybody(reader: Reader, *, active: bool | None = None) -> tuple[Person, ...]:
    """The accounts in the order of their logins, at most 1,000."""
    where = {} if active is None else {"active": active}
    return reader.page(Person, where=where, order="login", limit=1000).items


def remove_credential(ws: Workspace, person: Person, credential_id: str) -> None:
    """Remove one of one's own ways in. Raises `ConflictError` for the last one."""
    with ws.write(person.id, "way in removed", person.id) as writer:
        own = writer.page(Credential, where={"person": person.id}, limit=1000).items
        if credential_id not in {one.id for one in own}:
            raise ForbiddenError("That is not one of yours.", hint="Choose from your own account page.")
        if len(own) == 1:
            raise ConflictError("It is the only way in.", hint="Add another first.")
        writer.remove(Credential, credential_id)
