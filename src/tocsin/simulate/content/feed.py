"""Posts as they come: who says what, when and where, among people who talk of something else."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from tocsin.simulate.money.world import Draw
from tocsin.simulate.render import PLATFORMS
from tocsin.simulate.words import handles

START, DAYS = datetime(2024, 4, 14, tzinfo=UTC), 56
#: The languages of the talk; the last one is not among those of the smaller shared model.
LANGUAGES = ("en", "de", "fr", "pl", "ru", "sv")
CLAUSES = 16  # in each of three lists


@cache
def words(name: str) -> dict[str, Any]:
    """A file of words, read once."""
    content: dict[str, Any] = json.loads(
        (files("tocsin.simulate.content") / "words" / f"{name}.json").read_text("utf-8")
    )
    return content


@dataclass(frozen=True, slots=True)
class Post:
    """One post. `picture` is the name of a file."""

    post: str
    account: str
    time: datetime
    platform: str
    text: str
    picture: str = ""


@dataclass(slots=True)
class Feed:
    """Takes posts; accounts are numbered as they are made, each on one platform.

    `draw` decides in which order everyday talk is told: every time something else, of whatever two at most one sentence
    is the same. The sentences of (i, j) are i, j and i + j of three lists: an orthogonal array of strength 2."""

    draw: Draw
    posts: list[Post] = field(default_factory=list)
    _accounts: int = 0
    _cells: dict[str, list[int]] = field(default_factory=dict)

    def crowd(self, count: int) -> list[tuple[str, str]]:
        """New accounts, each with its platform."""
        names = handles(np.arange(self._accounts, self._accounts + count, dtype=np.int64)).to_pylist()
        self._accounts += count
        return [(str(name), PLATFORMS[n % 3]) for n, name in enumerate(names)]

    def chat(self, language: str = "en") -> str:
        """Three sentences of everyday talk; after 256 in one language they are told again."""
        cells = self._cells.setdefault(language, [])
        if not cells:
            cells += self.draw.some(range(CLAUSES * CLAUSES), CLAUSES * CLAUSES)
        i, j = divmod(cells.pop(), CLAUSES)
        lists = words(language)
        return " ".join((lists["first"][i], lists["second"][j], lists["third"][(i + j) % CLAUSES]))

    def add(self, who: tuple[str, str], time: datetime, text: str, picture: str = "") -> Post:
        """A post, whose id grows with time."""
        post = Post(f"{int(time.timestamp())}{len(self.posts):06d}", who[0], time, who[1], text, picture)
        self.posts.append(post)
        return post


def moment(draw: Draw, first: datetime, days: float) -> datetime:
    """A second within some days from `first`, in the daytime."""
    day = first + timedelta(days=draw.between(0, max(0, int(days) - 1)))
    return day + timedelta(seconds=draw.between(7 * 3600, 22 * 3600))


def talk(draw: Draw, feed: Feed, count: int) -> list[Post]:
    """`count` posts of everyday talk in each language."""
    made = []
    for language in LANGUAGES:
        people = feed.crowd(count // 3 + 1)
        made += [feed.add(draw.of(people), moment(draw, START, DAYS), feed.chat(language)) for _ in range(count)]
    return made


def remark(draw: Draw, language: str = "en") -> str:
    """A short sentence of everyday talk, to stand beside something else."""
    choices: Sequence[str] = words(language)["third"]
    return draw.of(choices)
