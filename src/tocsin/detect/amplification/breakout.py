"""How far it went, on the Breakout Scale (Nimmo 2020), as far as posts can show."""

from __future__ import annotations

from typing import Any

import numpy as np

from tocsin.detect.amplification.incidence import Numbered
from tocsin.model.finding import BreakoutStep
from tocsin.stats import breakout

COMMON = 256  # objects shared by more accounts than this are everybody's, not the group's


def steps(data: Numbered, inside: Any, objects: Any, posts: Any) -> tuple[BreakoutStep, ...]:
    """The six steps. 1: the group itself. 2: others on the same platform took up an object that the group shared first,
    or the group is on a second platform. 3: others on a second platform did. 4 to 6 (news media, prominent people,
    authorities) cannot be seen in posts."""
    from tocsin.detect.amplification.describe import moment

    platforms = data.rows(["platform"], posts).column(0).to_pylist()
    own = {p for p in platforms if p}
    taken = _taken_up(data, inside, objects)
    others = data.rows(["platform"], taken).column(0).to_pylist() if len(taken) else []
    across = [int(p) for p, name in zip(taken, others, strict=True) if name and own and name not in own]
    accounts = len(np.unique(data.account[taken])) if len(taken) else 0
    first = moment(data.time[posts].min())
    second = "The group posts on " + ", ".join(sorted(own)) + ". " if len(own) > 1 else ""
    third = accounts > 0 and (len(across) > 0 or len(own) > 1)
    return breakout.scale(
        breakout.Seen(True, "The group's own joint posts.", first),
        breakout.Seen(
            accounts > 0 or len(own) > 1,
            second + f"{accounts:,} other accounts shared an object after the group had.",
            moment(data.time[taken].min()) if accounts else None,
        ),
        breakout.Seen(
            third,
            f"{len(across):,} posts of others on further platforms shared an object after the group had.",
            moment(data.time[across].min()) if across else None,
        ),
    )


def _taken_up(data: Numbered, inside: Any, objects: Any) -> Any:
    """Posts of others that share one of the objects after a member was the first of all to share it."""
    s = data.all
    low, high = np.searchsorted(s.obj, objects), np.searchsorted(s.obj, objects, side="right")
    found: list[Any] = []
    for a, b in zip(low.tolist(), high.tolist(), strict=True):
        if b - a <= COMMON and inside[s.account[a]]:
            found.append(s.post[a:b][~inside[s.account[a:b]]])
    return np.unique(np.concatenate(found)) if found else np.empty(0, np.int32)
