"""Targets: the scans of names, logs and results around election offices, with one timeline over all of them."""

from __future__ import annotations

from typing import Annotated

import pyarrow as pa
import pyarrow.parquet as pq
from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from tocsin.cases.scans import ROWS
from tocsin.model.case import Lead
from tocsin.model.tables import EVIDENCE
from tocsin.share.targets import timeline, view
from tocsin.share.targets.words import sign
from tocsin.store.workspace import Workspace
from tocsin.web import kept_scans, pages, words
from tocsin.web.i18n import N_
from tocsin.web.kept_scans import Kept
from tocsin.web.veil import Veils
from tocsin.web.visit import Place, Who

router = APIRouter(prefix="/targets", tags=["targets"])
ROOM = pages.Room("/targets", N_("Targets"), 13)
LEADS = 500

Key = Annotated[str, Path(max_length=80)]


@router.get("")
def index(request: Request, ws: Place, who: Who) -> Response:
    """The scans of names, logs and results, and what was seen at which office in all of them."""
    with ws.read() as reader:
        found = kept_scans.scans(ws, reader, "watch")
        veils = Veils(reader, who)
        hide = kept_scans.hidden(veils, kept_scans.leads(reader, *found))
    rows = pa.concat_tables([_rows(ws, one) for one in found]) if found else timeline.TIMELINE.empty_table()
    return words.page(
        request,
        "targets/index.html",
        scans=[(one, one.summary.watch, view.scope(one.summary.watch)) for one in found if one.summary.watch],
        lanes=timeline.lanes(_once(rows)),
        hide=hide,
    )


def _rows(ws: Workspace, one: Kept) -> pa.Table:
    """The timeline of one scan; empty where its evidence is not at hand."""
    path = ws.tables / one.key / ROWS
    evidence = pq.read_table(path) if path.is_file() else EVIDENCE.empty_table()
    return timeline.timeline(one.summary.findings, evidence)


def _once(rows: pa.Table) -> pa.Table:
    """Each event once, however many scans saw it."""
    names = [name for name in timeline.TIMELINE.names if name not in ("finding", "row", "file")]
    kept = rows.group_by(names).aggregate([(name, "min") for name in ("finding", "file", "row")])
    kept = kept.rename_columns([*names, "finding", "file", "row"]).select(timeline.TIMELINE.names)
    return kept.sort_by([("time", "ascending"), ("file", "ascending"), ("row", "ascending")])


@router.get("/scans/{key}")
def scan(request: Request, ws: Place, who: Who, key: Key) -> Response:
    """One scan: its leads, its timeline, what was read, tested and refused."""
    with ws.read() as reader:
        found = kept_scans.scan(ws, reader, key, "watch")
        leads = kept_scans.leads(reader, found)
        veils = Veils(reader, who)
        hide = kept_scans.hidden(veils, leads)
        shown = [veils.seen(lead) for lead in leads[:LEADS]]
    watch = found.summary.watch
    assert watch is not None
    return words.page(
        request,
        "targets/scan.html",
        scan=found,
        leads=[(lead, sign(_sign(lead))) for lead in shown],
        total=len(leads),
        lanes=timeline.lanes(_rows(ws, found)),
        scope=view.scope(watch),
        read=view.read(watch),
        tested=view.tested(watch),
        measured=view.measured(watch),
        refused=view.refused(watch),
        hide=hide,
    )


def _sign(lead: Lead) -> str:
    return lead.body.targeting.sign if lead.body and lead.body.targeting else ""
