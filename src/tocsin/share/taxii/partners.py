"""Partners whose servers or files we exchange with, and which of their collections goes with which of ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tocsin.errors import ConflictError, NotFoundError, PartnerError, UsageError
from tocsin.model.exchange import Collection, Link, Partner
from tocsin.model.people import Actor
from tocsin.share.taxii.accounts import require
from tocsin.share.taxii.client import Remote
from tocsin.store.records import Reader, Writer
from tocsin.store.workspace import Workspace


@dataclass
class Moved:
    """What went one way: how many objects were new, how many there already, and which were refused and why."""

    new: int = 0
    same: int = 0
    refused: list[str] = field(default_factory=list)


def add(
    workspace: Workspace,
    actor: Actor,
    name: str,
    url: str = "",
    key: str = "",
    links: Sequence[str] = (),
    secret: str = "",
) -> Partner:
    """Make a partner known. `links` are REMOTE, REMOTE=LOCAL or =LOCAL by ids of collections; without any, every
    collection that the server shows. A collection of ours that is not named is made, and served to nobody. Raises
    `ConflictError` for a name that is taken, `PartnerError` for a collection that the server does not show."""
    require(actor, "administrator", "add partners")
    if not url and not key:
        raise UsageError("a partner needs an address, a key or both", hint="give URL, or --key for files")
    with workspace.read() as reader:
        if reader.count(Partner, {"name": name}):
            raise ConflictError(f"there is a partner {name}", hint="choose another name")
    shown = _shown(url, secret) if url else {}
    pairs = [_pair(text) for text in links] or [(id_, "") for id_ in shown]
    unknown = [remote for remote, _ in pairs if remote and url and remote not in shown]
    if unknown:
        raise PartnerError(f"{url} shows no collection {unknown[0]}", hint=f"it shows {', '.join(shown) or 'none'}")
    with workspace.write(actor.id, "partner added", name) as writer:
        found = [Link(remote=remote, local=_local(writer, name, shown, remote, local)) for remote, local in pairs]
        return writer.put(Partner(name=name, url=url, key=key, links=tuple(found), created=datetime.now(UTC)))


def _shown(url: str, secret: str) -> dict[str, str]:
    remote = Remote(url, secret)
    try:
        return {str(one["id"]): str(one.get("title") or "") for one in remote.collections()}
    finally:
        remote.close()


def _pair(text: str) -> tuple[str, str]:
    remote, _, local = text.partition("=")
    if not remote and not local:
        raise UsageError("--collection names no collection", hint="REMOTE, REMOTE=LOCAL or =LOCAL")
    return remote, local


def _local(writer: Writer, name: str, shown: dict[str, str], remote: str, local: str) -> str:
    """The collection of ours that a link names, or a new one."""
    if local:
        return writer.get(Collection, local).id
    title = f"{name}: {shown.get(remote) or remote}"[:200]
    return writer.put(Collection(title=title, created=datetime.now(UTC))).id


def named(reader: Reader, name: str) -> Partner:
    """The partner of that name. Raises `NotFoundError`."""
    found = reader.page(Partner, {"name": name}, limit=1).items
    if not found:
        raise NotFoundError(f"no partner {name}", hint="see `tocsin partners list`")
    return found[0]


def relink(writer: Writer, partner: Partner, number: int, **changes: object) -> None:
    """Keep how far one of a partner's collections was brought together with ours."""
    now = writer.get(Partner, partner.id)
    links = list(now.links)
    links[number] = Link.model_validate({**dict(links[number]), **changes})
    writer.put(now.but(links=tuple(links)))
