"""The gates before a case is published: each passed or not, what is missing, and who can do it.

`publish` holds them; whatever shows them shows the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tocsin.cases import acts, claims, leaks, rules, scope
from tocsin.cases.settle import accepted, waiting_for
from tocsin.cases.snapshot import body, claims_of, content, links_of
from tocsin.errors import ForbiddenError
from tocsin.model.case import Case, Claim, Lead, PublicGate
from tocsin.model.evidence import Item
from tocsin.model.finding import Record
from tocsin.model.grades import mixed
from tocsin.model.people import Role
from tocsin.store.records import Reader

_MOST = 20  # missing things that are listed


class Gate(Record):
    """One gate. `who`: the roles that can do what is missing. `breakable`: passed over by break-glass, in public."""

    name: str
    passed: bool
    missing: tuple[str, ...]
    who: tuple[Role, ...]
    breakable: bool = False


def gates(reader: Reader, case: Case) -> tuple[Gate, ...]:
    """The gates of a case as they stand now, in the order in which they are best passed. The last one, two persons, is
    asked by `publish` itself, since it is about the words approved."""
    made = claims_of(reader, case.id)
    author: tuple[Role, ...] = ("analyst",)
    return (
        _gate("scope", scope.missing(case), author),
        _gate("claims", _claims(reader, case, made), author),
        _gate("alternatives", _alternatives(made, rules.current(reader).alternatives), author),
        _gate("language", _language(case, made), author),
        _gate("marking", _marking(reader, case, made), author),
        _gate("private persons", _private(reader, case), author),
        _gate("second reader", _second_reader(reader, case), ("reviewer",), breakable=True),
        _gate("reply", waiting_for(reader, case), ("analyst", "publisher"), breakable=True),
    )


def need_passed(found: Iterable[Gate], break_glass: str = "") -> None:
    """Raise `ForbiddenError` naming the gates that are not passed, those that break-glass passes over aside."""
    closed = [gate for gate in found if not gate.passed and not (break_glass and gate.breakable)]
    if closed:
        first = closed[0]
        raise ForbiddenError(
            f"not every gate is passed: {', '.join(gate.name for gate in closed)}; {first.missing[0]}",
            hint=f"needs: {' or '.join(first.who)}",
        )


def public(found: Iterable[Gate]) -> tuple[PublicGate, ...]:
    """The gates as they are printed with a publication."""
    return tuple(PublicGate(name=g.name, passed=g.passed, missing=tuple(m[:300] for m in g.missing)) for g in found)


def _gate(name: str, missing: Iterable[str], who: tuple[Role, ...], breakable: bool = False) -> Gate:
    lacking = tuple(missing)
    return Gate(name=name, passed=not lacking, missing=lacking[:_MOST], who=who, breakable=breakable)


def _claims(reader: Reader, case: Case, made: tuple[Claim, ...]) -> Iterator[str]:
    if not case.summary:
        yield "no summary of what happened"
    if not case.unknown:
        yield "no word on what is not known"
    if not case.interference:
        yield "no kind of interference"
    for claim in made:
        yield from claims.lacks(claim)
    for link in dict.fromkeys((link.to, link.id) for link in links_of(made)):
        if reader.find(Lead if link[0] == "lead" else Item, link[1]) is None:
            yield f"{link[0]} {link[1]} is no longer there"


def _alternatives(made: tuple[Claim, ...], needed: int) -> Iterator[str]:
    """Deception and attribution are what an innocent explanation would overturn."""
    for claim in made:
        if claim.made and claim.which in ("deception", "attribution"):
            rejected = sum(bool(other.rejected) for other in claim.alternatives)
            if rejected < needed:
                yield f"{claim.which}: {rejected} of {needed} alternatives considered and rejected"


def _language(case: Case, made: tuple[Claim, ...]) -> Iterator[str]:
    """Where, and by which words; not the sentence, which may hold names."""
    texts = [("title", case.title), ("summary", case.summary), ("what is not known", case.unknown)]
    for claim in made:
        own = [claim.text, claim.basis, claim.harm_note, *(step.note for step in claim.steps)]
        own += [text for other in claim.alternatives for text in (other.text, other.rejected)]
        texts += [(claim.which, text) for text in own]
    for where, text in texts:
        for span in mixed(text):
            yield f"{where}: {span.likelihood!r} and {span.confidence!r} in one sentence"


def _marking(reader: Reader, case: Case, made: tuple[Claim, ...]) -> Iterator[str]:
    if case.tlp != "clear":
        yield f"marked TLP:{case.tlp.upper()}; only TLP:CLEAR may be made public"
    linked = (reader.find(Lead, one) for one in dict.fromkeys(one.id for one in links_of(made) if one.to == "lead"))
    if any(lead and leaks.closed(reader, lead) for lead in linked):
        yield "a lead is from a leak that two persons have not found fit to be shown, or one has found too harmful"


def _private(reader: Reader, case: Case) -> Iterator[str]:
    """Names of private persons in what would be published, by their placeholders."""
    found = acts.private_names(case).names_in("\n".join(texts_of(body(reader, case, ()))))
    yield from (f"{name.placeholder} is a private person and named in what would be published" for name in found)


def texts_of(value: object) -> Iterator[str]:
    """Every text in a body, at any depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from texts_of(part)
    elif isinstance(value, Record):
        for _, part in value:
            yield from texts_of(part)


def _second_reader(reader: Reader, case: Case) -> Iterator[str]:
    if not accepted(reader, case, content(reader, case)):
        yield "no second reader has accepted the case as it is"
