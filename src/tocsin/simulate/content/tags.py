"""Hashtags over time: one that is pushed in two days, one that comes every Sunday."""

from __future__ import annotations

from datetime import datetime, timedelta

from tocsin.simulate.content.feed import DAYS, LANGUAGES, START, Feed, moment
from tocsin.simulate.content.said import PUSHED
from tocsin.simulate.money.world import Draw
from tocsin.simulate.voting.desk import Desk

DETECTOR = "fabrication.bursts"
_PUSHED, _WEEKLY = 60, 9  # posts in the push, posts a Sunday


def tag(desk: Desk, draw: Draw, feed: Feed) -> None:
    """Posts of everyday talk under the two hashtags; the pushed one is used once a day before."""
    usual = [_posts(draw, feed, "countnow", 1, START + timedelta(days=day), 1)[0] for day in range(DAYS - 12)]
    pushed = _posts(draw, feed, "countnow", _PUSHED, PUSHED + timedelta(days=6), 2)
    desk.plant("pushed-tag", DETECTOR, pushed, "a hashtag of one post a day in sixty within two days", 2)
    desk.ordinary("tagged", usual)
    sundays = [START + timedelta(days=day) for day in range(0, DAYS, 7)]
    weekly = [post for day in sundays for post in _posts(draw, feed, "sundaybread", _WEEKLY, day, 1)]
    desk.plant("weekly-tag", DETECTOR, weekly, "a hashtag of every Sunday")


def _posts(draw: Draw, feed: Feed, name: str, count: int, first: datetime, days: int) -> list[str]:
    return [
        feed.add(who, moment(draw, first, days), f"{feed.chat(draw.of(LANGUAGES))} #{name}").post
        for who in feed.crowd(count)
    ]
