"""What is known of one question at one office: direct answers, those inherited from products, and what is open again.

A vendor that answers about a product version answers for every office that uses it; a level above answers so for its
own offices. Answers are set side by side: where they differ the question is disputed, and nothing is averaged. When the
vendor withdraws an answer about a product, the question is open again at every office that uses it, also where the
office had answered before: its answer may have rested on the vendor's. It stays open, and counts as missing whatever
others say, until the vendor or the office answers anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from tocsin.assure.assessment.book import Book
from tocsin.model.assessment import Answer, Question, Standing, State


class Voice(NamedTuple):
    """What one party says, without its statement and evidence. `product`: by which the answer was inherited, or ""."""

    party: str
    state: State
    product: str = ""


class Withdrawal(NamedTuple):
    """That a party withdrew what it had said about a product."""

    party: str
    product: str


class Cell(NamedTuple):
    """One question at one office. `reopened` are the withdrawals for whose sake it must be answered again."""

    office: str
    question: Question
    standing: Standing
    voices: tuple[Voice, ...]
    reopened: tuple[Withdrawal, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether something is left to do: not met, not agreed on, not answered, or to be answered again."""
        return self.standing not in ("met", "not applicable") or bool(self.reopened)


def cell(book: Book, office: str, question: Question) -> Cell:
    """What is known of a question at an office."""
    inherited = tuple(_inherited(book, office, question))
    gone = [one for one in inherited if one.withdrawn and one.party in book.vendors(office, question.component)]
    withdrawn = tuple(Withdrawal(one.party, one.subject) for one in gone)
    since = max((one.withdrawn for one in gone if one.withdrawn), default=None)
    found = _voices(book, office, question, inherited, since)
    voices = tuple(sorted(found, key=lambda one: (one.party != office, one.party, one.product)))
    own = next((voice for voice in voices if voice.party == office), None)
    open_again = withdrawn if own is None else ()  # one that counts is later than every withdrawal
    return Cell(office, question, "missing" if open_again else standing(voices), voices, open_again)


def standing(voices: tuple[Voice, ...]) -> Standing:
    """What several voices come to: the state if all say the same, else `disputed`; `missing` where there is none."""
    states = {voice.state for voice in voices}
    if not states:
        return "missing"
    return states.pop() if len(states) == 1 else "disputed"


def cells(book: Book, office: str) -> tuple[Cell, ...]:
    """All that an office is asked and what is known of each, in the profile's order."""
    return tuple(cell(book, office, question) for question in book.questions_of(book.party(office)))


def _inherited(book: Book, office: str, question: Question) -> Iterator[Answer]:
    """The last answers about the products that the office uses for the component, withdrawn ones too: of the vendor and
    of the levels above this office; what other levels say of the product is about their offices."""
    for product in book.used.get((office, question.component), ()):
        for answer in book.last.get((product, question.id), {}).values():
            made = product in book.products and answer.party == book.products[product].vendor
            if made or answer.party in book.above(office):
                yield answer


def _voices(
    book: Book, office: str, question: Question, inherited: tuple[Answer, ...], since: datetime | None
) -> Iterator[Voice]:
    """Answers that count, of those who may speak. The office's own counts no more where an answer that it may rest on
    was withdrawn later."""
    may = {office, *book.above(office), *book.vendors(office, question.component)}
    for answer in book.last.get((office, question.id), {}).values():
        outdated = since is not None and answer.party == office and answer.at < since
        if answer.withdrawn is None and not outdated and answer.party in may:
            yield Voice(answer.party, answer.state)
    for answer in inherited:
        if answer.withdrawn is None:
            yield Voice(answer.party, answer.state, answer.subject)
