"""A finding: what was seen, how it was tested, what else explains it, who and what belongs to it, and its posts."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from tocsin.cases.sight import heading
from tocsin.model.case import Case, Lead
from tocsin.share import view
from tocsin.share.report import network
from tocsin.store.workspace import Workspace
from tocsin.web import kept_scans, leak_page, money_page, narratives_page, pages, targets_page, words
from tocsin.web.charts import Gallery
from tocsin.web.veil import Veils
from tocsin.web.visit import Place, Who

router = APIRouter(prefix="/findings", tags=["findings"])

Key = Annotated[str, Path(max_length=80)]
ROWS = 100

_gallery = Gallery()


@router.get("/{key}")
def show(request: Request, ws: Place, who: Who, key: Key) -> Response:
    """One finding, as the reader may see it."""
    with ws.read() as reader:
        stored = reader.get(Lead, key)
        veils = Veils(reader, who)
        lead = veils.seen(stored)
        veil = veils.over(lead.case)
        case = reader.find(Case, lead.case) if lead.case else None
        context = {
            "lead": lead,
            "case": heading(reader, who, case) if case else "",
            "people": words.names(reader, (lead.decided_by, lead.added_by)),
            "hide": veil.text if veil else str,
        }
    if stored.body is None or lead.body is None:
        return words.page(request, "findings/typed.html", **context)
    if lead.body.money:
        return _money(request, ws, veil is None, lead, context)
    if lead.body.targeting:
        return _targeting(request, ws, veil is None, lead, context)
    if lead.body.content:
        return _content(request, ws, veil is None, lead, context)
    if lead.body.leak:
        return _leak(request, ws, veil is None, lead, context)
    tables = {
        "tests": view.tests(lead.body),
        "explanations": view.explanations(lead.body),
        "objects": view.objects(lead.body),
        "members": view.members(lead.body),
        "breakout": view.breakout(lead.body),
    }
    return words.page(
        request,
        "findings/show.html",
        finding=lead.body,
        tables=tables,
        drawn=_gallery.of(ws.tables, stored),
        ranked=[member.account for member in view.members_ranked(lead.body)],
        size=network.SIZE,
        **context,
    )


def _money(request: Request, ws: Workspace, open_: bool, lead: Lead, context: dict[str, Any]) -> Response:
    """The page of a finding about donations; `lead` as the reader may see it. Who is shown no names gets no links to
    pages that are addressed by them."""
    assert lead.body is not None
    with ws.read() as reader:
        found = kept_scans.find(ws, reader, lead.scan, "money") if open_ else None
    tables = {"tests": view.tests(lead.body), "explanations": view.explanations(lead.body)}
    money = money_page.of_finding(found, lead)
    return words.page(request, "money/finding.html", finding=lead.body, tables=tables, money=money, **context)


def _targeting(request: Request, ws: Workspace, open_: bool, lead: Lead, context: dict[str, Any]) -> Response:
    """The page of a finding about an election office; `lead` as the reader may see it."""
    assert lead.body is not None
    with ws.read() as reader:
        found = kept_scans.find(ws, reader, lead.scan, "watch") if open_ else None
    told = targets_page.of_finding(found, lead.body)
    return words.page(request, "targets/finding.html", finding=lead.body, told=told, **context)


def _content(request: Request, ws: Workspace, open_: bool, lead: Lead, context: dict[str, Any]) -> Response:
    """The page of a finding about content; `lead` as the reader may see it."""
    assert lead.body is not None
    with ws.read() as reader:
        found = kept_scans.find(ws, reader, lead.scan, "content") if open_ else None
    told = narratives_page.of_finding(found, lead.body)
    return words.page(request, "narratives/finding.html", finding=lead.body, told=told, **context)


def _leak(request: Request, ws: Workspace, open_: bool, lead: Lead, context: dict[str, Any]) -> Response:
    """The page of a finding about a leak; `lead` as the reader may see it."""
    assert lead.body is not None
    with ws.read() as reader:
        found = kept_scans.find(ws, reader, lead.scan, "leak") if open_ else None
    told = leak_page.of_finding(found, lead.body)
    return words.page(request, "leak_scans/finding.html", finding=lead.body, told=told, **context)


@router.get("/{key}/posts")
def posts(
    request: Request, ws: Place, who: Who, key: Key, start: Annotated[int, Query(ge=0, le=2**40)] = 0
) -> Response:
    """The evidence posts of a finding in the order of time, with the file and row each came from."""
    with ws.read() as reader:
        lead, veils = reader.get(Lead, key), Veils(reader, who)
        veil, shown = veils.over(lead.case), veils.seen(lead)
    hide = veil.text if veil else str
    if shown.body is None:
        return pages.redirect(request, f"/findings/{key}")
    rows = _gallery.of(ws.tables, lead).rows
    return words.page(
        request,
        "findings/posts.html",
        lead=lead,
        title=hide(lead.title),
        hide=hide,
        rows=rows.slice(start, ROWS).to_pylist(),
        total=rows.num_rows,
        start=start,
        more=f"/findings/{key}/posts?start={start + ROWS}" if start + ROWS < rows.num_rows else "",
    )
