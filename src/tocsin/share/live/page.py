"""The page of a live desk: the leads of now, what ended, how the desk is doing. It loads itself again."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from tocsin.model.finding import Finding
from tocsin.share.page import template
from tocsin.share.words import clip, count, duration, moment, number

LISTED = 100  # leads that are shown of each kind; all are in leads.json
_MEMBERS = 40
#: Whoever reads may stop it (WCAG 2.2.1 and 2.2.2).
_SCRIPT = 'setInterval(() => { if (location.hash !== "#still") location.reload(); }, 10000);'
_DIGEST = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()


@dataclass(frozen=True, slots=True)
class ShownLead:
    """A lead as it is kept; `ended` None: it still stands."""

    name: str
    finding: Finding
    raised: datetime
    changed: datetime
    ended: datetime | None


@dataclass(frozen=True, slots=True)
class Shown:
    """All that the page says. `counts`: posts taken in all, posts in the span, rows set aside, duplicates, posts that
    came too late; `lag_s` None: the times are not of today."""

    source: str
    made: datetime
    stopped: bool
    every_s: float
    span_s: float
    first: datetime | None
    newest: datetime | None
    counts: tuple[int, int, int, int, int]
    rate: float
    lag_s: float | None
    waiting_bytes: int
    look_s: float
    memory_mb: float
    present: tuple[ShownLead, ...]
    ended: tuple[ShownLead, ...]
    notes: tuple[tuple[datetime, str], ...]


def render(shown: Shown) -> str:
    """The page as one HTML document; nothing in it is loaded from elsewhere."""
    order = {"lead": 0, "interest": 1, "explained": 2}
    present = sorted(shown.present, key=lambda one: (order[one.finding.standing], -one.finding.last.timestamp()))
    return template(
        "live", "live.html.j2"
    ).render(
        shown=shown,
        script=Markup(_SCRIPT),  # noqa: S704 - it is our own
        script_digest=_DIGEST,
        second=_second,
        headline=headline(shown),
        facts=_facts(shown),
        present=[_lead(one, shown) for one in present[:LISTED]],
        more=max(len(present) - LISTED, 0),
        ended=[_lead(one, shown) for one in reversed(shown.ended[-LISTED:])],
    )


def headline(shown: Shown) -> str:
    """How many groups stand out, in one sentence."""
    leads = sum(one.finding.standing == "lead" for one in shown.present)
    others = len(shown.present) - leads
    told = count(leads, "lead") if leads else "No lead"
    explained = f", {count(others, 'group')} with an innocent explanation that fits" if others else ""
    return f"{told}{explained}"


def _second(time: datetime | None) -> str:
    return moment(time.replace(microsecond=0) if time else None)


def _facts(shown: Shown) -> list[tuple[str, str]]:
    posts, held, rejected, duplicates, late = shown.counts
    lag = "not told: the posts are not of today" if shown.lag_s is None else f"{shown.lag_s:,.1f} s at worst"
    return [
        ("Posts a second, last minute", f"{shown.rate:,.0f}"),
        ("Behind the clock, last minute", lag),
        ("Not read yet", f"{shown.waiting_bytes / 1e6:,.1f} MB" if shown.waiting_bytes else "nothing known"),
        ("Posts looked at", f"{number(held)}, of {duration(shown.span_s)}"),
        ("Posts taken in all", number(posts)),
        ("Rows set aside", number(rejected)),
        ("Duplicates", number(duplicates)),
        ("Too late to be compared", number(late)),
        ("Last look took", duration(shown.look_s)),
        ("Memory", f"{shown.memory_mb:,.0f} MB"),
    ]


def _lead(one: ShownLead, shown: Shown) -> dict[str, object]:
    finding = one.finding
    quiet = max(((shown.newest or finding.last) - finding.last).total_seconds(), 0.0)
    innocent = [e for e in finding.explanations if e.verdict in ("fits", "fits in part")]
    return {
        "name": one.name,
        "title": clip(finding.title, 200),
        "sentence": clip(finding.sentence, 1_000),
        "standing": finding.standing,
        "quiet": duration(quiet),
        "last": finding.last,
        "raised": one.raised,
        "changed": one.changed,
        "ended": one.ended,
        "members": [clip(name, 60) for name in finding.subjects[:_MEMBERS]],
        "rest": max(len(finding.subjects) - _MEMBERS, 0),
        "objects": [(clip(o.layer, 40), clip(o.object, 200), o.members, o.accounts) for o in finding.objects[:10]],
        "innocent": [(e.verdict, clip(e.question, 200), clip(e.detail, 400)) for e in innocent],
    }
