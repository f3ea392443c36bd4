"""Figures of many offices in a workspace: who may see a roll-up, and the comparison of peers as last released."""

from __future__ import annotations

from tocsin.assure.assessment import peers
from tocsin.assure.assessment.answers import open_book, releases
from tocsin.assure.assessment.book import Book
from tocsin.assure.assessment.rollup import roll_up
from tocsin.assure.assessment.sight import need_level
from tocsin.cases.acts import act, every, now
from tocsin.errors import ForbiddenError
from tocsin.model.assessment import PeerFigures, RollUp
from tocsin.model.people import ROLES, Actor
from tocsin.store.records import Reader
from tocsin.store.workspace import Workspace


def figures_of(book: Book, actor: Actor, party: str) -> RollUp:
    """The roll-up of a party as last released, for who speaks for it or a level above; `ForbiddenError` for others."""
    viewers = book.speakers(actor.id)
    if not viewers:
        raise ForbiddenError("you speak for no party", hint="an administrator says who speaks for a party")
    best = next((one for one in viewers if one.id == party or one.id in book.above(party)), viewers[0])
    need_level(book, best.id, party)
    return roll_up(book, party, now())


def release_peers(ws: Workspace, actor: Actor) -> PeerFigures:
    """Release the comparison of peers anew: for everybody, so that no two see different figures. `ForbiddenError` for
    who speaks for no level above an office."""
    with act(ws, actor, "figures of peers released", "", ROLES) as w:
        book = open_book(w)
        if not any(one.level in ("state", "federal") for one in book.speakers(actor.id)):
            raise ForbiddenError(
                "only a level above the offices releases figures of peers", hint="ask the state or federal party"
            )
        return w.put(peers.release(book, releases(w), now(), actor.id))


def shown_peers(reader: Reader) -> PeerFigures | None:
    """The latest figures of peers, made here or come in a file, without what tells offices apart."""
    last = max(every(reader, PeerFigures), key=lambda one: one.made, default=None)
    return last.bare if last else None
