"""Who sees what. The one place that decides; pages, exports and files for others all ask here.

- An answer as it was given, with statement and evidence, is read by the party that gave it.
- An office sees what is said about it: which parties, which states, nothing more.
- Who has answered a question about an office, or about a product that the office uses for it, sees the states that
  others gave to that question there, and so that they differ. To see more it would have to answer more.
- A level above sees the figures of `rollup` and nothing of a single office but how many questions are answered.
- Everybody sees the figures of `peers`.
"""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.assure.assessment.book import Book
from tocsin.assure.assessment.inherit import Cell, Voice, cell
from tocsin.errors import ForbiddenError
from tocsin.model.assessment import Answer, Party, Product
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
    """The party, if the viewer is it or a level above it and it has others below; else `ForbiddenError`: of one office
    alone a roll-up would be its answers."""
    found = book.party(party)
    if viewer == party:
        return found
    if viewer not in book.above(party) or party not in book.children:
        raise ForbiddenError(
            f"the roll-up of {found.name} is for itself and the levels above it",
            hint="figures of a single office are its own; see the comparison with peers",
        )
    return found


def need_right(book: Book, party: str, subject: str) -> None:
    """`ForbiddenError` where a party may not answer about a subject: an office answers about itself, a level above
    about offices below it, a vendor about its products and the offices that use them, a level above an office about
    the products that the office uses."""
    if subject in book.products:
        levels = {above for office in book.users.get(subject, ()) for above in book.above(office)}
        right = party == book.products[subject].vendor or party in levels
    else:
        book.party(subject)
        right = party in (subject, *book.above(subject)) or party in _vendors(book, subject)
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


def _vendors(book: Book, office: str) -> set[str]:
    used = {use.product for use in book.uses if use.office == office}
    return {book.products[product].vendor for product in used if product in book.products}


def own(book: Book, viewer: str) -> tuple[Answer, ...]:
    """The viewer's own answers that count, as it gave them, by subject and question."""
    mine = (answers[viewer] for answers in book.last.values() if viewer in answers)
    return tuple(sorted((one for one in mine if not one.withdrawn), key=lambda one: (one.subject, one.question)))


def seen(book: Book, viewer: str) -> Iterator[Cell]:
    """Every cell that a viewer sees: all about itself, and of other offices those to which it has spoken."""
    for office in (party for party in book.parties.values() if party.components):
        for question in book.questions_of(office):
            found = cell(book, office.id, question)
            if office.id == viewer or any(voice.party == viewer for voice in found.voices):
                yield found


def on_products(book: Book, viewer: str) -> Iterator[tuple[Product, str, tuple[Voice, ...]]]:
    """What is said about products, by question, where the viewer has answered too."""
    for (subject, question), answers in book.last.items():
        counts = [one for one in answers.values() if not one.withdrawn]
        if subject in book.products and any(one.party == viewer for one in counts):
            voices = tuple(Voice(one.party, one.state, one.at, subject) for one in counts)
            yield book.products[subject], question, voices


def told(book: Book, giver: str, receiver: str) -> tuple[Answer, ...]:
    """What a party may be told of another's answers in a file: states without statement, evidence and person, withdrawn
    ones too so that they are withdrawn there. A level above gets what it makes its roll-up from, unless the giver has
    offices below it and gives a roll-up itself; an office gets what is said about it and about products it uses; others
    get the questions that they answered as well."""
    below = {office.id for office in book.offices(receiver)} | {receiver}
    mine = {giver} if receiver in book.above(giver) and giver not in book.children else set()
    subjects = {receiver, *mine, *(use.product for use in book.uses if use.office in below)}
    shared = _shared(book, giver, receiver)
    chosen = (
        answers[giver]
        for (subject, question), answers in book.last.items()
        if giver in answers and (subject in subjects or (subject, question) in shared)
    )
    return tuple(sorted((_bare(one) for one in chosen), key=lambda one: (one.subject, one.question)))


def _shared(book: Book, giver: str, receiver: str) -> set[tuple[str, str]]:
    """Subjects and questions to which both speak: directly, or the receiver by a product that the office uses."""
    found: set[tuple[str, str]] = set()
    for (subject, question), answers in book.last.items():
        if receiver in answers and not answers[receiver].withdrawn:
            component = answers[receiver].component
            offices = (o for o in book.users.get(subject, ()) if subject in book.used.get((o, component), ()))
            found.add((subject, question))
            found.update((office, question) for office in offices)
    return found


def _bare(answer: Answer) -> Answer:
    return answer.but(statement="", evidence=(), by="")
