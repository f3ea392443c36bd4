"""The scan: files in, findings and the report out."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tocsin import __version__, plugins
from tocsin.errors import UsageError, WorkspaceError
from tocsin.jobs.folder import held
from tocsin.jobs.parameters import checked
from tocsin.jobs.posts import read_posts
from tocsin.jobs.request import Request
from tocsin.jobs.supply import Here, Supply
from tocsin.model.arrow import release
from tocsin.model.finding import Finding, ScanSummary
from tocsin.progress import Progress, Silent
from tocsin.settings import Settings
from tocsin.share.base import POSTS_BY_HOUR
from tocsin.share.write import SUMMARY, write_all
from tocsin.sources.pseudonyms import pseudonym
from tocsin.sources.shared import is_url


def scan(request: Request, settings: Settings, progress: Progress | None = None) -> ScanSummary:
    """Read the files, run every detector that reads posts, write all that comes out into the scan folder.

    Accounts become pseudonyms unless the request keeps them. A file that cannot be read never stops the others; files
    that an earlier run in the folder finished are not read again. Raises `UsageError` for a wrong option, `InputError`
    where no post could be read, `RefusedError` where the work is over a limit, `WorkspaceError` where the folder is not
    a scan folder, is in use, or cannot be written.
    """
    progress = progress or Silent()
    limits = {"memory_mb": settings.memory_mb, "threads": settings.threads}
    detectors = [d for d in plugins.load("detectors").values() if "posts" in d.reads]
    for detector in detectors:  # before hours of reading
        _parameters(detector, {**limits, **request.params})
    declared = declared_accounts(request.declared)
    with held(request.out):
        try:
            with ExitStack() as opened:
                begun = time.perf_counter()
                supply, key = supplied(request, settings, opened, progress)
                seconds = {"reading": time.perf_counter() - begun}
                given = {**limits, **request.params}
                return _detect(request, supply, key, detectors, given, declared, seconds, progress)
        except OSError as error:
            raise WorkspaceError(
                f"{error.filename or request.out}: {error.strerror or error}",
                hint="free some space, or name another folder with --out",
            ) from error


def supplied(
    request: Request, settings: Settings, opened: ExitStack, progress: Progress
) -> tuple[Supply, bytes | None]:
    """The posts, read into memory or onto the engine that the request names."""
    if request.engine is None:
        if any(map(is_url, request.paths)):
            raise UsageError("a URL is read on an engine", hint="name one: --engine embedded, or sc://host:port")
        parts, key = read_posts(request, progress)
        return Here(parts), key
    from tocsin.engine.opening import open_engine
    from tocsin.jobs.posts_on import posts_on

    if request.tables is None and is_url(request.engine):
        raise UsageError(
            f"--engine {request.engine}: where are its tables?",
            hint="name a folder or URL that this machine and the workers reach with --tables",
        )
    tables = request.tables or str(request.out / "tables")
    engine = open_engine(request.engine, tables, memory_mb=settings.memory_mb, threads=settings.threads)
    return posts_on(request, opened.enter_context(engine), progress)


def _detect(
    request: Request,
    supply: Supply,
    key: bytes | None,
    detectors: Sequence[Any],
    given: Mapping[str, Any],
    declared: Sequence[str],
    seconds: dict[str, float],
    progress: Progress,
) -> ScanSummary:
    """Run the detectors over the posts, write everything, return the summary."""
    named = _named(declared, supply, key)
    warnings = _warnings(supply, declared, named)
    results, stated = [], dict[str, object]()
    for detector in detectors:
        begun = time.perf_counter()
        params = _parameters(detector, {**given, "declared": named})
        results.append(supply.run(detector, params, progress))
        seconds[detector.id] = time.perf_counter() - begun
        stated |= {f"{detector.id}.{name}": value for name, value in params.model_dump(mode="json").items()}
    release()
    findings = tuple(finding for result in results for finding in result.findings)
    extent = supply.extent()
    summary = ScanSummary(
        tocsin=__version__,
        made=datetime.now(UTC).replace(microsecond=0),
        command=request.command(),
        inputs=supply.inputs,
        posts=extent.posts,
        accounts=extent.accounts,
        first=extent.first,
        last=extent.last,
        time_grain_s=max((result.time_grain_s for result in results), default=0.0),
        pseudonymised=key is not None,
        parameters=stated,
        layers=tuple(layer for result in results for layer in result.layers),
        skipped=tuple(thing for result in results for thing in result.skipped),
        findings=findings,
        warnings=(*warnings, *(text for result in results for text in result.warnings)),
        seconds=seconds,
    )
    progress.start("Writing what was found")
    (request.out / SUMMARY).unlink(missing_ok=True)  # it stands only beside files that belong to it
    edges, evidence = (pa.concat_tables([getattr(r, name) for r in results]) for name in ("edges", "evidence"))
    write_all(request.out, summary, edges, evidence, _by_hour(supply, findings))
    return summary


def _parameters(detector: Any, given: Mapping[str, Any]) -> Any:
    """The detector's parameters, from what it knows of `given`."""
    return checked(detector.params, {k: v for k, v in given.items() if k in detector.params.model_fields})


def declared_accounts(path: Path | None) -> list[str]:
    """The accounts of the file, one a line."""
    if path is None:
        return []
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise UsageError(
            f"--declared {path}: cannot be read: {reason}", hint="give a text, one account a line"
        ) from error
    return sorted({line.strip() for line in lines} - {""})


def _named(declared: Sequence[str], supply: Supply, key: bytes | None) -> tuple[str, ...]:
    """Those of the accounts that occur in the posts, as they are written there."""
    if not declared:
        return ()
    accounts = supply.distinct("account")
    if key is None:
        wanted = {_plain(account) for account in declared}
        return tuple(sorted(account for account in accounts if _plain(account) in wanted))
    possible = {pseudonym(key, platform, account) for platform in supply.distinct("platform") for account in declared}
    return tuple(sorted(possible.intersection(accounts)))


def _plain(account: str) -> str:
    return account.lower().removeprefix("@")


def _warnings(supply: Supply, declared: Sequence[str], named: Sequence[str]) -> list[str]:
    told = f"Not read, or not to the end: {supply.failed:,} of the files; the list of files says why."
    warnings = [told] * bool(supply.failed)
    if declared:
        warnings.append(f"Of {len(declared):,} declared accounts {len(named):,} occur in the posts.")
    return warnings


def _by_hour(supply: Supply, findings: Sequence[Finding]) -> pa.Table:
    accounts = sorted({member.account for finding in findings for member in finding.members})
    return posts_by_hour(supply.times(accounts), findings)


def posts_by_hour(posts: pa.Table, findings: Sequence[Finding]) -> pa.Table:
    """Posts an hour of the members of each finding (schema POSTS_BY_HOUR); `posts` has the columns account and time."""
    pairs = [(finding.id, member.account) for finding in findings for member in finding.members]
    members = pa.table([[pair[0] for pair in pairs], [pair[1] for pair in pairs]], schema=_MEMBERS)
    theirs = posts.select(["account", "time"]).filter(pc.is_in(posts["account"], value_set=members["account"]))
    hours = theirs.set_column(1, "hour", pc.floor_temporal(theirs["time"], unit="hour"))
    counted = (
        hours.join(members, "account", join_type="inner").group_by(["finding", "hour"]).aggregate([([], "count_all")])
    )
    ordered = counted.sort_by([("finding", "ascending"), ("hour", "ascending")])
    return ordered.rename_columns(POSTS_BY_HOUR.names).cast(POSTS_BY_HOUR)


_MEMBERS = pa.schema([pa.field("finding", pa.string()), pa.field("account", pa.string())])
