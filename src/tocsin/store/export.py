"""An export: records with their bytes, and all that is needed to check them without us. The format is described in
docs/how-to/check-an-export.md; `tocsin.store.verify` checks it."""

from __future__ import annotations

import hashlib
import os
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO
from uuid import uuid4

from tocsin.errors import ConflictError, WorkspaceError
from tocsin.model.evidence import Item, Timestamp
from tocsin.model.record import Stored
from tocsin.store import merkle
from tocsin.store.canonical import canonical
from tocsin.store.files import sync_folder
from tocsin.store.journal import Entry, Root
from tocsin.store.plainzip import Writer
from tocsin.store.records import Trace
from tocsin.store.verify import FORMAT
from tocsin.store.verify_page import page
from tocsin.store.workspace import Workspace

BATCH = 10_000  # entries read at a time
README = """This is an export of evidence from a Tocsin workspace.

vault/        the bytes, each file under its SHA-256
records/      what is known of them, and the proof that each record stands in the journal
journal.jsonl every entry of the workspace's journal, without notes; each holds the hash of the one before
roots/        one root a day over the journal
timestamps/   what a timestamp authority (RFC 3161) said about a root
manifest.json every other file with its SHA-256 and size, and the root over the whole journal

To check it:   tocsin verify EXPORT.zip
In a browser:  open verify.html, better a copy from a place you trust than the one in here.
By hand:       sha256sum vault/* prints for each file the name it has.
               openssl ts -verify -data roots/DAY.json -in timestamps/DAY.tsr -CAfile AUTHORITY.pem

It shows that the bytes and records are those that were written when the journal says, unless the whole journal was
written anew: compare the root in manifest.json with one you got by another way, or use a timestamp. It does not show
that the content is true.
"""


@dataclass(frozen=True)
class _File:
    """A file to be written: its SHA-256, its size in bytes, and what opens it."""

    name: str
    sha256: str
    size: int
    open: Callable[[], BinaryIO]


def export(
    workspace: Workspace, to: Path, records: Iterable[Stored], *, by: str, case: str = "", note: str = ""
) -> Root:
    """Write these records, with the bytes of items among them, to the zip file `to`; returns the root it stands under.

    The caller answers for the records being such as may go out. The journal learns of the export first. Raises
    `ConflictError` where a record is no longer as given, `WorkspaceError` where bytes in the vault are not what they
    were; then nothing is written.
    """
    given = {(record.kind, record.id): record for record in records}
    workspace.note(by, "export", subject=case, note=note)
    root = workspace.journal.make_root(datetime.now(UTC).date())
    with TemporaryDirectory() as folder:
        log = Path(folder) / "journal.jsonl"
        entries = _write_log(workspace, root, log)
        files = [
            _text("README.txt", README.encode()),
            _text("verify.html", page()),
            _log(log),
            *_roots(workspace, root),
            *_proved(workspace, root, entries, given.values()),
            *_bytes(workspace, given.values()),
        ]
        manifest = {
            "files": [
                {"name": one.name, "sha256": one.sha256, "size": one.size} for one in sorted(files, key=_by_name)
            ],
            "format": FORMAT,
            "made": entries[-1].model_dump(mode="json")["time"],
            "root": root.model_dump(mode="json"),
            "workspace": workspace.id,
        }
        _write(to, [*files, _text("manifest.json", canonical(manifest))])
    return root


def _by_name(file: _File) -> str:
    return file.name


def _text(name: str, data: bytes) -> _File:
    return _File(name, hashlib.sha256(data).hexdigest(), len(data), partial(BytesIO, data))


def _write_log(workspace: Workspace, root: Root, log: Path) -> list[Entry]:
    """Write the entries under the root, one a line, and return them."""
    entries: list[Entry] = []
    with log.open("xb") as file:
        while len(entries) < root.entries:
            more = workspace.journal.entries(after=len(entries) - 1, limit=min(BATCH, root.entries - len(entries)))
            if not more:
                raise WorkspaceError(
                    f"the journal ends at entry {len(entries)}", hint="Run `tocsin verify` on the workspace."
                )
            file.writelines(canonical(entry.model_dump(mode="json")) + b"\n" for entry in more)
            entries += more
    return entries


def _log(log: Path) -> _File:
    with log.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return _File("journal.jsonl", sha256, log.stat().st_size, lambda: log.open("rb"))


def _roots(workspace: Workspace, last: Root) -> Iterator[_File]:
    """One root a day with the timestamp over it: the last that has one, else the last."""
    chosen: dict[str, tuple[Root, Timestamp | None]] = {}
    with workspace.read() as reader:
        for root in (root for root in workspace.journal.roots() if root.entries <= last.entries):
            stamp = reader.find(Timestamp, root.digest)
            stamp = stamp if stamp and stamp.state == "confirmed" else None
            if stamp or chosen.get(str(root.day), (root, None))[1] is None:
                chosen[str(root.day)] = (root, stamp)
    for day, (root, stamp) in chosen.items():
        yield _text(f"roots/{day}.json", canonical(root.model_dump(mode="json")))
        if stamp:
            yield _text(f"timestamps/{day}.tsr", b64decode(stamp.token))


def _proved(workspace: Workspace, root: Root, entries: list[Entry], records: Iterable[Stored]) -> Iterator[_File]:
    """Each record with the proof that its entry wrote it, and that the entry stands in the root."""
    journal = merkle.tree([merkle.leaf(bytes.fromhex(entry.hash)) for entry in entries])
    known: dict[int, list[list[bytes]]] = {}
    for record in records:
        with workspace.read() as reader:
            trace = reader.trace(type(record), record.id)
        if trace.version != record.version or trace.seq >= root.entries:
            raise ConflictError(
                f"{record.kind} {record.id} was changed meanwhile", hint="Read it again and export again."
            )
        if trace.seq not in known:
            known[trace.seq] = merkle.tree([change.leaf() for change in workspace.journal.changes(trace.seq)])
        in_entry = {"index": trace.number, "path": _hex(merkle.path(known[trace.seq], trace.number))}
        proved = _record(record, trace, in_entry, _hex(merkle.path(journal, trace.seq)))
        yield _text(f"records/{record.kind}/{record.id}.json", canonical(proved))


def _record(record: Stored, trace: Trace, in_entry: dict[str, object], in_root: list[str]) -> dict[str, object]:
    return {
        "entry": trace.seq,
        "id": record.id,
        "in_entry": in_entry,
        "in_root": in_root,
        "kind": record.kind,
        "nonce": trace.nonce,
        "row": trace.row,
        "version": trace.version,
    }


def _hex(path: list[bytes]) -> list[str]:
    return [step.hex() for step in path]


def _bytes(workspace: Workspace, records: Iterable[Stored]) -> Iterator[_File]:
    items = {record.sha256: record for record in records if isinstance(record, Item)}
    for sha256, item in items.items():
        yield _File(f"vault/{sha256}", sha256, item.size, partial(workspace.vault.open, sha256))


def _write(to: Path, files: list[_File]) -> None:
    """Write the zip beside its place and put it there once it is whole and on the disk."""
    part = to.with_name(f".{to.name}.{uuid4().hex}")
    try:
        with part.open("xb") as out:
            zipped = Writer(out)
            for file in sorted(files, key=_by_name):
                with file.open() as content:
                    if zipped.add(file.name, content) != (file.sha256, file.size):
                        raise WorkspaceError(
                            f"{file.name} is not what it was", hint="Run `tocsin verify` on the workspace."
                        )
            zipped.close()
            out.flush()
            os.fsync(out.fileno())
        part.replace(to)
    finally:
        part.unlink(missing_ok=True)
    sync_folder(to.parent)
