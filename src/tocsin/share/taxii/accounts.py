"""Collections, and the accounts by which partners' programs may read or write them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import UTC, datetime

from tocsin.errors import ConflictError, ForbiddenError, NotFoundError
from tocsin.model.exchange import Account, Collection
from tocsin.model.people import Actor, Role
from tocsin.store.records import Reader
from tocsin.store.workspace import Workspace


def require(actor: Actor, role: Role, what: str) -> None:
    """Raise `ForbiddenError` unless the actor holds the role."""
    if role not in actor.roles:
        raise ForbiddenError(f"only a person with the role {role} may {what}", hint="ask one of this workspace")


def open_collection(
    workspace: Workspace, actor: Actor, title: str, audience: str, *, readable: bool = True, writable: bool = False
) -> Collection:
    """A new collection for an audience; what partners may do in it at most."""
    require(actor, "administrator", "make collections")
    now = datetime.now(UTC)
    made = Collection(title=title, audience=audience, readable=readable, writable=writable, created=now)
    with workspace.write(actor.id, "collection made", made.id) as writer:
        return writer.put(made)


def open_account(
    workspace: Workspace, actor: Actor, name: str, reads: tuple[str, ...] = (), writes: tuple[str, ...] = ()
) -> tuple[Account, str]:
    """A new account with rights in these collections, and its token, which is shown once and not kept. `ConflictError`
    where the name is taken, `NotFoundError` for an unknown collection."""
    require(actor, "administrator", "let partners in")
    token = secrets.token_urlsafe(32)
    made = Account(name=name, hashed=hashed(token), reads=reads, writes=writes, created=datetime.now(UTC))
    with workspace.write(actor.id, "partner let in", made.id) as writer:
        if writer.count(Account, {"name": name, "active": True}):
            raise ConflictError(f"there is an account {name}", hint="close it first, or choose another name")
        for collection in (*reads, *writes):
            writer.get(Collection, collection)
        return writer.put(made), token


def close_account(workspace: Workspace, actor: Actor, name: str) -> None:
    """Let an account in no more. What it was given stays known. `NotFoundError` where there is none."""
    require(actor, "administrator", "shut partners out")
    with workspace.read() as reader:
        found = reader.page(Account, {"name": name, "active": True}, limit=1).items
    if not found:
        raise NotFoundError(f"no account {name}", hint="see `tocsin partners list`")
    with workspace.write(actor.id, "partner shut out", found[0].id) as writer:
        writer.put(found[0].but(active=False))


def hashed(token: str) -> str:
    """What is kept of a token: it has 256 random bits, so a plain digest tells nothing and costs nothing."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def account_of(reader: Reader, header: str) -> Account | None:
    """The account that an Authorization header proves: Basic (RFC 7617) with its name and token, or Bearer (RFC 6750)
    with its token."""
    scheme, _, rest = header.strip().partition(" ")
    name, token = "", rest.strip()
    if scheme.lower() == "basic":
        try:
            name, _, token = base64.b64decode(token, validate=True).decode().partition(":")
        except ValueError:
            return None
    elif scheme.lower() != "bearer":
        return None
    wanted = hashed(token)
    found = reader.page(Account, {"hashed": wanted, "active": True}, limit=1).items
    if not found or not hmac.compare_digest(found[0].hashed, wanted):
        return None
    same = scheme.lower() == "bearer" or hmac.compare_digest(found[0].name.encode(), name.encode("utf-8", "replace"))
    return found[0] if same else None


def can_read(account: Account, collection: Collection) -> bool:
    """Whether the account may read the collection."""
    return collection.readable and collection.id in account.reads


def can_write(account: Account, collection: Collection) -> bool:
    """Whether the account may write to the collection."""
    return collection.writable and collection.id in account.writes


def seen(reader: Reader, account: Account) -> list[Collection]:
    """The collections an account may read or write, always in the same order."""
    found = (reader.find(Collection, id_) for id_ in {*account.reads, *account.writes})
    mine = [one for one in found if one and (can_read(account, one) or can_write(account, one))]
    return sorted(mine, key=lambda one: (one.created, one.id))
