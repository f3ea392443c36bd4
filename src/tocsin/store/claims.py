"""Collections of checked claims: the files as they came in the vault, what was read from them as Parquet beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tocsin.errors import WorkspaceError
from tocsin.model.check import ClaimCollection, Holds
from tocsin.model.factcheck import CLAIMS, OPINIONS
from tocsin.model.listing import KeptFile
from tocsin.model.targets import OFFICIAL
from tocsin.store.capture import plain_name
from tocsin.store.files import write_file
from tocsin.store.records import Reader
from tocsin.store.workspace import Workspace

ADDED = "claims added"
SCHEMAS: dict[Holds, pa.Schema] = {"claims": CLAIMS, "official": OFFICIAL, "opinions": OPINIONS}


def add_collection(
    workspace: Workspace, actor_id: str, paths: Sequence[str | Path], name: str, table: pa.Table, rejected: int,
    holds: Holds = "claims",
) -> ClaimCollection:  # fmt: skip
    """Keep claims, or a list of sites, that were read from `paths`. The same files read in the same way are kept once:
    the record there is returned. `RefusedError` for a file over the vault's limit."""
    files = tuple(_keep(workspace, Path(path)) for path in paths)
    data = _parquet(table.cast(SCHEMAS[holds]))
    digest = hashlib.sha256(data).hexdigest()
    path = _path(workspace, digest)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_file(path, data)
    with workspace.read() as reader:
        same = _collections(reader, {"name": name, "digest": digest})
    if same:
        return same[0]
    record = ClaimCollection(
        name=name,
        holds=holds,
        digest=digest,
        files=files,
        claims=table.num_rows,
        rejected=rejected,
        added=datetime.now(UTC),
        added_by=actor_id,
    )
    with workspace.write(actor_id, ADDED, name) as writer:
        return writer.put(record)


def collections(workspace: Workspace, holds: Holds = "claims") -> tuple[ClaimCollection, ...]:
    """The collections kept, in the order in which they were added."""
    with workspace.read() as reader:
        return tuple(one for one in _collections(reader, {}) if one.holds == holds)


def sites_of(workspace: Workspace, holds: Holds) -> pa.Table:
    """The lists of sites of all collections; of a list in several editions the one added last. `WorkspaceError` as
    `claims_of`."""
    last = {record.name: record for record in collections(workspace, holds)}
    tables = [_table(workspace, record) for record in last.values()]
    return pa.concat_tables([SCHEMAS[holds].empty_table(), *tables]).combine_chunks()


def claims_of(workspace: Workspace) -> pa.Table:
    """The claims of all collections (`CLAIMS`); of a claim in several the one added last. `WorkspaceError` where a file
    is missing or damaged."""
    tables = [_table(workspace, record) for record in collections(workspace)]
    whole = pa.concat_tables([CLAIMS.empty_table(), *tables])
    last = {claim: row for row, claim in enumerate(whole["claim"].to_pylist())}
    return whole.take(pa.array(sorted(last.values()), pa.int64())).combine_chunks()


def index_folder(workspace: Workspace) -> Path:
    """Where the index over all collections is kept: another one for other collections."""
    digests = "\n".join(record.digest for record in collections(workspace))
    return workspace.tables / "claims" / f"index-{hashlib.sha256(digests.encode()).hexdigest()[:16]}"


def _table(workspace: Workspace, record: ClaimCollection) -> pa.Table:
    path = _path(workspace, record.digest)
    try:
        return pq.read_table(path, schema=SCHEMAS[record.holds])
    except (OSError, pa.ArrowException) as error:
        raise WorkspaceError(
            f"{path}: the {record.holds} of {record.name} cannot be read: {error}",
            hint="read them again: their files are in the vault",
        ) from error


def _keep(workspace: Workspace, path: Path) -> KeptFile:
    with path.open("rb") as file:
        stored = workspace.vault.put(file)
    return KeptFile(name=plain_name(path.name), sha256=stored.sha256, size=stored.size)


def _collections(reader: Reader, where: dict[str, object]) -> tuple[ClaimCollection, ...]:
    found: list[ClaimCollection] = []
    after = ""
    while True:
        page = reader.page(ClaimCollection, where, order="added", after=after, limit=500)
        found += page.items
        after = page.next
        if not after:
            return tuple(found)


def _path(workspace: Workspace, digest: str) -> Path:
    return workspace.tables / "claims" / f"{digest}.parquet"


def _parquet(table: pa.Table) -> bytes:
    buffer = BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()
