"""News outlets, sites that imitate them, the posts that link there, and names that are alike for other reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.simulate.content.feed import START, Feed, moment, words
from tocsin.simulate.content.said import PUSHED
from tocsin.simulate.money.world import Draw
from tocsin.simulate.voting.desk import Desk

DETECTOR = "fabrication.outlets"
_LINKS = 5  # posts that link to each imitating site


@dataclass(frozen=True, slots=True)
class Outlet:
    """A news outlet and its own site."""

    domain: str
    name: str
    language: str

    @property
    def label(self) -> str:
        """The first label of the domain."""
        return self.domain.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Seen:
    """A name in a certificate feed."""

    name: str
    time: datetime
    issuer: str


def outlets() -> list[Outlet]:
    """All outlets of the country."""
    return [Outlet(*one) for one in words("outlets")["outlets"]]


def _ending(outlet: Outlet, draw: Draw) -> str:
    return f"{outlet.label}.{draw.of(('test', 'invalid'))}"


def _brand(outlet: Outlet, draw: Draw) -> str:
    return f"{outlet.label}.{draw.of(('news-portal', 'web-presse', 'info24'))}.{draw.of(('test', 'invalid'))}"


def _added(outlet: Outlet, draw: Draw) -> str:
    return f"{outlet.label}-{draw.of(('news', 'online', 'live', 'info'))}.{draw.of(('test', 'invalid'))}"


def _typo(outlet: Outlet, draw: Draw) -> str:
    label = outlet.label
    at = draw.of([n for n in range(2, len(label) - 2) if label[n] != label[n + 1]])
    return f"{label[:at]}{label[at + 1]}{label[at]}{label[at + 2 :]}.example"


_TECHNIQUES: dict[str, tuple[Callable[[Outlet, Draw], str], int, str]] = {
    "outlet-ending": (_ending, 1, "an outlet's name under another ending"),
    "outlet-brand": (_brand, 2, "an outlet's name before the name of a portal"),
    "outlet-words": (_added, 2, "an outlet's name with a word added"),
    "outlet-typo": (_typo, 3, "two letters of an outlet's name swapped"),
}


def imitate(desk: Desk, draw: Draw, feed: Feed, ordinary: int) -> list[Seen]:
    """All names of the feed of certificates in order of time; posts link to those that imitate, and to the real."""
    known, told = outlets(), words("outlets")
    seen = [Seen(one.domain, _old(draw), "Public CA") for one in known]
    for technique, (make, difficulty, what) in _TECHNIQUES.items():
        names = {make(outlet, draw): outlet for outlet in draw.some(known, 3)}
        posts: list[str] = []
        for name, outlet in names.items():
            begun = PUSHED + timedelta(hours=draw.between(0, 48))
            seen.append(Seen(name, begun, "Free CA"))
            posts += _linked(draw, feed, name, outlet, begun, 10)
        desk.plant(technique, DETECTOR, names, what, difficulty)
        desk.involve(technique, "link", posts)
    desk.ordinary("link", [post for one in known for post in _linked(draw, feed, one.domain, one, START, 50)])
    desk.plant("outlet-lawful", DETECTOR, told["lawful"], "an outlet's own names, and others of the same places")
    seen += [Seen(name, _old(draw), "Public CA") for name in told["lawful"]]
    shops = sorted(set(_shops(draw, ordinary)))
    desk.ordinary("name", shops)
    seen += [Seen(name, moment(draw, START, 50), draw.of(("Public CA", "Free CA"))) for name in shops]
    return sorted(seen, key=lambda one: (one.time, one.name))


def _linked(draw: Draw, feed: Feed, site: str, outlet: Outlet, begun: datetime, days: int) -> list[str]:
    """Ids of posts that link to articles of a site, from the day after `begun`."""
    first = begun.replace(hour=0, minute=0) + timedelta(days=1)
    return [
        feed.add(
            who,
            moment(draw, first, days),
            f"{feed.chat(outlet.language)} https://{site}/politics/{draw.between(1000, 9999)}",
        ).post
        for who in feed.crowd(_LINKS)
    ]


def _shops(draw: Draw, count: int) -> Iterator[str]:
    told = words("outlets")
    for _ in range(count):
        shop = f"{draw.of(told['places'])}-{draw.of(told['trades'])}{draw.between(1, 999)}"
        yield f"{shop}.{draw.of(('example', 'test'))}"


def _old(draw: Draw) -> datetime:
    return START - timedelta(days=draw.between(400, 3000), minutes=draw.between(0, 1440))
