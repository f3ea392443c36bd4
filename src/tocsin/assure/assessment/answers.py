"""An assessment in a workspace: who answers, what is used where, and answers given and withdrawn.

Whoever speaks for a party acts for it, whatever roles they hold; who speaks for whom is said by an administrator. No
entry of the journal says to which question an answer belongs or what it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import BinaryIO, NamedTuple

from tocsin.assure.assessment.book import Book
from tocsin.assure.assessment.profile import shipped
from tocsin.assure.assessment.sight import need_right, need_speaker
from tocsin.cases.acts import act, checked, every, now
from tocsin.errors import ConflictError, NotFoundError, UsageError
from tocsin.model.assessment import (
    Answer,
    Component,
    Party,
    PeerFigures,
    Product,
    Profile,
    Question,
    RollUp,
    State,
    Use,
)
from tocsin.model.people import ROLES, Actor
from tocsin.store.records import Reader, Writer
from tocsin.store.workspace import Workspace


class Given(NamedTuple):
    """An answer as it comes in. `evidence` are files of the vault that the party attached before, or attaches now;
    `names` what they are called, by SHA-256. `after` is the id of the answer of the party that it follows, "" for none:
    where another has come between it is not given; None takes whichever there is."""

    subject: str
    question: str
    state: State
    statement: str = ""
    evidence: tuple[str, ...] = ()
    names: Mapping[str, str] = MappingProxyType({})
    after: str | None = None


def open_book(reader: Reader) -> Book:
    """The state of the assessment in a workspace."""
    return Book(
        profile=profile(reader),
        parties={party.id: party for party in every(reader, Party)},
        products={product.id: product for product in every(reader, Product)},
        uses=tuple(every(reader, Use)),
        answers=tuple(every(reader, Answer)),
        rolled={told.id: told for told in every(reader, RollUp)},
        released=next(reversed(releases(reader)), None),
    )


def releases(reader: Reader) -> list[PeerFigures]:
    """The figures of peers that were made in this workspace, in their order."""
    return sorted((one for one in every(reader, PeerFigures) if one.offices), key=lambda one: (one.made, one.id))


def profile(reader: Reader) -> Profile:
    """What is asked here: the profile that was loaded last, else the one that ships."""
    return next(iter(every(reader, Profile)), None) or shipped()


def load_profile(ws: Workspace, actor: Actor, loaded: Profile) -> Profile:
    """Ask this profile from now on. Answers to questions that it does not hold stay and do not count."""
    ids = [question.id for question in loaded.questions]
    if len(set(ids)) < len(ids):
        raise UsageError("two questions have one id", hint="give each question an id of its own")
    with act(ws, actor, "profile loaded", loaded.id, ("administrator",)) as w:
        for old in list(every(w, Profile)):
            if old.id != loaded.id:
                w.remove(Profile, old.id)
        held = w.find(Profile, loaded.id)
        return w.put(loaded.but(version=held.version if held else 0))


def put_party(ws: Workspace, actor: Actor, party: Party) -> Party:
    """Add a party, or change one that was read before. `UsageError` where its parent is not there or is below it."""
    with act(ws, actor, "party written", party.id, ("administrator",)) as w:
        book = open_book(w)
        if party.parent and party.parent not in book.parties:
            raise UsageError("the level above is none of the parties", hint="name another")
        need_no_ring(book, party)
        return w.put(party)


def need_no_ring(book: Book, party: Party) -> None:
    """`UsageError` where a party would be below itself."""
    if party.parent and party.id in (party.parent, *book.above(party.parent)):
        raise UsageError("the level above is below this party", hint="name another")


def put_product(ws: Workspace, actor: Actor, product: Product) -> Product:
    """Add a version of a product, or change its components: whoever speaks for the vendor."""
    with act(ws, actor, "product written", product.id, ROLES) as w:
        need_speaker(open_book(w), actor, product.vendor)
        return w.put(product)


def use(ws: Workspace, actor: Actor, office: str, component: Component, product: str) -> Use:
    """Say that an office uses a product version for a component; answers about it count for the office from then on."""
    with act(ws, actor, "use written", office, ROLES) as w:
        book = open_book(w)
        party = need_speaker(book, actor, office)
        if product not in book.products:
            raise NotFoundError(f"no product {product}", hint="look in the list of products")
        if component not in party.components:
            raise UsageError(f"{party.name} does not run {component}", hint="an administrator says which it runs")
        if product in book.used.get((office, component), ()):
            raise ConflictError("that use is noted already", hint="look in the list of products in use")
        return w.put(checked(Use, office=office, component=component, product=product))


def stop_using(ws: Workspace, actor: Actor, use_id: str) -> None:
    """Say that an office uses a product version no more; what it inherited is missing again."""
    with ws.read() as reader:
        office = reader.get(Use, use_id).office
    with act(ws, actor, "use ended", office, ROLES) as w:
        need_speaker(open_book(w), actor, office)
        w.remove(Use, use_id)


def keep(ws: Workspace, file: BinaryIO) -> str:
    """Keep a file as evidence, and close it; its SHA-256. It shows up in no list: only an answer leads to it."""
    with file:
        return ws.vault.put(file).sha256


def answer(
    ws: Workspace, actor: Actor, party: str, given: Sequence[Given], attached: Sequence[str] = ()
) -> list[Answer]:
    """Give answers for a party, all or none. `attached` are the files that `keep` has just taken: together with those
    of the party's earlier answers they are all that an answer can name, so that a digest opens nobody else's file.

    Raises `ForbiddenError` for who does not speak for the party or a subject that it does not answer about,
    `UsageError` for a question that is not asked.
    """
    with act(ws, actor, "answers given", party, ROLES) as w:
        book = open_book(w)
        need_speaker(book, actor, party)
        held = files_of(book, party) | set(attached)
        return w.put_many([_answer(book, actor, party, one, held) for one in given])


def files_of(book: Book, party: str) -> set[str]:
    """The files, by SHA-256, that a party has attached to its answers so far."""
    return {digest for one in book.answers if one.party == party for digest in one.evidence}


def _answerable(book: Book, party: str, given: Given) -> Question:
    question = book.questions.get(given.question)
    if question is None:
        raise UsageError(f"no question {given.question} is asked", hint="look in the profile for its id")
    need_right(book, party, given.subject, question.component)
    held = before(book, party, given.subject, given.question)
    if given.after is not None and given.after != (held.id if held else ""):
        raise ConflictError(f"{question.id} was answered or withdrawn meanwhile", hint="read the answer and try again")
    return question


def before(book: Book, party: str, subject: str, question: str) -> Answer | None:
    """A party's answer to a question, if there is one that counts."""
    held = book.last.get((subject, question), {}).get(party)
    return held if held and not held.withdrawn else None


def with_files(book: Book, party: str, given: Given, attached: Mapping[str, str] = MappingProxyType({})) -> Given:
    """The answer with its evidence: what the one before it had, and what is attached now, names by SHA-256."""
    held = before(book, party, given.subject, given.question)
    names = {**(held.files if held else {}), **attached}
    return given._replace(evidence=tuple(names), names=names)


def _answer(book: Book, actor: Actor, party: str, given: Given, held: set[str]) -> Answer:
    if set(given.evidence) - held:
        raise UsageError("the evidence is no file that this party attached", hint="attach the file itself")
    return drafted(book, actor, party, given)


def drafted(book: Book, actor: Actor, party: str, given: Given) -> Answer:
    """The answer as it would be kept. `UsageError` for a question that is not asked or a text that is too long,
    `ForbiddenError` for a subject that the party does not answer about, `ConflictError` where its answer is another
    than the one that this follows."""
    question = _answerable(book, party, given)
    return checked(
        Answer,
        party=party,
        about="product" if given.subject in book.products else "office",
        subject=given.subject,
        component=question.component,
        question=question.id,
        state=given.state,
        statement=given.statement,
        evidence=given.evidence,
        names=tuple(_plain(given.names.get(digest, "")) for digest in given.evidence),
        at=_after(book.last.get((given.subject, question.id), {}).get(party)),
        by=actor.id,
    )


def _plain(name: str) -> str:
    return "".join(sign if sign.isprintable() else "_" for sign in name)[:200]


def _after(last: Answer | None) -> datetime:
    """Now; where the clock was set back, just after the party's last answer, so that the new one counts."""
    return max(now(), last.at + timedelta(microseconds=1)) if last else now()


def withdraw(ws: Workspace, actor: Actor, answer_id: str) -> Answer:
    """Take an answer back: it counts no more, and what rested on it is open again. `ConflictError` where it was."""
    with ws.read() as reader:
        party = reader.get(Answer, answer_id).party
    with act(ws, actor, "answer withdrawn", party, ROLES) as w:
        need_speaker(open_book(w), actor, party)
        return _withdrawn(w, w.get(Answer, answer_id))


def _withdrawn(w: Writer, found: Answer) -> Answer:
    if found.withdrawn:
        raise ConflictError("that answer is withdrawn already", hint="read the list again")
    return w.put(found.but(withdrawn=_after(found)))


def evidence(ws: Workspace, actor: Actor, answer_id: str, digest: str) -> str:
    """Note that somebody takes a file of an answer; what it is called, if that is known. `ForbiddenError` for all but
    those who speak for its party, `NotFoundError` where the answer does not name it."""
    with ws.read() as reader:
        found, book = reader.get(Answer, answer_id), open_book(reader)
    with act(ws, actor, "evidence opened", found.party, ROLES):
        need_speaker(book, actor, found.party)
        if digest not in found.evidence:
            raise NotFoundError("the answer names no such file", hint="look at the answer again")
    return found.files[digest]
