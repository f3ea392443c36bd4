"""Techniques, channels, narratives and measures of a case: what partners read of it beside the claims."""

from __future__ import annotations

from itertools import islice
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from tocsin.cases import acts, sight
from tocsin.errors import ConflictError, NotFoundError, TocsinError, UsageError
from tocsin.model.case import Case
from tocsin.model.exchange import Channel, ChannelClass, Entity, Measure, Narrative, Own, Technique
from tocsin.model.people import Actor
from tocsin.share.disarm.identity import CAUTION, framework
from tocsin.share.positions import positions
from tocsin.share.stix import entities
from tocsin.store.workspace import Workspace
from tocsin.web import case_page, pages, visit, words
from tocsin.web.i18n import N_
from tocsin.web.visit import Place, Who

router = APIRouter(prefix="/cases/{key}/entities", tags=["exchange"])
MOST = 1000  # shown of one case

Key = Annotated[str, Path(max_length=80)]
Sort = Literal["technique", "channel", "narrative", "measure"]
SORTS: dict[str, str] = {
    "technique": N_("technique"),
    "channel": N_("channel"),
    "narrative": N_("narrative"),
    "measure": N_("countermeasure"),
    "relation": N_("relation"),
    "object": N_("other object"),
}
CLOSE: dict[str, str] = {
    "official": N_("official"),
    "state-controlled": N_("state-controlled"),
    "state-linked": N_("state-linked"),
    "state-aligned": N_("state-aligned"),
}
KINDS: dict[str, str] = {"opinion": N_("opinion"), "attribution": N_("attribution"), "sighting": N_("sighting")}


class Typed(BaseModel):
    """The form: what it is, its DISARM number or name, and what belongs to that sort."""

    sort: Sort
    name: str = Field(max_length=300)
    text: str = Field(default="", max_length=20_000)
    platform: str = Field(default="", max_length=300)
    url: str = Field(default="", max_length=2000)
    account: str = Field(default="", max_length=300)
    attribution: ChannelClass = ""
    private: bool = False
    evidence: list[str] = Field(default=[], max_length=200)

    def own(self) -> Own:
        """The record it makes. Raises `UsageError`."""
        links = case_page.links(self.evidence)
        if self.sort == "technique":
            release = framework().releases[-1]
            return acts.checked(Technique, disarm=self._number(), release=release, note=self.text, evidence=links)
        if self.sort == "measure":
            return acts.checked(Measure, disarm=self._number(), note=self.text)
        if self.sort == "narrative":
            return acts.checked(Narrative, text=self.text or self.name, evidence=links)
        said = self.model_dump(include={"platform", "url", "account", "attribution", "private"})
        return acts.checked(Channel, **said, basis=self.text, evidence=links)

    def _number(self) -> str:
        """The DISARM number that the name means."""
        found = {match.entry.id for match in framework().find(self.name) if match.entry.sort.startswith(self._wanted())}
        if len(found) != 1:
            raise UsageError("DISARM has nothing of that number or name.", hint="For example T0049 or C00012.")
        return found.pop()

    def _wanted(self) -> str:
        return "technique" if self.sort == "technique" else "countermeasure"


@router.get("")
def index(request: Request, ws: Place, who: Who, key: Key) -> Response:
    """What the case holds, and the form to add to it. For those who see its names."""
    return _page(request, ws, who, key)


def _page(
    request: Request, ws: Workspace, who: Actor, key: str, error: TocsinError | None = None, typed: Typed | None = None
) -> Response:
    with ws.read() as reader:
        sight.need_open(reader, who, reader.get(Case, key))
        seen = sight.look(reader, who, key)
        held = list(islice(acts.every(reader, Entity, {"case": key}), MOST))
        total = reader.count(Entity, {"case": key})
    made = framework()
    notes = {
        e.id: made.warnings(made.entries[own.disarm]) for e in held if (own := _coded(e)) and own.disarm in made.entries
    }
    names = {e.stix_id: e.name for e in held}
    said = positions(e.stix() for e in held if e.origin)
    about = [(names.get(id_) or id_, told) for id_, told in said.items()]
    extra: dict[str, object] = {"about": sorted(about), "kinds": KINDS}
    found = {"case": seen.case, "held": held, "total": total, "notes": notes, "titles": case_page.titles(seen)}
    extra |= {"error": error, "typed": typed, "sorts": SORTS, "close": CLOSE, "caution": CAUTION}
    return words.page(request, "exchange/entities.html", error.http_status if error else 200, **found, **extra)


def _coded(entity: Entity) -> Technique | Measure | None:
    own = None if entity.origin else entity.own()
    return own if isinstance(own, Technique | Measure) else None


@router.post("")
def add(request: Request, ws: Place, who: Who, key: Key, typed: Annotated[Typed, Form()]) -> Response:
    """Put a technique, channel, narrative or countermeasure into the case."""
    try:
        own = typed.own()
        entities.add(ws, who, key, own, "" if isinstance(own, Technique | Measure) else typed.name)
    except (UsageError, ConflictError) as error:
        return _page(request, ws, who, key, error, typed)
    return pages.redirect(request, f"/cases/{key}/entities", visit.of(request).gettext("It is in the case."))


@router.post("/remove")
def remove(request: Request, ws: Place, who: Who, key: Key, entity: Annotated[str, Form(max_length=80)]) -> Response:
    """Take one out: the next export takes it back from whoever has it."""
    with ws.read() as reader:
        if reader.get(Entity, entity).case != key:
            raise NotFoundError("The case holds no such thing.", hint="Look in the list.")
    entities.remove(ws, who, entity)
    return pages.redirect(request, f"/cases/{key}/entities", visit.of(request).gettext("It is out of the case."))
