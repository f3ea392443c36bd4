"""Names as a certificate feed shows them: ordinary ones, lawful ones that hold a county's name, and look-alikes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tocsin.simulate.money.world import Draw
from tocsin.simulate.voting.desk import Desk
from tocsin.simulate.voting.places import Office

START, END = datetime(2024, 10, 20, tzinfo=UTC), datetime(2024, 11, 6, tzinfo=UTC)
_WHAT = ("bakery", "garage", "dental", "yoga", "books", "plumbing", "cycles", "florist", "law", "hotel", "pets")
_WHOSE = ("green", "north", "river", "old-town", "happy", "blue", "first", "garden", "bright", "summit", "lake", "oak")
_ENDINGS = ("example", "example", "example", "test", "invalid")
_LAWFUL = ("visit{}", "{}schools", "{}library", "{}fire", "{}farmersmarket")
_WORDS = ("vote", "results", "registration", "ballot")
_LETTERS = {"a": "\u0430", "e": "\u0435", "o": "\u043e", "i": "\u0456"}  # Cyrillic letters that look alike


@dataclass(frozen=True, slots=True)
class Seen:
    """A name, when a certificate for it was first seen, and who issued it."""

    name: str
    time: datetime
    issuer: str


def observe(desk: Desk, draw: Draw, owners: list[Office], ordinary: int) -> list[Seen]:
    """All names of the feed, in order of time."""
    offices = [owner for owner in owners if owner.kind == "office"]
    seen = [Seen(owner.domain, _older(draw), "Public CA") for owner in owners]
    lawful = [form.format(o.place.lower()) + ".example" for o in offices for form in draw.some(_LAWFUL, 2)]
    seen += [Seen(name, _older(draw), "Public CA") for name in lawful]
    desk.plant("place-name", "voting.lookalike", lawful, "lawful names of the same places, seen for years")
    for technique, (make, difficulty, what) in _TECHNIQUES.items():
        made = [make(office, draw) for office in draw.some(offices, 3)]
        times = [START + timedelta(days=10, minutes=draw.between(0, 6 * 1440)) for _ in made]
        seen += [Seen(name, time, "Free CA") for name, time in zip(made, times, strict=True)]
        desk.plant(technique, "voting.lookalike", made, what, difficulty)
    common = {_common(draw, offices) for _ in range(ordinary)}
    seen += [Seen(name, _recent(draw), draw.of(("Public CA", "Free CA"))) for name in sorted(common)]
    own = {owner.domain for owner in owners}  # what is imitated is neither planted nor ordinary
    desk.ordinary("name", (one.name for one in seen if one.name not in own))
    return sorted(seen, key=lambda one: (one.time, one.name))


def _common(draw: Draw, offices: list[Office]) -> str:
    """A shop or club; now and then one that names its county."""
    where = draw.of(offices).place.lower() if draw.chance(0.02) else draw.of(_WHOSE)
    number = str(draw.between(1, 999)) if draw.chance(0.8) else ""
    return f"{where}-{draw.of(_WHAT)}{number}{draw.of(('', '-shop', '-club', 'online'))}.{draw.of(_ENDINGS)}"


def _older(draw: Draw) -> datetime:
    return START - timedelta(days=draw.between(400, 3000), minutes=draw.between(0, 1440))


def _recent(draw: Draw) -> datetime:
    return START + timedelta(seconds=draw.between(0, int((END - START).total_seconds())))


def _ending(office: Office, draw: Draw) -> str:
    return f"{office.label}.{draw.of(('test', 'invalid'))}"


def _words(office: Office, draw: Draw) -> str:
    return f"{office.label}-{draw.of(_WORDS)}.{draw.of(_ENDINGS)}"


def _swap(label: str, draw: Draw) -> str:
    """Two neighbouring letters of the middle swapped; they differ, so the name does."""
    places = [n for n in range(1, len(label) - 2) if label[n] != label[n + 1]]
    at = draw.of(places)
    return label[:at] + label[at + 1] + label[at] + label[at + 2 :]


def _typo(office: Office, draw: Draw) -> str:
    return f"{_swap(office.label, draw)}.example"


def _typo_and_words(office: Office, draw: Draw) -> str:
    return f"{_swap(office.label, draw)}-{draw.of(_WORDS)}.{draw.of(('test', 'invalid'))}"


def _homoglyph(office: Office, draw: Draw) -> str:
    at = draw.of([n for n, letter in enumerate(office.label) if letter in _LETTERS])
    label = office.label[:at] + _LETTERS[office.label[at]] + office.label[at + 1 :]
    return f"xn--{label.encode('punycode').decode()}.example"


def _subdomain(office: Office, draw: Draw) -> str:
    return f"{office.domain}.{draw.of(('secure', 'portal', 'account'))}-{draw.between(100, 999)}.test"


_TECHNIQUES: dict[str, tuple[Callable[[Office, Draw], str], int, str]] = {
    "ending": (_ending, 1, "an office's name under another ending"),
    "words": (_words, 1, "an office's name with a word added"),
    "typo": (_typo, 2, "an office's name with two letters swapped"),
    "homoglyph": (_homoglyph, 2, "an office's name with a letter of another script"),
    "subdomain": (_subdomain, 2, "an office's whole name in front of a name of somebody else"),
    "typo-and-words": (_typo_and_words, 3, "two letters swapped, a word added, another ending"),
}
