"""The Breakout Scale (Nimmo 2020) as far as posts can show it: the first three of six steps."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from tocsin.model.finding import BreakoutStep


class Seen(NamedTuple):
    """One step as the posts show it: whether, by what, and since when."""

    shown: bool
    evidence: str
    time: datetime | None = None


_UNSEEN = {
    4: "News media: cannot be seen in these posts.",
    5: "Prominent people: cannot be seen in these posts.",
    6: "Authorities or violence: cannot be seen in these posts.",
}


def scale(first: Seen, second: Seen, third: Seen) -> tuple[BreakoutStep, ...]:
    """The six steps. 1: one community on one platform. 2: several communities on one platform, or one on several.
    3: several communities on several platforms. 4 to 6 (news media, prominent people, authorities) are not shown."""
    seen = [BreakoutStep(level=n, **one._asdict()) for n, one in enumerate((first, second, third), 1)]
    return (*seen, *(BreakoutStep(level=n, shown=False, evidence=text) for n, text in _UNSEEN.items()))
