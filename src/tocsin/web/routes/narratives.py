"""Narratives: the scans of content, with one timeline over all of them."""

from __future__ import annotations

from typing import Annotated

import pyarrow as pa
import pyarrow.parquet as pq
from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from tocsin.cases.scans import ROWS
from tocsin.model.case import Lead
from tocsin.model.tables import EVIDENCE
from tocsin.share.narratives import timeline, view
from tocsin.share.narratives.words import sign
from tocsin.store.workspace import Workspace
from tocsin.web import kept_scans, pages, words
from tocsin.web.i18n import N_
from tocsin.web.kept_scans import Kept
from tocsin.web.veil import Veils
from tocsin.web.visit import Place, Who

router = APIRouter(prefix="/narratives", tags=["narratives"])
ROOM = pages.Room("/narratives", N_("Narratives"), 11)
LEADS = 500

Key = Annotated[str, Path(max_length=80)]


@router.get("")
def index(request: Request, ws: Place, who: Who) -> Response:
    """The scans of content, and what was said, shown or linked in all of them, and when."""
    with ws.read() as reader:
        found = kept_scans.scans(ws, reader, "content")
        hide = kept_scans.hidden(Veils(reader, who), kept_scans.leads(reader, *found))
    rows = pa.concat_tables([_rows(ws, one) for one in found]) if found else timeline.TIMELINE.empty_table()
    return words.page(
        request,
        "narratives/index.html",
        scans=[(one, view.scope(one.summary, one.summary.reading)) for one in found if one.summary.reading],
        lanes=timeline.lanes(_once(rows)),
        hide=hide,
    )


def _rows(ws: Workspace, one: Kept) -> pa.Table:
    """The timeline of one scan; empty where its evidence is not at hand."""
    path = ws.tables / one.key / ROWS
    evidence = pq.read_table(path) if path.is_file() else EVIDENCE.empty_table()
    return timeline.timeline(one.summary.findings, evidence)


def _once(rows: pa.Table) -> pa.Table:
    """Each day of each finding once, however many scans have it: by the newest."""
    kept = rows.group_by(["day", "finding", "platform"], use_threads=False)
    others = [name for name in timeline.TIMELINE.names if name not in ("day", "finding", "platform")]
    made = kept.aggregate([(name, "first") for name in others])
    made = made.rename_columns({f"{name}_first": name for name in others}).select(timeline.TIMELINE.names)
    return made.sort_by([("day", "ascending"), ("finding", "ascending"), ("platform", "ascending")])


@router.get("/scans/{key}")
def scan(request: Request, ws: Place, who: Who, key: Key) -> Response:
    """One scan: its leads, its timeline, what was read, tested and measured."""
    with ws.read() as reader:
        found = kept_scans.scan(ws, reader, key, "content")
        leads = kept_scans.leads(reader, found)
        veils = Veils(reader, who)
        hide = kept_scans.hidden(veils, leads)
        shown = [veils.seen(lead) for lead in leads[:LEADS]]
    reading = found.summary.reading
    assert reading is not None
    return words.page(
        request,
        "narratives/scan.html",
        scan=found,
        leads=[(lead, sign(_sign(lead))) for lead in shown],
        total=len(leads),
        lanes=timeline.lanes(_rows(ws, found)),
        scope=view.scope(found.summary, reading),
        read=view.read(found.summary, reading),
        tested=view.tested(reading),
        measured=view.measured(reading),
        hide=hide,
    )


def _sign(lead: Lead) -> str:
    return lead.body.content.sign if lead.body and lead.body.content else ""
