"""Editions of sanctions lists: the files as they came in the vault, what was read from them as Parquet beside it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tocsin.errors import WorkspaceError
from tocsin.model.history import History
from tocsin.model.listing import LISTED, Edition, KeptFile, ListEdition
from tocsin.store.capture import plain_name
from tocsin.store.files import write_file
from tocsin.store.records import Reader
from tocsin.store.workspace import Workspace

ADDED = "list edition added"


def add_edition(
    workspace: Workspace, actor_id: str, paths: Sequence[str | Path], edition: Edition, table: pa.Table
) -> ListEdition:
    """Keep an edition that was read from `paths`. The same files of the same day are kept once: the record there is
    returned. `RefusedError` for a file over the vault's limit."""
    files = tuple(_keep(workspace, Path(path)) for path in paths)
    _write(_path(workspace, edition.sha256), table)
    with workspace.read() as reader:
        same = _editions(reader, {"list": edition.list, "published": edition.published, "digest": edition.sha256})
    if same:
        return same[0]
    record = ListEdition(
        list=edition.list,
        published=edition.published,
        digest=edition.sha256,
        files=files,
        entries=edition.entries,
        rejected=edition.rejected,
        notes=edition.notes,
        added=datetime.now(UTC),
        added_by=actor_id,
    )
    with workspace.write(actor_id, ADDED, f"{edition.list} {edition.published}") as writer:
        return writer.put(record)


def editions(workspace: Workspace, list: str = "") -> tuple[ListEdition, ...]:  # noqa: A002  the field's own name
    """The editions kept, of one list or of all, in the order in which they were added."""
    with workspace.read() as reader:
        return _editions(reader, {"list": list} if list else {})


def table_of(workspace: Workspace, record: ListEdition) -> pa.Table:
    """What was read from an edition (`LISTED`). `WorkspaceError` where the file is missing or damaged."""
    path = _path(workspace, record.digest)
    try:
        return pq.read_table(path, schema=LISTED)
    except (OSError, pa.ArrowException) as error:
        raise WorkspaceError(
            f"{path}: {record.list} of {record.published} cannot be read: {error}",
            hint="add the edition again: its files are in the vault",
        ) from error


def history_of(workspace: Workspace) -> History:
    """All editions kept, as one history; of two editions of one day the one added later counts. A table is read when a
    question needs it, so `WorkspaceError` may come then."""
    return History([(record.edition(), partial(table_of, workspace, record)) for record in editions(workspace)])


def _keep(workspace: Workspace, path: Path) -> KeptFile:
    with path.open("rb") as file:
        stored = workspace.vault.put(file)
    return KeptFile(name=plain_name(path.name), sha256=stored.sha256, size=stored.size)


def _editions(reader: Reader, where: dict[str, object]) -> tuple[ListEdition, ...]:
    found: list[ListEdition] = []
    after = ""
    while True:
        page = reader.page(ListEdition, where, order="added", after=after, limit=500)
        found += page.items
        after = page.next
        if not after:
            return tuple(found)


def _path(workspace: Workspace, digest: str) -> Path:
    return workspace.tables / "lists" / f"{digest}.parquet"


def _write(path: Path, table: pa.Table) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    buffer = BytesIO()
    pq.write_table(table.cast(LISTED), buffer, compression="zstd")
    write_file(path, buffer.getvalue())
