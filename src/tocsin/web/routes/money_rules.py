"""The dated rules on gifts and ownership, and a person's word that one says what its source says."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import Response

from tocsin.cases import confirm
from tocsin.errors import ConflictError, NotFoundError, TocsinError, UsageError
from tocsin.model.people import Actor
from tocsin.model.rules import Rule
from tocsin.share.money.words import amount
from tocsin.share.words import number
from tocsin.store.workspace import Workspace
from tocsin.web import pages, visit, words
from tocsin.web.i18n import N_
from tocsin.web.visit import Place, Who

router = APIRouter(prefix="/money/rules", tags=["money"])
BASIS = {"read": N_("read in its source"), "unverified": N_("unverified"), "confirmed": N_("confirmed here")}

Key = Annotated[str, Path(max_length=200)]
Choice = Annotated[str, Query(max_length=100)]


@router.get("")
def index(request: Request, ws: Place, who: Who, kind: Choice = "", jurisdiction: Choice = "") -> Response:
    """The rules, narrowed by kind and jurisdiction."""
    with ws.read() as reader:
        rules = confirm.rules(confirm.confirmed(reader)).values()
    chosen = [r for r in rules if kind in ("", r.kind) and jurisdiction in ("", r.jurisdiction)]
    return words.page(
        request,
        "money/rules.html",
        rules=[(rule, value(rule)) for rule in chosen],
        kinds=sorted({rule.kind for rule in rules}),
        jurisdictions=sorted({rule.jurisdiction for rule in rules}),
        kind=kind,
        jurisdiction=jurisdiction,
        basis=BASIS,
    )


def value(rule: Rule) -> str:
    """What the rule sets, in words: `more than 200.00 USD a cycle`, `50 % or more`."""
    if rule.amount_minor is not None:
        found = amount(rule.amount_minor, rule.currency or "")
    elif rule.share is not None:
        found = f"{number(rule.share * 100)} %"
    else:
        return "–"
    told = f"more than {found}" if rule.strict else f"{found} or more"
    return f"{told}, by {rule.per}" if rule.per else told


@router.get("/{key}")
def show(request: Request, ws: Place, who: Who, key: Key) -> Response:
    """One rule, and the form to confirm it."""
    return _page(request, ws, who, key)


def _page(request: Request, ws: Workspace, who: Actor, key: str, error: TocsinError | None = None) -> Response:
    with ws.read() as reader:
        found = confirm.confirmations(reader)
        rule = confirm.rules(found).get(key)
        if rule is None:
            raise NotFoundError("There is no such rule.", hint="See the list of rules.")
        kept = found.get(key)
        people = words.names(reader, (kept.confirmed_by,)) if kept else {}
    return words.page(
        request,
        "money/rule.html",
        error.http_status if error else 200,
        rule=rule,
        value=value(rule),
        kept=kept,
        people=people,
        basis=BASIS,
        error=error,
        may=bool(who.roles & {"analyst", "reviewer"}),
    )


@router.post("/{key}/confirm")
def confirm_rule(
    request: Request, ws: Place, who: Who, key: Key, read_in: Annotated[str, Form(max_length=2000)]
) -> Response:
    """Keep that the person has read the rule in its source."""
    try:
        confirm.confirm(ws, who, key, read_in)
    except (UsageError, ConflictError) as error:
        return _page(request, ws, who, key, error)
    return pages.redirect(request, f"/money/rules/{key}", visit.of(request).gettext("The rule is confirmed."))


@router.post("/{key}/take-back")
def take_back(request: Request, ws: Place, who: Who, key: Key) -> Response:
    """Make the rule unverified again."""
    confirm.take_back(ws, who, key)
    return pages.redirect(request, f"/money/rules/{key}", visit.of(request).gettext("The rule is unverified again."))
