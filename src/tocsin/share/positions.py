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
    names = {_text(obj, "id"): _text(obj, "name") or _text(obj, "id") for obj in all_}
    found: dict[str, list[Position]] = defaultdict(list)
    for obj in all_:
        for about, position in _positions(obj, names):
            found[about].append(position)
    return {about: tuple(sorted(said, key=lambda one: (one.at, one.id))) for about, said in found.items()}


def _positions(obj: Stix, names: dict[str, str]) -> Iterator[tuple[str, Position]]:
    kind = obj.get("type")
    if kind == "opinion":
        says = ": ".join(filter(None, (_text(obj, "opinion"), _text(obj, "explanation"))))
        for about in _texts(obj, "object_refs"):
            yield about, _position(obj, "opinion", says, names)
    elif kind == "relationship" and obj.get("relationship_type") == "attributed-to":
        target = _text(obj, "target_ref")
        words = f"attributed to {names.get(target, target)}"
        says = ": ".join(filter(None, (words, _text(obj, "description"))))
        yield _text(obj, "source_ref"), _position(obj, "attribution", says, names)
    elif kind == "sighting":
        count, said = obj.get("count"), _text(obj, "description")
        says = ": ".join(filter(None, (f"seen {count} times" if isinstance(count, int) else "seen", said)))
        seers = [names.get(one, one) for one in _texts(obj, "where_sighted_refs")]
        who = ", ".join(seers) or _who(obj, names)
        yield _text(obj, "sighting_of_ref"), _position(obj, "sighting", says, names)._replace(who=who)


def _position(
    obj: Stix, kind: Literal["opinion", "attribution", "sighting"], says: str, names: dict[str, str]
) -> Position:
    at = _text(obj, "first_seen") or _text(obj, "created")
    confidence = obj.get("confidence")
    return Position(
        _who(obj, names), kind, says, confidence if isinstance(confidence, int) else None, at, _text(obj, "id")
    )


def _text(obj: Stix, name: str) -> str:
    """A partner's object may hold anything anywhere."""
    value = obj.get(name)
    return value if isinstance(value, str) else ""


def _texts(obj: Stix, name: str) -> list[str]:
    value = obj.get(name)
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _who(obj: Stix, names: dict[str, str]) -> str:
    """Whose position it is: whose words were passed on, the authors it names, or its creator."""
    refs = obj.get("external_references")
    listed = [ref for ref in refs if isinstance(ref, dict)] if isinstance(refs, list) else []
    passed = [_text(ref, "source_name") for ref in listed if ref.get("description") == SAID_BY]
    authors = _texts(obj, "authors")
    creator = _text(obj, "created_by_ref")
    return ", ".join(passed or authors) or names.get(creator, creator) or _ANONYMOUS
