"""For the rest of the program: put objects into a collection, and learn what partners have fetched of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tocsin.errors import ConflictError, InputError
from tocsin.model.exchange import Collection
from tocsin.share.stix.check import problems
from tocsin.store import exchange, posts
from tocsin.store.posts import Served
from tocsin.store.workspace import Workspace

VERSIONS = 1_000_000  # of one object
__all__ = ["Served", "date_added", "fetched", "publish"]


def publish(workspace: Workspace, collection: str, objects: Sequence[Mapping[str, Any]], actor: str) -> int:
    """Put objects into a collection, all or none, in one journal entry; returns how many were not there yet. The caller
    answers for their being such as may go to its audience. `actor` is the id of who decided it. Raises `InputError` for
    an object that is not STIX 2.1, `ConflictError` where a version is there with another content."""
    for item in objects:
        found = problems(dict(item))
        if found:
            raise InputError(f"{item.get('id')}: {found[0]}", hint="see `tocsin.share.stix.check`")
    ready = [exchange.given(item) for item in objects]
    with workspace.write(actor, "published to partners", collection) as writer:
        writer.get(Collection, collection)
        outcomes = exchange.add(writer, collection, ready)
        if "differs" in outcomes:
            one = ready[outcomes.index("differs")]
            raise ConflictError(
                f"{one.id} of {one.stamp} is in the collection with another content", hint="give a new `modified`"
            )
    return outcomes.count("new")


def fetched(workspace: Workspace, collection: str) -> tuple[Served, ...]:
    """Per account, how far it has read the collection: it may have everything added up to then and has nothing added
    later."""
    with workspace.read() as reader:
        return posts.fetched(reader, collection)


def date_added(workspace: Workspace, collection: str, object_id: str) -> dict[str, str]:
    """When each version of an object was added to the collection, to compare with what was fetched: version (its
    `modified`) to RFC 3339 time."""
    match = exchange.Match(ids=(object_id,), versions=("all",))
    with workspace.read() as reader:
        shelf = exchange.page(reader, collection, match, -1, VERSIONS, bodies=False)
    return {row.stamp: exchange.moment(row.added) for row in shelf.rows}
