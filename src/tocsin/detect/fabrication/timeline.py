"""Where and in which languages a thing was first seen, and how far it went, as far as posts can show."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from tocsin.model.finding import BreakoutStep
from tocsin.stats import breakout

TOLD = 12  # platforms or languages that are told


class Shown(Protocol):
    """A post as the timeline reads it."""

    @property
    def account(self) -> str: ...  # noqa: D102

    @property
    def time(self) -> datetime: ...  # noqa: D102

    @property
    def platform(self) -> str | None: ...  # noqa: D102

    @property
    def language(self) -> str: ...  # noqa: D102


def steps(posts: Sequence[Shown]) -> tuple[BreakoutStep, ...]:
    """The steps of the Breakout Scale; `posts` in order of time, one at least.

    What a community is cannot be seen in posts; those who post in one language on one platform stand for one, and two
    of them count only where different accounts post in them. 2: several of them on one platform, or one language on
    several platforms. 3: several languages, on several platforms.
    """
    platforms, languages = _firsts(posts, _platform), _firsts(posts, _language)
    both = [found for of in (_platform, _language) if (found := _crossed(posts, of))]
    second = min(both, default=None)
    return breakout.scale(
        breakout.Seen(True, f"First seen {_where(posts[0])}.", posts[0].time),
        breakout.Seen(
            second is not None,
            f"Platforms: {_named(platforms)}. Languages: {_named(languages)}.",
            second,
        ),
        breakout.Seen(
            len(both) == 2,
            "Other accounts posted it on a further platform, and in a further language."
            if len(both) == 2
            else "Not on further platforms and in further languages both.",
            max(both) if len(both) == 2 else None,
        ),
    )


def crossings(posts: Sequence[Shown]) -> tuple[str, ...]:
    """When it was first seen on each platform and in each language, where there are several; in order of time."""
    told = []
    for what, of in (("platform", _platform), ("language", _language)):
        firsts = _firsts(posts, of)
        if len(firsts) > 1:
            said = "; ".join(f"{name} {post.time:%Y-%m-%d %H:%M}" for name, post in list(firsts.items())[:TOLD])
            told.append(f"First seen by {what} (UTC): {said}.")
    return tuple(told)


def _firsts(posts: Sequence[Shown], of: Callable[[Shown], str]) -> dict[str, Shown]:
    """The first post of each value, in order of time; those without one are left out."""
    found: dict[str, Shown] = {}
    for post in posts:
        if value := of(post):
            found.setdefault(value, post)
    return found


def _crossed(posts: Sequence[Shown], of: Callable[[Shown], str]) -> datetime | None:
    """When a second value came up by another account than those with the first value; None where it never did."""
    told = [post for post in posts if of(post)]
    first = {post.account for post in told if of(post) == of(told[0])}
    return next((post.time for post in told if of(post) != of(told[0]) and post.account not in first), None)


def _platform(post: Shown) -> str:
    return post.platform or ""


def _language(post: Shown) -> str:
    return post.language


def _where(post: Shown) -> str:
    return f"{f'on {post.platform}' if post.platform else 'on a platform not told'}" + (
        f" in {post.language}" if post.language else ""
    )


def _named(firsts: dict[str, Shown]) -> str:
    return ", ".join(list(firsts)[:TOLD]) or "not told"
