"""voting.break_in: attempts to get in: attacks in requests, guessed passwords, alerts of intrusion detection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
from pydantic import Field

from tocsin.detect.voting import base, wording
from tocsin.detect.voting.clients import Numbers, Unit, by_network, clients_of, codes, distinct, improbable, joint
from tocsin.detect.voting.guessing import attempts
from tocsin.detect.voting.innocent import named_crawlers, own_test
from tocsin.detect.voting.sigma import LEVELS, Matcher, Rule, compiled, shipped
from tocsin.detect.voting.signins import sign_ins
from tocsin.detect.voting.timing import period
from tocsin.model.arrow import Array, pc, positions
from tocsin.model.finding import Test
from tocsin.stats import stated

CANNOT_SHOW = (
    "Who runs the clients: an address can be rented, borrowed or shared.",
    "Whether an attempt succeeded: look at the server, its database and its own logs.",
    "Attacks in the bodies of requests: access logs do not hold them.",
)
MATCHES = {
    "attacks": "different requests that match a rule of level high or critical",
    "matches": "different requests that match a rule",
    "rules": "rules matched",
    "offices": "further offices where a rule matched",
}
#: A rule of level high promises to match next to no ordinary client; a thousand such stand in for that.
_ORDINARY = {
    "attacks": (0,) * 1_000,
    "matches": (0,) * 18 + (1, 2),
    "rules": (0,) * 18 + (1, 1),
    "offices": (0,) * 20,
}
ALERTS = {
    "alerts": "alerts",
    "signatures": "different alerts",
    "offices": "further offices with alerts",
}
_FEW_ALERTS = {"alerts": (0,) * 16 + (1, 1, 2, 4), "signatures": (0,) * 16 + (1, 1, 1, 2), "offices": (0,) * 20}


GRAVE = ("high", "critical")


class Parameters(base.Parameters):
    """What a user may set."""

    min_failures: int = Field(default=10, ge=3, description="Fewest failed sign-ins of a client or account.")
    min_matches: int = Field(default=3, ge=1, description="Fewest requests that match rules, or alerts, of a client.")
    level: str = Field(
        default="medium", pattern="^(low|medium|high|critical)$", description="Lowest level of rules that count."
    )


class BreakIn(base.Detector):
    """Requests that match Sigma rules, sign-ins that fail, and alerts, by client and account over all offices."""

    id = "voting.break_in"
    title = "Attempts to break in"
    params = Parameters
    wants = "events"

    def look(self, tables: base.VotingTables, params: Parameters) -> base.Result:
        """One hypothesis a client with web requests, one a client and one an account with sign-ins, one a client with
        alerts; a match of a rule of level critical is reported as it is."""
        rules, unused = compiled((*shipped(), *tables.rules))
        web = _web(tables.events, rules, params)
        signed = attempts(sign_ins(tables), params.min_failures)
        alerts = _alerts(tables.events, params)
        made = [candidate for part in (web, signed, alerts) for candidate in part[0]]
        measured = {f"Sigma rule {name}": f"not used: {why}" for name, why in unused.items()}
        tested = web[1] + signed[1] + alerts[1]
        return base.Result(tuple(made), tested, "" if tested else "no requests, sign-ins or alerts", {}, measured)


def _web(events: pa.Table, rules: list[Rule], params: Parameters) -> tuple[list[base.Candidate], int]:
    asked = pc.fill_null(pc.and_(pc.equal(events["kind"], "web"), pc.not_equal(events["source"], "")), False)
    at = np.flatnonzero(asked.to_numpy())
    if not at.size:
        return [], 0
    rows = events.take(positions(at))
    matcher, lowest = Matcher(rows), LEVELS.index(params.level)
    hits = {rule: np.logical_or.reduce([matcher.match(one) for one in rule.conditions]) for rule in rules}
    none = np.zeros(at.size, bool)
    counted = [hit for rule, hit in hits.items() if LEVELS.index(rule.level) >= lowest]
    grave = np.logical_or.reduce([none, *(hit for rule, hit in hits.items() if rule.level in GRAVE)])
    source, sources = clients_of(rows["source"])
    any_hit = np.logical_or.reduce([none, *counted])
    office, _ = codes(rows["office"])
    target = joint(office, codes(pc.fill_null(rows["path"], ""))[0])
    units_ = len(sources)
    found = {
        "attacks": distinct(source, target, grave, units_),
        "matches": distinct(source, target, any_hit, units_),
        "rules": np.sum(
            [np.zeros(units_), *(np.bincount(source[hit], minlength=units_) > 0 for hit in counted)], axis=0
        ),
        "offices": np.maximum(distinct(source, office, any_hit, units_) - 1, 0),
    }
    units, tested = improbable(found, found["matches"], params.min_matches, "client", _ORDINARY)
    sure = np.logical_or.reduce([none, *(h for r, h in hits.items() if r.level == "critical")])
    already = {unit.members[0] for unit in units}
    units += [
        Unit((int(code),), float("nan"), "client", {}) for code in np.unique(source[sure]) if int(code) not in already
    ]
    groups = by_network(units, sources)
    return [_attack(rows, at, source, group, hits, any_hit | sure, sources) for group in groups], tested


def _attack(
    rows: pa.Table,
    at: Numbers,
    source: Numbers,
    units: Sequence[Unit],
    hits: Mapping[Rule, Numbers],
    counted: Numbers,
    sources: Array,
) -> base.Candidate:
    """The matches of clients of one network."""
    members = sorted({unit.members[0] for unit in units})
    own = np.flatnonzero(np.isin(source, members) & counted)
    matched = {rule: int(hit[own].sum()) for rule, hit in hits.items() if hit[own].any()}
    grave = any(rule.level in GRAVE for rule in matched)
    tested = [unit for unit in units if unit.found]
    best = min(tested, key=lambda unit: unit.p) if len(tested) == len(units) else None  # None: an exact rule decides
    status = pc.fill_null(rows["status"], 0).to_numpy()[own]
    offices = len(pc.unique(rows["office"].take(positions(own))))
    where, when = wording.many(offices, "office"), period(rows["time"].cast(pa.int64()).to_numpy()[own])
    told = "; ".join(f"{rule.title} ({number:,})" for rule, number in matched.items())
    return base.Candidate(
        detector=BreakIn.id,
        sign="break-in attempt" if grave else "scan",
        table="events",
        rows=base.sorted_rows(at[own]),
        title=f"{'Attacks' if grave else 'Probes'} in requests to {where} {when}",
        sentence=(
            f"{wording.many(len(members), 'client')} sent {wording.many(own.size, 'request')} to {where} {when} that "
            f"match rules for attacks and probes: {told}."
        ),
        p=min(best.p * len(units), 1.0) if best else None,
        tests=tuple(wording.tests_of(best, MATCHES)) if best else (_rule_test(own.size),),
        effects=(
            stated.share("answered", int((status == 200).sum()), own.size, "of them answered with status 200"),
            stated.exact("offices", offices, "offices", "offices they went to"),
        ),
        explanations=(
            named_crawlers(pc.fill_null(rows["agent"].take(positions(own)), "")),
            own_test(sources.take(positions(np.array(members))).to_pylist()),
        ),
        rules=tuple(f"{rule.id} {rule.title}" for rule in matched),
        cannot_show=CANNOT_SHOW,
        why="matches a rule",
        quoted=frozenset(at[own].tolist()),
        notes={int(at[row]): rule.title for rule, hit in reversed(list(hits.items())) for row in own[hit[own]]},
    )


def _rule_test(number: int) -> Test:
    return stated.test("Does a request match a rule of level critical?", "exact rule", "none", number, 0, None)


def _alerts(events: pa.Table, params: Parameters) -> tuple[list[base.Candidate], int]:
    told = pc.fill_null(pc.and_(pc.equal(events["kind"], "ids"), pc.not_equal(events["source"], "")), False)
    at = np.flatnonzero(told.to_numpy())
    if not at.size:
        return [], 0
    rows = events.take(positions(at))
    source, sources = clients_of(rows["source"])
    office, _ = codes(rows["office"])
    signature, _ = codes(pc.fill_null(rows["action"], ""))
    every, units = np.ones(at.size, bool), len(sources)
    found = {
        "alerts": np.bincount(source, minlength=units),
        "signatures": distinct(source, signature, every, units),
        "offices": np.maximum(distinct(source, office, every, units) - 1, 0),
    }
    odd, tested = improbable(found, found["alerts"], params.min_matches, "client", _FEW_ALERTS)
    return [_alarm(rows, at, source, unit, sources) for unit in odd], tested


def _alarm(rows: pa.Table, at: Numbers, source: Numbers, unit: Unit, sources: Array) -> base.Candidate:
    own = np.flatnonzero(source == unit.members[0])
    offices = len(pc.unique(rows["office"].take(positions(own))))
    when = period(rows["time"].cast(pa.int64()).to_numpy()[own])
    counted = pc.value_counts(rows["action"].take(positions(own))).to_pylist()
    most = sorted(counted, key=lambda one: (-one["counts"], str(one["values"])))[:5]
    return base.Candidate(
        detector=BreakIn.id,
        sign="break-in attempt",
        table="events",
        rows=base.sorted_rows(at[own]),
        title=f"Alerts about one client at {wording.many(offices, 'office')} {when}",
        sentence=(
            f"Intrusion detection raised {wording.many(own.size, 'alert')} about 1 client at "
            f"{wording.many(offices, 'office')} {when}: "
            + "; ".join(f"{one['values']} ({one['counts']:,})" for one in most)
            + "."
        ),
        p=unit.p,
        tests=tuple(wording.tests_of(unit, ALERTS)),
        effects=(stated.exact("offices", offices, "offices", "offices with alerts"),),
        explanations=(own_test(sources.take(positions(np.array(unit.members))).to_pylist()),),
        cannot_show=CANNOT_SHOW,
        why="an alert about the same client",
        quoted=frozenset(at[own].tolist()),
    )


DETECTOR = BreakIn()
