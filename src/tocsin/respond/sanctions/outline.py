"""An evidence package as headings, lines and tables: one outline for every form in which people read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tocsin.model.criteria import Basis
from tocsin.model.dossier import Act, Dossier, Source, Stake
from tocsin.respond.sanctions.entries import Entry, in_force
from tocsin.respond.sanctions.package import STATEMENT, Assessment, Package

READY, NOT_YET = "every requirement is met: for people to decide", "not enough yet"
_REASON = 1_500  # characters shown of what another list published


@dataclass(frozen=True, slots=True)
class Part:
    """A heading, paragraphs, list items and a table (rows of the same length as `head`)."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Outline:
    """The whole document. `marking` stands at its head and foot."""

    title: str
    marking: str
    meta: tuple[str, ...]
    parts: tuple[Part, ...]


def outline(package: Package) -> Outline:
    """The package in the order in which a desk reads it: the result in each place, then what it rests on."""
    dossier = package.dossier
    meta = (
        f"As of {package.day}. A draft: it decides nothing and names nobody in public.",
        "Every requirement is met or not; none is weighed against another. How a requirement is checked here is a "
        "reading of the law, which sets no numbers.",
    )
    return Outline(
        f"Evidence package: {dossier.name}",
        f"TLP:{dossier.tlp.upper()}",
        meta,
        (
            _result(package),
            *(part for one in package.assessments for part in _regime(one)),
            *_facts(dossier),
            _elsewhere(package),
            _sources(dossier),
            Part("To be seen by who decides", items=package.notes or ("Nothing.",)),
        ),
    )


def verdict(one: Assessment) -> str:
    """The result for one regime, in words."""
    return READY if one.met else NOT_YET


def _result(package: Package) -> Part:
    rows = tuple(
        (one.regime.jurisdiction.upper(), one.regime.title, one.test.title, verdict(one), "; ".join(one.missing) or "–")
        for one in package.assessments
    )
    head = ("Place", "Regime", "Test", "Result", "Missing")
    return Part("Result by regime", () if rows else ("No regime applies.",), head=head if rows else (), rows=rows)


def _regime(one: Assessment) -> Iterator[Part]:
    regime, test = one.regime, one.test
    place = regime.jurisdiction.upper()
    yield Part(
        f"{place}: {regime.title}: {verdict(one)}",
        (
            f"Law: {_law(regime.source, regime.basis, regime.note)}",
            f"Test: {test.standard} {_law(test.source, test.basis, test.note)}",
        ),
        head=("Criterion", "Source", "Acts put to it", "Accepted", "Lacking"),
        rows=tuple(
            (
                f"({found.limb.id}) {found.limb.text}",
                _law(found.limb.source or regime.source, found.limb.basis, found.limb.note),
                ", ".join(act.id for act in found.acts) or "–",
                ", ".join(act.id for act in found.enough) or "–",
                "; ".join(found.missing) or "–",
            )
            for found in one.limbs
        ),
    )
    yield Part(
        f"{place}: {regime.title}: the test, part by part",
        head=("Asked", "Checked as", "Law", "Result", "Missing"),
        rows=tuple(
            (
                check.requirement.asks,
                check.requirement.reading,
                _law(check.requirement.source, check.requirement.basis),
                "met" if check.met else "not met",
                "; ".join(check.missing) or "–",
            )
            for check in one.checked
        ),
    )
    yield Part(f"{place}: {regime.title}: draft statement of reasons", _statement(one))


def _statement(one: Assessment) -> tuple[str, ...]:
    if not one.statement:
        return ("None: no act carries it yet.",)
    low, high = STATEMENT
    size = len(one.statement)
    fit = "within" if low <= size <= high else "outside"
    rests = ", ".join(f"{act.id} ({', '.join(act.sources)})" for act in one.relied_on)
    return one.statement, f"Rests on {rests}.", f"{size:,} characters, {fit} the {low:,} to {high:,} that are usual."


def _facts(dossier: Dossier) -> Iterator[Part]:
    names = [f"Also known as: {', '.join(dossier.also)}"] if dossier.also else []
    role = [f"Role: {dossier.role}"] if dossier.role else []
    known = [f"{i.sort}: {i.value} {_cited(i.sources)}" for i in dossier.identifiers]
    yield Part("Identity", items=(*names, *role, *known) or ("Only the name.",))
    acts = tuple(
        (_days(act), act.place or "–", act.text, _amount(act), ", ".join(act.conduct) or "–", ", ".join(act.sources))
        for act in sorted(dossier.acts, key=lambda a: (str(a.first or a.last or "9999"), a.id))
    )
    yield Part("Acts in time order", head=("When", "Where", "What", "Amount", "Conduct", "Sources"), rows=acts)
    ties = [f"{n.sort}, {n.state.upper() or 'state not named'}: {n.text} {_cited(n.sources)}" for n in dossier.nexus]
    yield Part("Nexus to a state", items=tuple(ties) or ("None shown.",))
    yield Part("Ownership chain", items=tuple(map(_stake, dossier.ownership)) or ("None given.",))
    against = tuple((c.text, c.answer or "no answer yet", ", ".join(c.sources) or "–") for c in dossier.counter)
    searched = dossier.searched or "What was done to find it is not said."
    yield Part(
        "Counter-evidence and innocent explanations",
        (f"Searched: {searched}",),
        head=("What speaks against it", "Answer", "Sources") if against else (),
        rows=against,
    )
    yield Part("Impact of a listing", (dossier.impact or "Not considered yet.",))
    yield Part("Right of reply", _hearing(dossier))


def _hearing(dossier: Dossier) -> tuple[str, ...]:
    hearing = dossier.hearing
    if not hearing.asked:
        return (f"Not asked: {hearing.not_asked or 'no reason given'}",)
    answered = f"answered {hearing.answered}" if hearing.answered else "no answer"
    return (f"Asked {hearing.asked}, {answered}.", *filter(None, [hearing.text]))


def _elsewhere(package: Package) -> Part:
    rows = tuple(
        (e.jurisdiction.upper(), e.key, _status(e, package), ", ".join(e.programmes), e.reason[:_REASON] or "–")
        for e in package.elsewhere
    )
    head = ("Place", "Entry", "Listed", "Programme", "Published reason")
    none = () if rows else ("No entry is given, or no lists were at hand.",)
    return Part("What other regimes say", none, head=head if rows else (), rows=rows)


def _status(entry: Entry, package: Package) -> str:
    since = f"since {entry.first}" if entry.first else "day not told"
    return since if in_force(entry, package.day) else f"{since}, taken off {entry.delisted}"


def _sources(dossier: Dossier) -> Part:
    head = ("Id", "Title", "Origin", "Published", "Grade", "Kept", "Where")
    rows = tuple(
        (s.id, s.title, s.origin or s.publisher or "–", str(s.published or "–"), _grade(s), _kept(s), s.url or "–")
        for s in dossier.sources
    )
    return Part("Sources (Admiralty grades: reliability, information)", head=head, rows=rows)


def _grade(source: Source) -> str:
    return f"{source.reliability or '?'}{source.information or '?'}"


def _kept(source: Source) -> str:
    if not (source.sha256 and source.archived):
        return "not kept"
    return f"{source.archived:%Y-%m-%d %H:%M} UTC, SHA-256 {source.sha256}"


def _law(source: str, basis: Basis, note: str = "") -> str:
    said = [*([note] if note else []), *(["unverified"] if basis == "unverified" else [])]
    return f"{source} ({'; '.join(said)})" if said else source


def _cited(sources: tuple[str, ...]) -> str:
    return f"[{', '.join(sources)}]" if sources else "[no source]"


def _stake(stake: Stake) -> str:
    shares = [share for share in (stake.share_min, stake.share_max) if share is not None]
    share = " to ".join(f"{100 * s:g} %" for s in dict.fromkeys(shares)) or "share not known"
    days = " ".join(
        filter(None, [f"from {stake.since}" if stake.since else "", f"until {stake.until}" if stake.until else ""])
    )
    control = ", control" if stake.control else ""
    return f"{stake.owner} holds {share} of {stake.held}{control} {days} {_cited(stake.sources)}".replace("  ", " ")


def _amount(act: Act) -> str:
    return "–" if act.amount_minor is None else f"{act.amount_minor / 100:,.2f} {act.currency}"


def _days(act: Act) -> str:
    return " to ".join(dict.fromkeys(str(day) for day in (act.first, act.last) if day)) or "not told"
