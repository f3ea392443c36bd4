"""A finished scan folder as the workspace takes it in: findings, the digest of each one's evidence, and its files."""

from __future__ import annotations

import os
import shutil
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import ValidationError

from tocsin.cases import acts
from tocsin.errors import UsageError, WorkspaceError
from tocsin.model.evidence import Item
from tocsin.model.finding import Finding, ScanSummary
from tocsin.model.people import Actor
from tocsin.model.tables import EVIDENCE
from tocsin.sources.pseudonyms import KEY_BYTES, pseudonym
from tocsin.store.canonical import digest
from tocsin.store.records import Writer
from tocsin.store.vault import StoredFile
from tocsin.store.workspace import Workspace

SUMMARY, ROWS, PAIRS, GIFTS, KEY = "scan.json", "evidence.parquet", "edges.parquet", "gifts.parquet", "key"
#: The files of a scan that are kept: pairs of a scan of posts, gifts of one of a donation register.
FILES = (SUMMARY, ROWS, PAIRS, GIFTS)
#: What decides whether evidence is the same: not where a row stood in which file, nor the finding it was found under.
_DECIDING = ("layer", "object", "account", "post", "time", "platform", "text")


@dataclass(frozen=True)
class ScanFolder:
    """A scan that was read. `evidence` has the digest of each finding's rows; `origin` is the same for two scans with
    the same pseudonyms, "" where their key is elsewhere; `unnamed` counts findings that name nobody."""

    folder: Path
    summary: ScanSummary
    findings: tuple[Finding, ...]
    evidence: dict[str, str]
    origin: str
    unnamed: int


def read(folder: Path) -> ScanFolder:
    """Read a scan folder. Raises `WorkspaceError` where it is no finished scan, `UsageError` where
    accounts are kept."""
    try:
        summary = ScanSummary.model_validate_json((folder / SUMMARY).read_bytes())
        rows = pq.read_table(folder / ROWS)
    except (OSError, ValidationError, pa.ArrowInvalid) as error:
        reason = f"{error.error_count()} fields are wrong" if isinstance(error, ValidationError) else str(error)
        raise WorkspaceError(
            f"{folder} is not a finished scan: {reason[:300]}", hint="name the folder that `tocsin scan` wrote"
        ) from error
    if not summary.pseudonymised:
        raise UsageError(f"the scan in {folder} keeps the names of accounts", hint="scan again without --keep-accounts")
    named = tuple(finding for finding in summary.findings if finding.subjects)
    return ScanFolder(
        folder, summary, named, _digests(rows, named), _origin(folder), len(summary.findings) - len(named)
    )


def keep(ws: Workspace, scan: ScanFolder) -> dict[str, StoredFile]:
    """Put the scan's files in the vault, and its tables where they are read: `ws.tables`/<SHA-256 of scan.json>/."""
    files = {}
    for name in FILES:
        if (scan.folder / name).is_file():
            with (scan.folder / name).open("rb") as stream:
                files[name] = ws.vault.put(stream)
    for name in files.keys() - {SUMMARY}:
        _copy(ws.vault.path(files[name].sha256), ws.tables / files[SUMMARY].sha256 / name)
    return files


def record(w: Writer, actor: Actor, scan: ScanFolder, files: dict[str, StoredFile]) -> None:
    """Write an evidence item for each file that has none yet."""
    for name, file in files.items():
        if not w.count(Item, {"sha256": file.sha256, "how": "scan"}):
            w.put(
                Item(
                    sha256=file.sha256,
                    size=file.size,
                    media_type="application/json" if name == SUMMARY else "application/vnd.apache.parquet",
                    name=name,
                    captured_by=actor.id,
                    captured=acts.now(),
                    how="scan",
                    tool="tocsin scan",
                    tool_version=scan.summary.tocsin,
                )
            )


def _copy(source: Path, target: Path) -> None:
    """Put a file in place whole; one that is there is the same, since its folder is named after its scan."""
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    shutil.copyfile(source, part)
    part.replace(target)


def _digests(rows: pa.Table, findings: tuple[Finding, ...]) -> dict[str, str]:
    """The digest of each finding's evidence rows, in an order that does not depend on that of the table."""
    wanted = {finding.id for finding in findings}
    held: dict[str, list[list[Any]]] = defaultdict(list)
    chosen = rows.select(["finding", *_DECIDING]).cast(pa.schema([EVIDENCE.field(n) for n in ("finding", *_DECIDING)]))
    for batch in chosen.filter(pc.field("finding").isin(list(wanted))).to_batches():
        for finding, *row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            row[4] = row[4].astimezone(UTC).isoformat(timespec="microseconds")
            held[finding].append(["" if value is None else value for value in row])
    return {finding.id: digest(sorted(held[finding.id])) for finding in findings}


def _origin(folder: Path) -> str:
    """A mark of the key of the folder's pseudonyms, which does not give the key away."""
    try:
        key = (folder / KEY).read_bytes()
    except OSError:
        return ""
    return pseudonym(key, None, "", "key") if len(key) == KEY_BYTES else ""
