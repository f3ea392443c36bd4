"""Whether a dossier meets the test of one jurisdiction for one regime: every requirement with what it lacks.

Nothing is weighed or summed up. A requirement is met or it is not, and one that is not says what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from tocsin.model.criteria import LegalTest, Limb, Regime, Requirement, Support
from tocsin.model.dossier import Act, Dossier, Nexus, Source

_RELIABLE, _CREDIBLE = "ABCDE", "12345"  # best first; F and 6 say that it cannot be judged


@dataclass(frozen=True, slots=True)
class LimbFound:
    """One limb of the regime: the acts put to it, those of them that the test accepts, and what the others lack."""

    limb: Limb
    acts: tuple[Act, ...]
    enough: tuple[Act, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """One requirement: met where nothing is missing."""

    requirement: Requirement
    missing: tuple[str, ...]

    @property
    def met(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing


@dataclass(frozen=True, slots=True)
class Look:
    """What a check looks at."""

    dossier: Dossier
    regime: Regime
    test: LegalTest
    limbs: Sequence[LimbFound]


def limbs(dossier: Dossier, regime: Regime, test: LegalTest, day: date) -> tuple[LimbFound, ...]:
    """Every limb that was law on `day`, with the acts that come under it and those whose sources the test accepts."""
    accept = next(r.accept for r in test.requirements if r.check == "criterion")
    return tuple(_limb(dossier, limb, accept) for limb in regime.limbs if limb.holds(day))


def checked(dossier: Dossier, regime: Regime, test: LegalTest, found: Sequence[LimbFound]) -> tuple[Checked, ...]:
    """Every requirement of the test that applies to the regime."""
    look = Look(dossier, regime, test, found)
    wanted = (r for r in test.requirements if r.check != "nexus" or regime.nexus)
    return tuple(Checked(r, tuple(_CHECKS[r.check](look, r))) for r in wanted)


def relied_on(test: LegalTest, found: Iterable[LimbFound]) -> list[Act]:
    """The acts that can carry the reasons, in order of time: accepted under a limb, specific where the test asks."""
    specific = any(r.check == "specific" for r in test.requirements)
    acts = {act.id: act for one in found for act in one.enough if not (specific and _unspecific(act))}
    return in_time(acts.values())


def in_time(acts: Iterable[Act]) -> list[Act]:
    """Acts by their first day; those without one last."""
    return sorted(acts, key=lambda act: (act.first or act.last or date.max, act.id))


def lacking(dossier: Dossier, names: Sequence[str], accept: Sequence[Support]) -> str:
    """What the sources lack to be enough under any of `accept`; "" where they are. The nearest one is told."""
    known = {source.id: source for source in dossier.sources}
    sources = [known[name] for name in names]
    nearest: list[str] = min((_gaps(sources, support) for support in accept), key=len)
    return "; ".join(nearest)


def _limb(dossier: Dossier, limb: Limb, accept: Sequence[Support]) -> LimbFound:
    acts = in_time(act for act in dossier.acts if set(act.conduct) & set(limb.conduct))
    lacks = {act.id: lacking(dossier, act.sources, accept) for act in acts}
    enough = tuple(act for act in acts if not lacks[act.id])
    return LimbFound(limb, tuple(acts), enough, tuple(f"act {name}: {gap}" for name, gap in lacks.items() if gap))


def _gaps(sources: Sequence[Source], support: Support) -> list[str]:
    graded = [s for s in sources if _good(s, support.source, support.information)]
    usable = [s for s in graded if s.sha256 and s.archived] if support.archived else graded
    found, gaps = len({source.root for source in usable}), []
    if found < support.sources:
        grade = f"{support.source}{support.information}"
        kept = " and kept" if support.archived else ""
        origins = " of different origin" if support.sources > 1 else ""
        gaps.append(f"{found} of {support.sources} sources{origins}, not worse than {grade}{kept}")
    if support.best_source and not any(_good(s, support.best_source, support.best_information) for s in usable):
        gaps.append(f"none is as good as {support.best_source}{support.best_information}")
    return gaps


def _good(source: Source, reliability: str, information: str) -> bool:
    return (
        source.reliability != ""
        and source.information != ""
        and source.reliability in _RELIABLE[: _RELIABLE.index(reliability) + 1]
        and source.information in _CREDIBLE[: _CREDIBLE.index(information) + 1]
    )


def _unspecific(act: Act) -> list[str]:
    missing = [] if act.first or act.last else ["on which day"]
    missing += [] if act.place else ["where"]
    return missing + ([] if act.own else ["what the subject itself did"])


def _criterion(look: Look, requirement: Requirement) -> Iterable[str]:
    if any(found.enough for found in look.limbs):
        return
    put = [found for found in look.limbs if found.acts]
    if not put:
        yield f"no act is put to a limb of {look.regime.id}"
    for found in put:
        yield from (f"limb {found.limb.id}, {gap}" for gap in found.missing)


def _nexus(look: Look, requirement: Requirement) -> Iterable[str]:
    lacks = [(n, lacking(look.dossier, n.sources, requirement.accept)) for n in look.dossier.nexus]
    if not lacks:
        yield "no tie to a state: who directed, paid for or gained from it"
    elif all(gap for _, gap in lacks):
        yield from (f"{_tie(nexus)}: {gap}" for nexus, gap in lacks)


def _tie(nexus: Nexus) -> str:
    return f"{nexus.sort} by {nexus.state.upper() or 'a state not named'}"


def _archived(look: Look, requirement: Requirement) -> Iterable[str]:
    used = {name for act in relied_on(look.test, look.limbs) for name in act.sources}
    if look.regime.nexus:
        used |= {name for nexus in look.dossier.nexus for name in nexus.sources}
    for source in look.dossier.sources:
        if source.id in used and not (source.sha256 and source.archived):
            yield f"source {source.id} is not kept: its SHA-256 and the time of capture"


def _specific(look: Look, requirement: Requirement) -> Iterable[str]:
    if relied_on(look.test, look.limbs):
        return
    enough = {act.id: act for found in look.limbs for act in found.enough}
    put = enough or {act.id: act for found in look.limbs for act in found.acts}
    yield from (f"act {a.id} does not say {' or '.join(_unspecific(a))}" for a in put.values() if _unspecific(a))
    if not put:
        yield "no act that could be a reason"


def _counter(look: Look, requirement: Requirement) -> Iterable[str]:
    if not look.dossier.searched:
        yield "what was done to find evidence to the contrary is not said"
    for number, counter in enumerate(look.dossier.counter, 1):
        if not counter.answer:
            yield f"counter-evidence {number} has no answer"


def _identity(look: Look, requirement: Requirement) -> Iterable[str]:
    have = sum(bool(identifier.sources) for identifier in look.dossier.identifiers)
    if have < requirement.least:
        yield f"{have} of {requirement.least} identifiers with a source"


def _impact(look: Look, requirement: Requirement) -> Iterable[str]:
    if not look.dossier.impact:
        yield "what a listing would do to the person and to others is not said"


_CHECKS: dict[str, Callable[[Look, Requirement], Iterable[str]]] = {
    "criterion": _criterion,
    "nexus": _nexus,
    "archived": _archived,
    "specific": _specific,
    "counter": _counter,
    "identity": _identity,
    "impact": _impact,
}
