"""Scans of leaks: what of the mails and documents holds, what was altered, and who quotes them."""

from __future__ import annotations

from typing import Annotated

import pyarrow as pa
import pyarrow.parquet as pq
from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from tocsin.cases import leaks
from tocsin.cases.scans import ROWS
from tocsin.errors import ForbiddenError
from tocsin.model.arrow import pc
from tocsin.model.case import Lead
from tocsin.model.leak import Leak
from tocsin.model.people import Actor
from tocsin.model.tables import EVIDENCE
from tocsin.share.leaks import view
from tocsin.share.leaks.words import sign
from tocsin.store.records import Reader
from tocsin.store.workspace import Workspace
from tocsin.web import kept_scans, words
from tocsin.web.kept_scans import Kept
from tocsin.web.veil import Veils
from tocsin.web.visit import Place, Who

router = APIRouter(prefix="/leak-scans", tags=["leaks"])
LEADS = 500

Key = Annotated[str, Path(max_length=80)]


@router.get("")
def index(request: Request, ws: Place, who: Who) -> Response:
    """The scans of leaks."""
    with ws.read() as reader:
        found = [one for one in kept_scans.scans(ws, reader, "leak") if _open(reader, who, one)]
        hide = kept_scans.hidden(Veils(reader, who), kept_scans.leads(reader, *found))
    scans = [(one, view.scope(one.summary, one.summary.reading)) for one in found if one.summary.reading]
    return words.page(request, "leak_scans/index.html", scans=scans, hide=hide)


@router.get("/{key}")
def scan(request: Request, ws: Place, who: Who, key: Key) -> Response:
    """One scan: its leads, the verdict on mails, what was read, tested and measured."""
    with ws.read() as reader:
        found = kept_scans.scan(ws, reader, key, "leak")
        if not _open(reader, who, found):
            raise ForbiddenError(
                "The leak of this scan is not shown to you.", hint="Two persons weigh it: see the list of leaks."
            )
        leads = kept_scans.leads(reader, found)
        veils = Veils(reader, who)
        hide = kept_scans.hidden(veils, leads)
        shown = [veils.seen(lead) for lead in leads[:LEADS]]
    reading = found.summary.reading
    assert reading is not None
    return words.page(
        request,
        "leak_scans/scan.html",
        scan=found,
        leads=[(lead, sign(_sign(lead))) for lead in shown],
        total=len(leads),
        mails=view.judged(_mails(ws, found)),
        scope=view.scope(found.summary, reading),
        read=view.read(found.summary, reading),
        tested=view.tested(reading),
        measured=view.measured(reading),
        hide=hide,
    )


def _open(reader: Reader, who: Actor, one: Kept) -> bool:
    """Whether the actor may open the leaks that a scan is of."""
    try:
        return all(leaks.may_open(reader, who, reader.get(Leak, key)) for key in leaks.of_scan(reader, one.summary))
    except ForbiddenError:  # it has not passed any more
        return False


def _mails(ws: Workspace, one: Kept) -> pa.Table:
    """The evidence rows that are mails; none where the evidence is not at hand."""
    path = ws.tables / one.key / ROWS
    rows = pq.read_table(path) if path.is_file() else EVIDENCE.empty_table()
    return rows.filter(pc.equal(rows["layer"], "message"))


def _sign(lead: Lead) -> str:
    return lead.body.leak.sign if lead.body and lead.body.leak else ""
