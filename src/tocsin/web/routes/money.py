"""Money: the donation registers that were scanned, a donor, a committee."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

import pyarrow as pa
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from tocsin.cases.confirm import confirmed, rules
from tocsin.model.case import Lead
from tocsin.model.finding import Step
from tocsin.share.money import charts, path, view
from tocsin.share.money.words import amount, flag
from tocsin.share.report.charts import Bars
from tocsin.store.lists import editions
from tocsin.store.workspace import Workspace
from tocsin.web import kept_scans, money_scans, pages, words
from tocsin.web.i18n import N_
from tocsin.web.veil import Veils
from tocsin.web.visit import Place, Who

router = APIRouter(prefix="/money", tags=["money"])
ROOM = pages.Room("/money", N_("Money"), 12)
ROWS, MOST, LEADS, STEPS = 200, 50, 500, 60

Key = Annotated[str, Path(max_length=80)]
Name = Annotated[str, Query(max_length=1000)]
Start = Annotated[int, Query(ge=0, le=2**40)]


@router.get("")
def index(request: Request, ws: Place, who: Who) -> Response:
    """The scans of donation registers, and the way to lists, gap, dossiers and rules."""
    with ws.read() as reader:
        found = kept_scans.scans(ws, reader, "money")
        known = rules(confirmed(reader)).values()
    return words.page(
        request,
        "money/index.html",
        scans=[(one, one.summary.money, view.totals(one.summary.money)) for one in found if one.summary.money],
        editions=len(editions(ws)),
        rules=len(known),
        unverified=sum(rule.basis == "unverified" for rule in known),
    )


@router.get("/scans/{key}")
def scan(request: Request, ws: Place, who: Who, key: Key) -> Response:
    """One scan: its leads, what became of the rows, what was tested, and the balance."""
    with ws.read() as reader:
        found = kept_scans.scan(ws, reader, key, "money")
        leads = kept_scans.leads(reader, found)
        veils = Veils(reader, who)
        hide = kept_scans.hidden(veils, leads)
        shown = [veils.seen(lead) for lead in leads[:LEADS]]
    from tocsin.web import drawing  # Altair takes a second to load

    ledger = found.summary.money
    assert ledger is not None
    groups = dict.fromkeys(one.by for one in ledger.balance)
    balances = [
        (view.balance(ledger.balance, by), drawing.intervals(f"Balance by {by}", charts.rates(ledger.balance, by)))
        for by in groups
    ]
    return words.page(
        request,
        "money/scan.html",
        scan=found,
        ledger=ledger,
        leads=_rows(shown),
        total=len(leads),
        totals=view.totals(ledger),
        looked_at=view.looked_at(ledger),
        balances=balances,
        standings=view.standings(ledger),
        tested=view.tested(ledger),
        rules=view.rules(ledger.rules),
        hide=hide,
    )


def _rows(leads: list[Lead]) -> list[tuple[Lead, str, str]]:
    """Leads with their flag and sum in words."""
    found = [(lead, lead.body.money) for lead in leads if lead.body and lead.body.money]
    return [(lead, flag(money.flag), amount(money.total_minor, money.currency)) for lead, money in found]


@router.get("/scans/{key}/donor")
def donor(request: Request, ws: Place, who: Who, key: Key, name: Name = "", start: Start = 0) -> Response:
    """All gifts of one donor in a scan: a pseudonym where it is a private person."""
    return _party(request, ws, who, key, "donor", name, start)


@router.get("/scans/{key}/recipient")
def recipient(request: Request, ws: Place, who: Who, key: Key, name: Name = "", start: Start = 0) -> Response:
    """All gifts to one committee in a scan."""
    return _party(request, ws, who, key, "recipient", name, start)


@router.get("/scans/{key}/owner")
def owner(request: Request, ws: Place, who: Who, key: Key, name: Name = "") -> Response:
    """All that goes through one owner, or one entry of a list: the paths of every lead that passes by it."""
    with ws.read() as reader:
        found = kept_scans.scan(ws, reader, key, "money")
        every = kept_scans.leads(reader, found)
        leads = [lead for lead in every if _passes(lead, name)]
        veils = Veils(reader, who)
        hide = kept_scans.hidden(veils, every)
    steps = path.through((path.whole(lead.body.money) for lead in leads if lead.body and lead.body.money), name)
    return words.page(
        request,
        "money/owner.html",
        scan=found,
        name=hide(name),
        leads=_rows([veils.seen(lead) for lead in leads[:LEADS]]),
        path=path.picture([_hidden(step, hide) for step in steps[:STEPS]]),
        box=(path.WIDTH, path.HEIGHT),
        hide=hide,
    )


def _passes(lead: Lead, name: str) -> bool:
    money = lead.body.money if lead.body else None
    return money is not None and any(name in (step.source, step.target) for step in money.path)


def _hidden(step: Step, hide: kept_scans.Hide) -> Step:
    """The step without names that the reader may not see; placeholders keep it apart from others."""
    return step.model_copy(update={part: hide(getattr(step, part)) for part in ("source", "target", "evidence")})


def _party(request: Request, ws: Workspace, who: Who, key: str, side: str, name: str, start: int) -> Response:
    other = "recipient" if side == "donor" else "donor"
    with ws.read() as reader:
        found = kept_scans.scan(ws, reader, key, "money")
        leads = kept_scans.leads(reader, found)
        veils = Veils(reader, who)
        hide = kept_scans.hidden(veils, leads)
        shown = [veils.seen(lead) for lead in leads if _concerns(lead, side, name)]
    rows = money_scans.gifts(ws, key, side, name)
    drawn = _over_time(rows)
    address = f"/money/scans/{key}/{side}?name={quote(name, safe='')}"
    return words.page(
        request,
        "money/party.html",
        scan=found,
        side=side,
        other=other,
        name=hide(name),
        also=_also(rows, side),
        rows=[_gift(row) for row in rows.slice(start, ROWS).to_pylist()],
        number=rows.num_rows,
        more=f"{address}&start={start + ROWS}" if start + ROWS < rows.num_rows and hide(name) == name else "",
        sums=[(value, n, amount(minor, code)) for value, n, minor, code in _sums(rows, other)],
        drawn=drawn,
        leads=_rows(shown[:LEADS]),
        hide=hide,
        link=lambda value: f"/money/scans/{key}/{other}?name={quote(value, safe='')}",
    )


def _concerns(lead: Lead, side: str, name: str) -> bool:
    if lead.body is None or lead.body.money is None:
        return False
    return name in (lead.body.subjects if side == "donor" else lead.body.money.recipients)


def _sums(rows: pa.Table, by: str) -> list[tuple[str, int, int, str]]:
    return money_scans.totals(rows, by, MOST) if rows.num_rows else []


def _over_time(rows: pa.Table) -> Bars | None:
    """The chart of the counted gifts, in the currency that most of them have."""
    if not rows.num_rows:
        return None
    by_day = money_scans.by_day(rows)
    code = max(by_day, key=lambda currency: sum(n for *_, n in by_day[currency]), default="")
    shown = charts.spans(by_day[code]) if by_day else None
    return charts.over_time(shown, code) if shown and len(shown.money) > 1 else None


def _also(rows: pa.Table, side: str) -> dict[str, str]:
    """What the register says of the party besides its name, from its last row."""
    names = (
        ("donor_type", "employer", "occupation", "company_number")
        if side == "donor"
        else ("recipient_name", "recipient_party", "recipient_type")
    )
    last = rows.slice(max(0, rows.num_rows - 1)).to_pylist()
    return {name: last[0][name] for name in names if last and last[0].get(name)}


def _gift(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"money": amount(row["amount_minor"], row["currency"])}
