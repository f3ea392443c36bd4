"""Pictures of a finding: two that are one side by side, as working copies of the vault, with what was changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from tocsin.cases import acts
from tocsin.detect.fabrication.pictures import laid
from tocsin.errors import ForbiddenError, NotFoundError
from tocsin.model.case import Lead
from tocsin.model.evidence import Item
from tocsin.model.finding import PictureMatch
from tocsin.model.people import Actor
from tocsin.store.records import Reader
from tocsin.store.workspace import Workspace
from tocsin.web import pages, words
from tocsin.web.routes.evidence import PICTURES, held, working_copy
from tocsin.web.veil import Veils
from tocsin.web.visit import Place, Who

router = APIRouter(prefix="/pictures", tags=["pictures"])
SHOWN = 40  # matches on one page

Key = Annotated[str, Path(max_length=80)]
Number = Annotated[int, Path(ge=0, le=10_000)]


@dataclass(frozen=True)
class Side:
    """A picture of a match: its hash; the item of the vault where the reader may have its bytes, and its working copy
    where one was made."""

    hash: str
    item: Item | None
    copy: Item | None


@router.get("/{key}")
def show(request: Request, ws: Place, who: Who, key: Key) -> Response:
    """The pictures that a finding says are one, each beside its original."""
    with ws.read() as reader:
        lead = Veils(reader, who).seen(reader.get(Lead, key))
        matches = _matches(lead)
        sides = [tuple(_side(reader, who, one) for one in (match.original, match.picture)) for match in matches[:SHOWN]]
    return words.page(
        request, "pictures/show.html", lead=lead, matches=list(zip(matches, sides, strict=False)), total=len(matches)
    )


@router.get("/{key}/{number}/laid")
def laid_over(request: Request, ws: Place, who: Who, key: Key, number: Number) -> Response:
    """PNG of a picture beside its original brought into the same place, made from their working copies."""
    with ws.read() as reader:
        matches = _matches(reader.get(Lead, key))
        if number >= len(matches):
            raise NotFoundError("The finding has no such pictures.", hint="See its page.")
        sides = [_side(reader, who, one) for one in (matches[number].picture, matches[number].original)]
    copies = [side.copy for side in sides if side.copy]
    if len(copies) < len(sides):
        raise ForbiddenError(
            "Working copies of both pictures are needed, in cases whose names you see.",
            hint="Add both files to the case and make their working copies.",
        )
    drawn = laid(*(_bytes(ws, copy) for copy in copies))
    return Response(drawn, media_type="image/png", headers={"Content-Security-Policy": pages.SANDBOX})


def _matches(lead: Lead) -> tuple[PictureMatch, ...]:
    return lead.body.content.pictures if lead.body and lead.body.content else ()


def _side(reader: Reader, who: Actor, sha256: str) -> Side:
    items = acts.every(reader, Item, {"sha256": sha256, "is_copy": False})
    item = next((one for one in items if held(reader, who, one)), None)
    copy = working_copy(reader, item) if item else None
    return Side(sha256, item, copy if copy and copy.media_type in PICTURES else None)


def _bytes(ws: Workspace, copy: Item) -> bytes:
    with ws.vault.open(copy.sha256) as file:
        return file.read()
