"""What a live desk shows after each look: the page, and the findings as a finished scan."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tocsin import __version__
from tocsin.detect.amplification.live.detector import Live, Result
from tocsin.jobs.follow.board import Leads
from tocsin.jobs.follow.figures import Figures
from tocsin.jobs.follow.kept import State
from tocsin.model.finding import InputFile, ScanSummary
from tocsin.share.live.page import Shown, ShownLead, render
from tocsin.share.tables import write_parquet
from tocsin.share.write import SUMMARY, write_folder, write_whole

if TYPE_CHECKING:
    from tocsin.jobs.follow.desk import Following

PAGE = "index.html"


def write_findings(request: Following, state: State, live: Live, result: Result) -> None:
    """scan.json, evidence.parquet and edges.parquet: the folder is a finished scan, which `tocsin workspace add` takes.

    A stream has no digest; the posts of it that count are in evidence.parquet."""
    source = InputFile(
        file=state.source,
        sha256="",
        size=0,
        format="",
        reason="followed as it grew",
        posts=state.posts,
        rejected=state.rejected,
        duplicates=state.duplicates,
        notes=(f"{state.late:,} posts came more than a span late and were not taken",) * bool(state.late),
    )
    summary = ScanSummary(
        tocsin=__version__,
        made=datetime.now(UTC).replace(microsecond=0),
        command=command(request),
        inputs=(source,),
        posts=live.posts,
        accounts=live.accounts,
        first=_moment(state.newest_us - round(request.span_s * 1e6)) if state.newest_us else None,
        last=_moment(state.newest_us),
        time_grain_s=0.0,
        pseudonymised=True,
        parameters={f"amplification.live.{n}": v for n, v in live.params.model_dump(mode="json").items()},
        findings=result.findings,
        warnings=result.warnings,
    )
    (request.out / SUMMARY).unlink(missing_ok=True)  # it stands only beside files that belong to it
    tables = {"edges.parquet": result.edges, "evidence.parquet": result.evidence}
    files = [(name, lambda to, table=table: write_parquet(table, to)) for name, table in tables.items()]
    write_folder(request.out, files, summary)


def write_page(
    request: Following,
    state: State,
    leads: Leads,
    figures: Figures,
    notes: Sequence[tuple[datetime, str]],
    *,
    stopped: bool,
) -> None:
    """index.html, replaced in one step."""
    now = datetime.now(UTC)
    shown = Shown(
        source=state.source,
        made=now,
        stopped=stopped,
        every_s=request.every_s,
        span_s=request.span_s,
        first=_moment(state.first_us),
        newest=_moment(state.newest_us),
        counts=(state.posts, figures.held, state.rejected, state.duplicates, state.late),
        rate=figures.rate,
        lag_s=figures.lag_s,
        waiting_bytes=figures.waiting_bytes,
        look_s=figures.look_s,
        memory_mb=figures.memory_mb,
        present=tuple(ShownLead(one.lead, one.finding, one.raised, one.changed, None) for one in leads.present),
        ended=tuple(ShownLead(one.lead, one.finding, one.raised, one.changed, one.ended) for one in leads.ended),
        notes=tuple(notes),
    )
    write_whole(request.out / PAGE, lambda to: to.write(render(shown).encode()))


def command(request: Following) -> str:
    """The command that goes on with the folder, quoted for a shell."""
    options = request.options
    given = {
        "--format": request.format,
        "--timezone": None if options.timezone == "UTC" else options.timezone,
        "--date-order": options.date_order,
        "--platform": options.platform,
        "--declared": request.declared,
    }
    words = ["tocsin", "follow", request.where, "--out", str(request.out)]
    words += [word for name, value in given.items() if value is not None for word in (name, str(value))]
    words += [word for name, column in options.mapping.items() for word in ("--map", f"{name}={column}")]
    keep = "none" if request.keep_s is None else f"{request.keep_s:g}s"
    return shlex.join([*words, "--span", f"{request.span_s:g}s", "--every", f"{request.every_s:g}s", "--keep", keep])


def _moment(us: int) -> datetime | None:
    return datetime.fromtimestamp(us / 1e6, UTC) if us else None
