"""Who acts on the command line: a person of the workspace, named by login."""

from __future__ import annotations

from tocsin.errors import NotFoundError, UsageError
from tocsin.model.people import Actor, Person
from tocsin.store.workspace import Workspace


def actor_of(workspace: Workspace, login: str) -> Actor:
    """The person with this login and the roles they hold. Raises `NotFoundError` for one who does not sign in here,
    `UsageError` where no login is given."""
    if not login:
        raise UsageError("who does it?", hint="give your login with --by")
    with workspace.read() as reader:
        found = reader.page(Person, {"login": login, "active": True}, limit=1).items
    if not found:
        raise NotFoundError(f"nobody signs in as {login!r}", hint="Give a login that is listed under people.")
    return found[0].actor
