"""Rules that a person has compared with their source. One person is enough: the source is named, anybody can look."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from tocsin.cases import acts
from tocsin.errors import ConflictError, NotFoundError, UsageError
from tocsin.model.confirmation import RuleConfirmation
from tocsin.model.criteria import Criteria
from tocsin.model.people import Actor, Role
from tocsin.model.rules import Rule, Rules
from tocsin.store.records import Reader
from tocsin.store.workspace import Workspace

_ROLES: tuple[Role, ...] = ("analyst", "reviewer")


def confirm(ws: Workspace, actor: Actor, rule_id: str, read_in: str) -> RuleConfirmation:
    """Keep that the actor has read an unverified rule in its source, and where. `NotFoundError` for no rule,
    `UsageError` without a source, `ConflictError` for a rule that is not unverified."""
    rule = rules().get(rule_id)
    if rule is None:
        raise NotFoundError(f"there is no rule {rule_id}", hint="look in the list of rules")
    if not read_in.strip():
        raise UsageError("a rule is confirmed from its source", hint="say where you read it: law, edition, day")
    with acts.act(ws, actor, "confirm rule", rule_id, _ROLES) as w:
        if rule.basis != "unverified" or rule_id in confirmed(w):
            raise ConflictError(f"the rule {rule_id} is not unverified", hint="read the list again")
        return w.put(
            acts.checked(
                RuleConfirmation,
                rule=rule_id,
                digest=digest(rule),
                read_in=read_in.strip(),
                confirmed=acts.now(),
                confirmed_by=actor.id,
            )
        )


def take_back(ws: Workspace, actor: Actor, rule_id: str) -> None:
    """Make a rule unverified again; the journal keeps that it was confirmed. `NotFoundError` where it was not."""
    with acts.act(ws, actor, "take back confirmation", rule_id, _ROLES) as w:
        found = confirmations(w).get(rule_id)
        if found is None:
            raise NotFoundError(f"the rule {rule_id} is not confirmed", hint="read the list again")
        w.remove(RuleConfirmation, found.id)


def confirmations(reader: Reader) -> dict[str, RuleConfirmation]:
    """The confirmations that hold, by rule: those of rules that still read as they did."""
    digests = {rule.id: digest(rule) for rule in rules().values()}
    found = acts.every(reader, RuleConfirmation)
    return {one.rule: one for one in found if digests.get(one.rule) == one.digest}


def rules(ids: Collection[str] = ()) -> dict[str, Rule]:
    """Every dated rule by id, on gifts and on sanctions; those with the `ids` confirmed."""
    return {rule.id: rule for rule in (*Rules.load(ids).rules, *Criteria.load(ids).rules())}


def confirmed(reader: Reader) -> frozenset[str]:
    """The ids of the rules confirmed in this workspace, for `Rules.load` and `Criteria.load`."""
    return frozenset(confirmations(reader))


def digest(rule: Rule) -> str:
    """The SHA-256 of a rule as JSON."""
    return hashlib.sha256(rule.model_dump_json().encode()).hexdigest()
