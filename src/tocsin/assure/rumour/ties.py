"""Evidence tied to a rumour: suggested by its kind and place, confirmed or rejected by a person. Never a verdict."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from tocsin.errors import ConflictError, UsageError
from tocsin.model.rumour import Item, Rumour, RumourKind, Tie

#: What offices call themselves beside their place, and of which level it is.
_OFFICES = {"of", "the", "election", "elections", "office", "clerk", "board", "registrar", "recorder", "wahlamt"}
_LEVELS = {"county": "county", "landkreis": "county", "kreis": "county", "city": "city", "stadt": "city"}


def ties(rumour: Rumour, kind: RumourKind, items: Iterable[Item]) -> tuple[Tie, ...]:
    """The items that bear on a rumour of this kind, those of its own place and contest first. Each carries what it
    cannot show: by its kind, by its own limits, and where it is of another place, contest or time."""
    found = []
    for item in items:
        for bearing in kind.bearings:
            if bearing.evidence != item.kind:
                continue
            apart = _apart(rumour, item)
            limits = (bearing.cannot_show, *item.limits, *apart)
            tie = Tie(rumour=rumour.id, kind=kind.id, item=item, bears=bearing.bears, cannot_show=limits)
            found.append((len(apart), kind.bearings.index(bearing), item.id, tie))
    return tuple(tie for *_, tie in sorted(found, key=lambda one: one[:3]))


def confirm(tie: Tie, by: str, why: str = "", at: datetime | None = None) -> Tie:
    """The tie, for which a person signs. Raises `UsageError` without a name, `ConflictError` for a settled tie."""
    return _settled(tie, "confirmed", by, why, at)


def reject(tie: Tie, by: str, why: str, at: datetime | None = None) -> Tie:
    """The tie, which a person holds not to bear on the rumour, and why. Errors as `confirm`."""
    if not why.strip():
        raise UsageError("a tie is rejected with a reason", hint="say why the evidence does not bear on it")
    return _settled(tie, "rejected", by, why, at)


def _settled(tie: Tie, state: str, by: str, why: str, at: datetime | None) -> Tie:
    if not by.strip():
        raise UsageError("a tie is settled by a person", hint="give the name of who signs for it")
    if tie.state != "suggested":
        raise ConflictError(
            f"{tie.item.id} is {tie.state} by {tie.by}", hint="read it again; make a new tie to change it"
        )
    changes = {"state": state, "by": by.strip(), "why": why.strip(), "at": at or datetime.now(UTC)}
    return Tie.model_validate({**dict(tie), **changes})


def _apart(rumour: Rumour, item: Item) -> tuple[str, ...]:
    """In what the item is of something else than the rumour."""
    said = []
    places = rumour.places
    if places and item.place and not same_place(item.place, places):
        said.append(f"what happened in {', '.join(rumour.places)}: it is of {item.place}")
    elif places and not item.place:
        said.append(f"{', '.join(rumour.places)} by itself: it is of the whole")
    if rumour.contest and item.contest and _plain(rumour.contest) != _plain(item.contest):
        said.append(f"the contest {rumour.contest}: it is of {item.contest}")
    if rumour.seen and item.made and item.made < rumour.seen and item.kind in ("log", "outage", "look-alike", "test"):
        said.append(f"what came after it was made on {item.made:%Y-%m-%d}")
    return tuple(said)


def same_place(place: str, places: Iterable[str]) -> bool:
    """Whether a place is one of the places, however it is written ("Elm County" is "elm", but not "Elm City")."""
    name, level = _plain(place), _level(place)
    return any(name == _plain(one) and not (level and _level(one) and level != _level(one)) for one in places)


def _level(text: str) -> str:
    """What kind of place a name says it is; empty where it does not say."""
    return " ".join(sorted({_LEVELS[word] for word in _words(text) if word in _LEVELS}))


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())


def _plain(text: str) -> str:
    words = _words(text)
    return " ".join(word for word in words if word not in _OFFICES and word not in _LEVELS) or " ".join(words)
