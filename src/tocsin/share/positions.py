"""Who says what of an object: opinions, attributions and sightings of several bodies, side by side.

Nothing is weighed, counted together or left out but what its own creator revoked: a verdict is for people.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from tocsin.share.stix.check import Stix

#: In `external_references` of an object that was made for an audience from another body's: whose words they are.
SAID_BY = "said this; the object was passed on in another form"
_ANONYMOUS = "somebody who is not named"


class Position(NamedTuple):
    """What one body says of one object. `says` is in the words of the object; `confidence` is 0 to 100 or None."""

    who: str
    kind: Literal["opinion", "attribution", "sighting"]
    says: str
    confidence: int | None
    at: str
    id: str


def positions(objects: Iterable[Stix]) -> dict[str, tuple[Position, ...]]:
    """By the id of what they are about, every position among the objects, in order of time."""
    all_ = [obj for obj in objects if obj.get("revoked") is not True]
    names = {obj["id"]: str(obj.get("name") or obj["id"]) for obj in all_}
    found: dict[str, list[Position]] = defaultdict(list)
    for obj in all_:
        for about, position in _positions(obj, names):
            found[about].append(position)
    return {about: tuple(sorted(said, key=lambda one: (one.at, one.id))) for about, said in found.items()}


def _positions(obj: Stix, names: dict[str, str]) -> Iterator[tuple[str, Position]]:
    if obj["type"] == "opinion":
        says = ": ".join(filter(None, (obj.get("opinion"), obj.get("explanation"))))
        for about in obj.get("object_refs", ()):
            yield about, _position(obj, "opinion", says, names)
    elif obj["type"] == "relationship" and obj.get("relationship_type") == "attributed-to":
        target = str(obj.get("target_ref"))
        words = f"attributed to {names.get(target, target)}"
        says = ": ".join(filter(None, (words, obj.get("description"))))
        yield str(obj.get("source_ref")), _position(obj, "attribution", says, names)
    elif obj["type"] == "sighting":
        count, said = obj.get("count"), obj.get("description")
        says = ": ".join(filter(None, (f"seen {count} times" if count is not None else "seen", said)))
        seers = [names.get(one, one) for one in obj.get("where_sighted_refs", ())]
        who = ", ".join(seers) or _who(obj, names)
        yield str(obj.get("sighting_of_ref")), _position(obj, "sighting", says, names)._replace(who=who)


def _position(
    obj: Stix, kind: Literal["opinion", "attribution", "sighting"], says: str, names: dict[str, str]
) -> Position:
    at = str(obj.get("first_seen") or obj.get("created") or "")
    return Position(_who(obj, names), kind, says, obj.get("confidence"), at, obj["id"])


def _who(obj: Stix, names: dict[str, str]) -> str:
    """Whose position it is: whose words were passed on, the authors it names, or its creator."""
    passed = [ref["source_name"] for ref in obj.get("external_references", ()) if ref.get("description") == SAID_BY]
    authors = obj.get("authors", ())
    creator = str(obj.get("created_by_ref", ""))
    return ", ".join(passed or authors) or names.get(creator, creator) or _ANONYMOUS
