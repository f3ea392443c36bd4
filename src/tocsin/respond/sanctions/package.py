"""The evidence package: one dossier held against the criteria and the test of each regime, with a draft of reasons.

It drafts; people decide. One file may meet the test of one place and not that of another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from tocsin.errors import UsageError
from tocsin.model.criteria import Criteria, LegalTest, Regime
from tocsin.model.dossier import Act, Dossier
from tocsin.respond.sanctions.entries import Entry, entries
from tocsin.respond.sanctions.proof import Checked, LimbFound, checked, limbs, relied_on

#: Characters of a statement of reasons: published ones of the EU's regimes have about 700 to 1,300.
STATEMENT = (900, 1300)


@dataclass(frozen=True, slots=True)
class Assessment:
    """One regime: its limbs with the acts put to them, the requirements of its test, and the draft of the reasons,
    which rests on the acts in `relied_on` and is empty where there are none."""

    regime: Regime
    test: LegalTest
    limbs: tuple[LimbFound, ...]
    checked: tuple[Checked, ...]
    relied_on: tuple[Act, ...]
    statement: str

    @property
    def met(self) -> bool:
        """Whether every requirement is met. It is then for people to decide, not decided."""
        return all(check.met for check in self.checked)

    @property
    def missing(self) -> tuple[str, ...]:
        """What is missing, in words."""
        return tuple(gap for check in self.checked for gap in check.missing)


@dataclass(frozen=True, slots=True)
class Package:
    """A dossier as `day` would judge it. `elsewhere`: where the subject is listed already, and what is said there."""

    dossier: Dossier
    day: date
    assessments: tuple[Assessment, ...]
    elsewhere: tuple[Entry, ...]
    notes: tuple[str, ...]


def package(
    dossier: Dossier,
    day: date,
    *,
    regimes: Sequence[str] = (),
    listed: pa.Table | None = None,
    clusters: pa.Table | None = None,
    criteria: Criteria | None = None,
) -> Package:
    """Hold a dossier against `regimes` (ids; none: all in force on `day` that its acts could come under).

    With `listed` (LISTED as of `day`) the dossier's own entries, and with `clusters` those of the same cluster, say
    what other regimes have published. `UsageError` for a regime that is not known or was not law on that day.
    """
    criteria = criteria or Criteria.load()
    chosen = _chosen(criteria, dossier, regimes, day)
    assessed = tuple(_assessment(dossier, regime, test, day) for regime, test in chosen)
    elsewhere = _elsewhere(dossier, listed, clusters, day) if listed is not None else ()
    return Package(dossier, day, assessed, elsewhere, tuple(_notes(dossier, assessed)))


def statement(dossier: Dossier, regime: Regime, found: Sequence[LimbFound], acts: Sequence[Act]) -> str:
    """A draft of the reasons from what the writer wrote: who it is, what was done when, under which limb."""
    if not acts:
        return ""
    used = {act.id for act in acts}
    under = [one.limb for one in found if used & {act.id for act in one.enough}]
    told = [f"{_when(act)}{act.text.rstrip('.')}." for act in acts]
    ties = [f"{nexus.text.rstrip('.')}." for nexus in dossier.nexus] if regime.nexus else []
    who = ", ".join([dossier.name, *filter(None, [dossier.role])])
    ground = "; ".join(f"({limb.id}) {limb.text}" for limb in under)
    return " ".join([f"{who}.", *told, *ties, f"{dossier.name} therefore comes under {regime.source}: {ground}."])


def _chosen(criteria: Criteria, dossier: Dossier, ids: Sequence[str], day: date) -> list[tuple[Regime, LegalTest]]:
    known = {regime.id: regime for regime in criteria.regimes if criteria.test(regime.jurisdiction, day)}
    for name in ids:
        if name not in known or not known[name].holds(day):
            law = [regime.id for regime in known.values() if regime.holds(day)]
            raise UsageError(f"no regime {name} on {day}", hint=f"law on that day and with a test: {', '.join(law)}")
    codes = {code for act in dossier.acts for code in act.conduct}
    fitting = [r for r in known.values() if r.holds(day) and any(codes & set(limb.conduct) for limb in r.limbs)]
    chosen = [known[name] for name in ids] or fitting
    return [(regime, test) for regime in chosen if (test := criteria.test(regime.jurisdiction, day))]


def _assessment(dossier: Dossier, regime: Regime, test: LegalTest, day: date) -> Assessment:
    found = limbs(dossier, regime, test, day)
    acts = tuple(relied_on(test, found))
    draft = statement(dossier, regime, found, acts)
    return Assessment(regime, test, found, checked(dossier, regime, test, found), acts, draft)


def _elsewhere(dossier: Dossier, listed: pa.Table, clusters: pa.Table | None, day: date) -> tuple[Entry, ...]:
    wanted = set(dossier.entries)
    if clusters is not None:
        rows = [(f"{row['list']}:{row['entry']}", row["cluster"]) for row in clusters.to_pylist()]
        ours = {cluster for key, cluster in rows if key in wanted}
        wanted |= {key for key, cluster in rows if cluster in ours}
    found = [entry for entry in entries(listed, day) if entry.key in wanted]
    return tuple(sorted(found, key=lambda entry: (entry.first or date.max, entry.key, entry.jurisdiction)))


def _notes(dossier: Dossier, assessed: Sequence[Assessment]) -> list[str]:
    """What is not a requirement of any test and yet must be seen by who decides."""
    notes = []
    if not assessed:
        notes.append("No act is put to a criterion of any regime that was law on this day.")
    if not (dossier.hearing.asked or dossier.hearing.not_asked):
        notes.append("The subject was not asked for a reply, and it is not said why.")
    if ungraded := [s.id for s in dossier.sources if not (s.reliability and s.information)]:
        notes.append(f"Not graded, so they count for nothing: {', '.join(ungraded)}.")
    if single := [act.id for act in dossier.acts if _roots(dossier, act.sources) < 2]:
        notes.append(f"Fewer than two sources of different origin: {', '.join(single)}.")
    if unverified := {
        rule.label() for one in assessed for rule in (one.regime, one.test) if rule.basis == "unverified"
    }:
        notes.append(f"Nobody has read these rules in their source yet: {', '.join(sorted(unverified))}.")
    return notes


def _roots(dossier: Dossier, names: Sequence[str]) -> int:
    return len({source.root for source in dossier.sources if source.id in names})


def _when(act: Act) -> str:
    days = [day for day in (act.first, act.last) if day]
    if not days:
        return ""
    if len(set(days)) == 1:
        return f"On {_day(days[0])}: "
    return f"From {_day(days[0])} to {_day(days[-1])}: "


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
