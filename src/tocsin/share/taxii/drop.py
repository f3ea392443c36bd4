"""The same exchange without a network: signed files in a folder or on a stick.

Each file is a STIX bundle that any tool can read, `tocsin-SENDER-COLLECTION-NUMBER.json`, with a statement beside it
(`.sig`) that holds its digest, its number and the signature. Files are numbered without gaps for each collection, so
the receiver sees if one is missing. No file is ever written over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson

from tocsin.errors import InputError, UsageError
from tocsin.model.exchange import Link, Partner
from tocsin.model.people import Actor
from tocsin.progress import Progress
from tocsin.share.taxii.accounts import require
from tocsin.share.taxii.partners import Moved, named, relink
from tocsin.share.taxii.sync import BATCH_BYTES, batches, take
from tocsin.store import signing
from tocsin.store.canonical import canonical
from tocsin.store.exchange import Kept
from tocsin.store.files import write_file
from tocsin.store.workspace import Workspace

FORMAT = "tocsin-drop/1"
MOST_BYTES = 256 << 20
STATEMENT = {
    "collection": str, "format": str, "made": str, "number": int, "objects": int, "sha256": str, "to": str,
    "upto": int, "workspace": str, "key": str, "signature": str,
}  # fmt: skip


def write(workspace: Workspace, actor: Actor, name: str, folder: Path, progress: Progress) -> Moved:
    """Write what is new here, and did not come from the partner, into files. A file that an earlier run finished and
    did not note is taken as it is. Raises `UsageError` where the folder is none, or holds something else under that
    name."""
    require(actor, "publisher", "send to partners")
    with workspace.read() as reader:
        partner = named(reader, name)
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder", hint="name the folder or the stick")
    moved = Moved()
    for number in range(len(partner.links)):
        progress.start(f"Write {partner.links[number].local}")
        while written := _write_next(workspace, actor, partner.id, number, folder):
            moved.new += written
            progress.advance(written)
    return moved


def _write_next(workspace: Workspace, actor: Actor, partner_id: str, number: int, folder: Path) -> int:
    """Write the next file of a link; returns how many objects it holds, 0 where nothing is left."""
    with workspace.read() as reader:
        partner = reader.get(Partner, partner_id)
    link = partner.links[number]
    path = folder / f"tocsin-{workspace.id[:8]}-{link.local[:8]}-{link.drops + 1:06}.json"
    there = _finished(path, signing.public_key(workspace))
    if there is None:
        rows = next(batches(workspace, link.local, partner.id, link.dropped, BATCH_BYTES), [])
        if not rows:
            return 0
        workspace.note(actor.id, "written for partner", link.local, f"{len(rows)} objects in {path.name}")
        there = _write(workspace, link, path, rows)
    with workspace.write(actor.id, "file for partner", link.local, path.name) as writer:
        relink(writer, partner, number, dropped=there["upto"], drops=there["number"])
    return int(there["objects"])


def _finished(path: Path, key: str) -> dict[str, Any] | None:
    """The statement of a file that is there already, whole and ours; None where there is no file."""
    if not path.exists():
        return None
    statement = _statement(path.with_suffix(".sig")) if path.with_suffix(".sig").exists() else None
    if statement is None or statement["key"] != key or statement["sha256"] != _sha256(path):
        raise UsageError(
            f"{path} is there and is not what would be written", hint="move it away, or name another folder"
        )
    return signing.check(statement, key)


def _write(workspace: Workspace, link: Link, path: Path, rows: list[Kept]) -> dict[str, Any]:
    objects = ",".join(row.body for row in rows)
    bundle = f'{{"type":"bundle","id":"bundle--{uuid4()}","objects":[{objects}]}}'.encode()
    statement = {
        "format": FORMAT,
        "workspace": workspace.id,
        "collection": link.local,
        "to": link.remote,
        "number": link.drops + 1,
        "objects": len(rows),
        "upto": rows[-1].added,
        "sha256": hashlib.sha256(bundle).hexdigest(),
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    write_file(path, bundle)
    # last: with it the file counts
    write_file(path.with_suffix(".sig"), canonical(signing.signed(workspace, statement)))
    return statement


def read(workspace: Workspace, actor: Actor, name: str, folder: Path, progress: Progress) -> Moved:
    """Take over what the partner's files hold, in their order. Raises `InputError` for one that is not as it was
    signed, and for one that is missing; files before it are taken."""
    require(actor, "custodian", "take over what partners send")
    with workspace.read() as reader:
        partner = named(reader, name)
    if not partner.key:
        raise UsageError(f"no key of {name} is known", hint="add the partner with --key, as told by another way")
    moved, found = Moved(), sorted(_signed(folder, partner), key=lambda one: one[1]["number"])
    if not found:
        raise InputError(f"{folder} holds no file signed by {name}", hint="compare the key with the partner")
    progress.start(f"Read {folder}", len(found))
    for path, statement in found:
        number = _link(partner, statement)
        with workspace.read() as reader:
            taken = reader.get(Partner, partner.id).links[number].taken
        if statement["number"] > taken + 1:
            raise InputError(f"file {taken + 1} of {name} is missing before {path.name}", hint="ask the partner for it")
        if statement["number"] == taken + 1:
            take(workspace, actor, partner, number, _objects(path, statement), moved, taken=taken + 1)
        progress.advance()
    return moved


def _signed(folder: Path, partner: Partner) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The files in a folder that say they are of the partner, each with its statement, whose signature is checked."""
    for path in sorted(folder.glob("tocsin-*.sig")):
        statement = _statement(path)
        if statement and statement["format"] == FORMAT and statement["key"] == partner.key:
            try:
                yield path.with_suffix(".json"), signing.check(statement, partner.key)
            except InputError as error:
                raise InputError(f"{path}: {error}", hint=error.hint) from error


def _statement(path: Path) -> dict[str, Any] | None:
    try:
        found = orjson.loads(path.read_bytes()) if path.stat().st_size < 1 << 16 else None
    except ValueError:
        return None
    if not isinstance(found, dict) or found.keys() != STATEMENT.keys():
        return None
    return found if all(type(found[name]) is kind for name, kind in STATEMENT.items()) else None


def _link(partner: Partner, statement: dict[str, Any]) -> int:
    """Which of our links a file belongs to: it comes from the collection we pull from, or is meant for ours."""
    for number, link in enumerate(partner.links):
        if statement["collection"] == link.remote or (statement["to"] and statement["to"] == link.local):
            return number
    raise InputError(
        f"no collection here goes with {statement['collection']} of {partner.name}",
        hint=f"name it when adding the partner: --collection {statement['collection']}",
    )


def _objects(path: Path, statement: dict[str, Any]) -> list[Any]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(f"{path} is too large", hint=f"at most {MOST_BYTES} bytes")
        if _sha256(path) != statement["sha256"]:
            raise InputError(f"{path} is not what was signed", hint="ask the partner for it again")
        objects = orjson.loads(path.read_bytes())["objects"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: {error}", hint="ask the partner for it again") from error
    return list(objects)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
