"""What is said again: claims copied, altered a little, reworded and translated; songs, notices, press copy; checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tocsin.simulate.content.feed import START, Feed, Post, moment, words
from tocsin.simulate.money.world import Draw
from tocsin.simulate.voting.desk import Desk

DETECTOR = "fabrication.repeats"
#: Claims are spread in the last two weeks.
PUSHED = START + timedelta(days=40)
_WHITSUN = datetime(2024, 5, 19, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Check:
    """A fact-check of the collection."""

    claim: str
    title: str
    language: str
    verdict: str
    url: str
    day: date


def repeat(desk: Desk, draw: Draw, feed: Feed) -> list[Check]:
    """Posts that repeat claims, and the collection of checks: those of some of the claims, and unrelated ones."""
    checks, repeated = [], []
    for claim in words("planted")["claims"]:
        posts = _claim(draw, feed, claim)
        desk.plant(claim["unit"], DETECTOR, [post.post for post in posts], claim["what"], claim["difficulty"])
        if claim["check"]:
            told = claim["check"]
            repeated.append(told["url"])
            checks.append(
                Check(told["claim"], told["title"], told["language"], told["verdict"], told["url"], PUSHED.date())
            )
    desk.plant("checked", "claims", repeated, "claims of the collection that posts repeat in other words", 3)
    for text, verdict, name in words("planted")["checks"]:
        day = draw.day(date(2023, 1, 1), 400)
        checks.append(Check(text, text, "en", verdict, f"https://checks.example/{name}", day))
    desk.ordinary("claim", [check.url for check in checks])
    return sorted(checks, key=lambda check: (check.day, check.url))


def _claim(draw: Draw, feed: Feed, claim: Mapping[str, Any]) -> list[Post]:
    """Every wording by several accounts, the languages one after another."""
    wordings = [text for texts in claim["wordings"].values() for text in texts]
    crowd = feed.crowd(claim["posts"])
    begun = PUSHED + timedelta(days=draw.between(0, 8))
    made = []
    for n, who in enumerate(crowd):
        text = wordings[n % len(wordings)]
        if claim["unit"] == "near-copies" or (len(wordings) > 1 and n >= len(wordings)):
            text = _touched(draw, text)
        late = n * claim["days"] // len(crowd)
        made.append(feed.add(who, moment(draw, begun + timedelta(days=late), 1), text))
    return made


def _touched(draw: Draw, text: str) -> str:
    """A wording with something before or after it, now and then in capitals."""
    planted = words("planted")
    text = text.upper() if draw.chance(0.1) else text
    return f"{draw.of(planted['openings'])}{text}{draw.of(planted['closings'])}"


def innocent(desk: Desk, draw: Draw, feed: Feed) -> None:
    """What many say and nobody organises."""
    for kind in words("planted")["innocent"]:
        crowd = feed.crowd(kind.get("accounts", kind["posts"]))
        begun = START if kind["days"] > 7 else _WHITSUN
        sites = [site for site, *_ in words("outlets")["outlets"]] if kind.get("outlets") else []
        made = []
        for n in range(kind["posts"]):
            link = f"https://{sites[n % len(sites)]}/budget" if sites else ""
            text = draw.of(kind["texts"]).format(n=draw.between(8, 29), m=draw.between(10, 60), link=link)
            made.append(feed.add(crowd[n % len(crowd)], moment(draw, begun, kind["days"]), text))
        desk.plant(kind["unit"], DETECTOR, [post.post for post in made], kind["what"])
