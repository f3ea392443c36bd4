"""Who sees what. The one place that decides; pages, exports and files for others all ask here.

- An answer as it was given, with statement and evidence, is read by the party that gave it.
- An office sees what is said about it, also what was withdrawn again: which parties, which states, nothing more.
- The vendor of a product that the office uses for a component sees the states there to the questions of that component
  that it has answered itself, and so that they differ; what it answered stays in the office's history.
- A level above sees no state of a single office, not even whether it agrees with its own: by answering four times that
  would tell. It sees the figures of `rollup`, made from releases, and how many questions each office has answered.
- Everybody sees the figures of `peers`.

Nobody is told when another answered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from tocsin.assure.assessment.book import Book
from tocsin.assure.assessment.inherit import Cell, Voice, cell
from tocsin.errors import ForbiddenError
from tocsin.model.assessment import Answer, Party, Product, Question
from tocsin.model.people import Actor


def need_speaker(book: Book, actor: Actor, party: str) -> Party:
    """The party, if the actor speaks for it here; else `ForbiddenError`."""
    found = book.party(party)
    if actor.id not in found.people:
        raise ForbiddenError(
            f"only who speaks for {found.name} may do this", hint="an administrator says who speaks for a party"
        )
    return found


def need_level(book: Book, viewer: str, party: str) -> Party:
    """The party, if the viewer is it or a level above it and it has others below; else `ForbiddenError`."""
    found = book.party(party)
    if viewer == party:
        return found
    if viewer not in book.above(party) or not (party in book.children or party in book.rolled):
        raise ForbiddenError(
            f"the roll-up of {found.name} is for itself and the levels above it",
            hint="figures of a single office are its own; see the comparison with peers",
        )
    return found


def need_right(book: Book, party: str, subject: str, component: str) -> None:
    """`ForbiddenError` where a party may not answer about a component: an office answers about itself, a level above
    about offices below it, a vendor about its products and about offices that use one for the component, a level
    above such an office about the product."""
    if subject in book.products:
        using = (one for one in book.users.get(subject, ()) if subject in book.used.get((one, component), ()))
        levels = {above for office in using for above in book.above(office)}
        right = party == book.products[subject].vendor or party in levels
    else:
        book.party(subject)
        right = party in (subject, *book.above(subject)) or party in book.vendors(subject, component)
    if not right:
        raise ForbiddenError(
            f"{book.party(party).name} does not answer about this",
            hint="an office, a level above it, or the vendor of what it uses does",
        )


def subjects(book: Book, party: str) -> tuple[str, ...]:
    """Ids of what a party may answer about beside itself and its own products: offices, then products, by name."""
    offices = {one.id for one in book.offices(party)}
    made = {product.id for product in book.products.values() if product.vendor == party}
    using = {office for product in made for office in book.users.get(product, ())}
    products = {use.product for use in book.uses if use.office in offices - {party}} - made
    named = sorted((offices | using) - {party}, key=lambda id_: book.parties[id_].name)
    return (*named, *sorted(products, key=lambda id_: book.products[id_].name))


def own(book: Book, viewer: str) -> tuple[Answer, ...]:
    """The viewer's own answers that count, as it gave them, by subject and question."""
    mine = (answers[viewer] for answers in book.last.values() if viewer in answers)
    return tuple(sorted((one for one in mine if not one.withdrawn), key=lambda one: (one.subject, one.question)))


def seen(book: Book, viewer: str) -> Iterator[Cell]:
    """Every cell whose voices a viewer sees."""
    for office in (party for party in book.parties.values() if party.components):
        for question in book.questions_of(office):
            found = shown_cell(book, viewer, office.id, question)
            if found:
                yield found


def shown_cell(book: Book, viewer: str, office: str, question: Question) -> Cell | None:
    """One question at an office with who says what, if the viewer sees it: the office, and a vendor whose product it
    uses for the component, where it has answered."""
    if viewer != office and viewer not in book.vendors(office, question.component):
        return None
    found = cell(book, office, question)
    return found if viewer == office or any(voice.party == viewer for voice in found.voices) else None


def said_about(book: Book, office: str, question: str) -> tuple[Answer, ...]:
    """All that others ever answered about an office itself to a question, the last first: for its history."""
    found = (one for one in book.answers if (one.subject, one.question) == (office, question) and one.party != office)
    return tuple(_bare(one) for one in sorted(found, key=lambda one: one.at, reverse=True))


def on_products(book: Book, viewer: str) -> Iterator[tuple[Product, str, tuple[Voice, ...]]]:
    """What is said about the viewer's products, by question, where it has answered too."""
    for (subject, question), answers in book.last.items():
        counts = [one for one in answers.values() if not one.withdrawn]
        made = subject in book.products and book.products[subject].vendor == viewer
        if made and any(one.party == viewer for one in counts):
            yield book.products[subject], question, tuple(Voice(one.party, one.state, subject) for one in counts)


def told(book: Book, giver: str, receiver: str) -> tuple[Answer, ...]:
    """What a party may be told of another's answers in a file: states that count, without statement, evidence, person
    and time of day. A level above gets what its server makes figures from, unless the giver has offices below it and
    gives a roll-up itself; an office gets what is said about it and about products it uses; a vendor gets what is said
    about its products and, of offices that use them for the component, the questions that it has answered."""
    chosen = (answers[giver] for answers in book.last.values() if giver in answers)
    days = _days(book, giver)
    found = (_bare(one).but(at=days[one.id]) for one in chosen if not one.withdrawn and _is_for(book, one, receiver))
    return tuple(sorted(found, key=lambda one: (one.subject, one.question)))


def taken_back(book: Book, giver: str) -> tuple[str, ...]:
    """Ids of a party's answers to questions where it has withdrawn the last: what a file says of them, and no more, so
    that nobody who had not seen them learns which they were."""
    gone = {key for key, answers in book.last.items() if giver in answers and answers[giver].withdrawn}
    mine = (one for one in book.answers if one.party == giver)
    return tuple(sorted(one.id for one in mine if (one.subject, one.question) in gone))


def _is_for(book: Book, answer: Answer, receiver: str) -> bool:
    """Whether an answer is told to a receiver."""
    if answer.subject in book.products:
        vendor, users = book.products[answer.subject].vendor, book.users.get(answer.subject, frozenset())
        if receiver == vendor:
            spoken = book.last[answer.subject, answer.question].get(vendor)
            return spoken is not None and not spoken.withdrawn
        if answer.party == vendor:
            return bool(users & ({office.id for office in book.offices(receiver)} | {receiver}))
        return receiver in users and answer.party in book.above(receiver)
    if answer.subject == receiver:
        return True
    if receiver in book.above(answer.subject):
        return answer.party == answer.subject and answer.party not in book.children
    question = book.questions.get(answer.question)
    return question is not None and shown_cell(book, receiver, answer.subject, question) is not None


def _days(book: Book, giver: str) -> dict[str, datetime]:
    """When a party gave its answers, by id, to the day. Microseconds number those of a day to one question, so that the
    last one stays the last."""
    found: dict[str, datetime] = {}
    number: Counter[tuple[str, str, datetime]] = Counter()
    for one in sorted((one for one in book.answers if one.party == giver), key=lambda one: (one.at, one.id)):
        day = one.at.replace(hour=0, minute=0, second=0, microsecond=0)
        found[one.id] = day + timedelta(microseconds=number[one.subject, one.question, day])
        number[one.subject, one.question, day] += 1
    return found


def _bare(answer: Answer) -> Answer:
    return answer.but(statement="", evidence=(), names=(), by="")
