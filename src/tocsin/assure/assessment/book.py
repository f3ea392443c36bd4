"""Everything said in an assessment, in memory: what the rest of this room computes with. No I/O."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from tocsin.errors import NotFoundError
from tocsin.model.assessment import Answer, Party, PeerFigures, Product, Profile, Question, RollUp, Use


@dataclass(frozen=True)
class Book:
    """The state of an assessment. `answers` are all that were ever given, in any order; `rolled` what other workspaces
    told of the offices below a party, by its id; `released` the last figures of peers that were made here."""

    profile: Profile
    parties: Mapping[str, Party]
    products: Mapping[str, Product]
    uses: tuple[Use, ...] = ()
    answers: tuple[Answer, ...] = ()
    rolled: Mapping[str, RollUp] = field(default_factory=dict)
    released: PeerFigures | None = None

    @cached_property
    def questions(self) -> dict[str, Question]:
        """The profile's questions by id."""
        return {question.id: question for question in self.profile.questions}

    @cached_property
    def asked(self) -> dict[str, tuple[Question, ...]]:
        """The profile's questions by component."""
        found: dict[str, list[Question]] = defaultdict(list)
        for question in self.profile.questions:
            found[question.component].append(question)
        return {component: tuple(questions) for component, questions in found.items()}

    @cached_property
    def last(self) -> dict[tuple[str, str], dict[str, Answer]]:
        """The answer that counts, also where it is withdrawn: by subject and question, then by party."""
        found: dict[tuple[str, str], dict[str, Answer]] = defaultdict(dict)
        for answer in self.answers:
            held = found[answer.subject, answer.question].get(answer.party)
            if held is None or (held.at, held.id) < (answer.at, answer.id):
                found[answer.subject, answer.question][answer.party] = answer
        return dict(found)

    @cached_property
    def used(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """Ids of the products that an office uses for a component, by both."""
        found: dict[tuple[str, str], list[str]] = defaultdict(list)
        for use in self.uses:
            found[use.office, use.component].append(use.product)
        return {key: tuple(dict.fromkeys(products)) for key, products in found.items()}

    @cached_property
    def users(self) -> dict[str, frozenset[str]]:
        """Ids of the offices that use a product, by its id."""
        found: dict[str, set[str]] = defaultdict(set)
        for use in self.uses:
            found[use.product].add(use.office)
        return {product: frozenset(offices) for product, offices in found.items()}

    @cached_property
    def children(self) -> dict[str, tuple[Party, ...]]:
        """The parties right below a party, by its id."""
        found: dict[str, list[Party]] = defaultdict(list)
        for party in self.parties.values():
            if party.parent:
                found[party.parent].append(party)
        return {parent: tuple(sorted(below, key=lambda one: one.name)) for parent, below in found.items()}

    def party(self, id: str) -> Party:  # noqa: A002  the field's own name
        """The party with that id; `NotFoundError` if there is none."""
        if id not in self.parties:
            raise NotFoundError(f"no party {id}", hint="look in the list of parties")
        return self.parties[id]

    def above(self, id: str) -> tuple[str, ...]:  # noqa: A002
        """Ids of the levels above a party, the nearest first."""
        found: list[str] = []
        parent = self.parties[id].parent if id in self.parties else ""
        while parent and parent not in (id, *found):
            found.append(parent)
            parent = self.parties[parent].parent if parent in self.parties else ""
        return tuple(found)

    def vendors(self, office: str, component: str) -> frozenset[str]:
        """Ids of the vendors whose products an office uses for a component."""
        used = self.used.get((office, component), ())
        return frozenset(self.products[product].vendor for product in used if product in self.products)

    def offices(self, id: str) -> Iterator[Party]:  # noqa: A002
        """A party and all below it, as far as they run a component themselves."""
        waiting, seen = [self.party(id)], {id}
        while waiting:
            party = waiting.pop()
            if party.components:
                yield party
            below = [child for child in self.children.get(party.id, ()) if child.id not in seen]
            seen.update(child.id for child in below)
            waiting += below

    def questions_of(self, office: Party) -> tuple[Question, ...]:
        """What an office is asked: the questions about the components that it runs, in the profile's order."""
        return tuple(question for question in self.profile.questions if question.component in office.components)

    def speakers(self, person: str) -> tuple[Party, ...]:
        """The parties that a person speaks for, by name."""
        return by_name(party for party in self.parties.values() if person in party.people)


def by_name(parties: Iterable[Party]) -> tuple[Party, ...]:
    """Parties in the order of their names."""
    return tuple(sorted(parties, key=lambda party: (party.name, party.id)))
