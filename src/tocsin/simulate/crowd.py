"""Ordinary users, and when each of them posts what: plain posts, news events, shared articles, cascades, answers.

Everything here is numbers, about 21 bytes a post; the words come later, batch by batch (`render`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tocsin.simulate.draws import Floats, Ints
from tocsin.simulate.words import TOPICS, words

PLAIN, EVENT, LINK, REPLY, REPOST = range(5)
#: Share of each kind among ordinary posts. Reposts were 55 % and 64 % of the two real sets in `test_realism`.
MIX = {EVENT: 0.12, LINK: 0.18, REPLY: 0.05, REPOST: 0.57}

#: Posts with links are repeated less than others, in both sets.
LINK_APPEAL = 0.3

#: Communities of interest in each language and platform, and their shares of the accounts.
CAMPS = np.array([0.42, 0.36, 0.22])
DAY_S = 86_400

#: Posts by local hour from midnight: least before dawn, most in the evening, as on every public network.
RHYTHM = np.array([4, 2, 1.3, 1, 1, 1.5, 3, 5, 6.5, 7, 7, 7, 7.5, 7.5, 7, 6.5, 6.5, 7, 8, 9, 10, 10, 9, 6.5])

Small = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Crowd:
    """Accounts sorted by group = (language, platform, camp): where each group begins, and cumulated activity."""

    starts: Ints
    activity: Floats
    platforms: int

    def group_of(self, accounts: npt.NDArray[np.integer]) -> Ints:
        """The group of each account."""
        return np.searchsorted(self.starts, accounts, "right") - 1

    def language_of(self, groups: Ints) -> Ints:
        """The language of each group."""
        return groups // (self.platforms * len(CAMPS))

    def choose(self, rng: np.random.Generator, groups: Ints) -> Small:
        """An account of each given group, drawn in proportion to its activity."""
        low, high = self.activity[self.starts[groups]], self.activity[self.starts[groups + 1]]
        at = np.searchsorted(self.activity, low + rng.random(len(groups)) * (high - low), "right") - 1
        return np.clip(at, self.starts[groups], self.starts[groups + 1] - 1).astype(np.int32)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Ordinary posts in order of time (seconds since 1970). `source` is the row reposted or answered, the article
    linked, the event reacted to, or -1."""

    seed: int
    crowd: Crowd
    time: Ints
    account: Small
    kind: npt.NDArray[np.int8]
    source: Small
    article_topic: Ints
    event_topic: Ints


class _Rows(NamedTuple):
    """Columns of posts not yet in order; `source` as in `Schedule`."""

    time: Ints
    account: Small
    source: Small


def _stack(*parts: _Rows) -> _Rows:
    return _Rows(
        np.concatenate([part.time for part in parts]),
        np.concatenate([part.account for part in parts]),
        np.concatenate([part.source for part in parts]),
    )


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    days: int

    @property
    def end(self) -> int:
        return self.start + self.days * DAY_S

    def rhythm(self, rng: np.random.Generator, zone_h: Floats) -> Ints:
        """Times by daily rhythm in each time zone, twice as many on the last day as on the first."""
        day = _weighted(rng, np.linspace(1, 2, self.days), len(zone_h))
        hour = _weighted(rng, RHYTHM, len(zone_h))
        second = hour * 3600 + rng.integers(0, 3600, len(zone_h)) - (zone_h * 3600).astype(np.int64)
        return self.start + day * DAY_S + second % DAY_S

    def after(self, rng: np.random.Generator, origin: Ints, zone_h: Floats, knee_s: float) -> Ints:
        """Times of reactions to `origin`. Those later than four hours keep their day and take the hour of the daily
        rhythm; those past the end of the span fall anywhere between origin and end."""
        time = origin + reaction_s(rng, len(origin), knee_s).astype(np.int64)
        late = np.flatnonzero(time - origin > 4 * 3600)
        second = _weighted(rng, RHYTHM, len(late)) * 3600 + rng.integers(0, 3600, len(late))
        moved = time[late] // DAY_S * DAY_S + (second - (zone_h[late] * 3600).astype(np.int64)) % DAY_S
        time[late] = np.where(moved > origin[late], moved, time[late])
        past = np.flatnonzero(time >= self.end)
        time[past] = origin[past] + (rng.random(len(past)) * (self.end - origin[past])).astype(np.int64)
        return time


def reaction_s(rng: np.random.Generator, n: int, knee_s: float = 300.0, longest_s: float = 7.0 * DAY_S) -> Floats:
    """Delays of reactions in seconds: even up to the knee, then a power law with exponent 1.242, cut at `longest_s`.

    The kernel and its constants are those measured for retweets by Zhao, Erdogdu, He, Rajaraman and Leskovec 2015
    (SEISMIC, KDD); half come within 36 minutes.
    """
    theta = 0.242
    early = theta / (1 + theta)
    highest = 1 - (1 - early) * (longest_s / knee_s) ** -theta
    u = rng.random(n) * highest
    tail = knee_s * ((1 - np.maximum(u, early)) / (1 - early)) ** (-1 / theta)
    delay: Floats = np.where(u < early, u / early * knee_s, tail)
    return delay


def _pareto(rng: np.random.Generator, n: int, exponent: float, cap: float) -> Floats:
    """Draws from a power law with the given density exponent, at least 1, at most `cap`."""
    draws: Floats = (1 - rng.random(n)) ** (-1 / (exponent - 1))
    return draws.clip(max=cap)


def _weighted(rng: np.random.Generator, weights: Floats, n: int) -> Ints:
    """`n` positions drawn in proportion to `weights`."""
    total = np.cumsum(weights)
    at: Ints = np.searchsorted(total, rng.random(n) * total[-1], "right")
    return at.clip(max=len(weights) - 1)


def make_crowd(rng: np.random.Generator, accounts: int, platforms: int) -> Crowd:
    """Accounts with power-law activity (density exponent 2.5, within the 2 to 3 of most such data: Clauset, Shalizi and
    Newman 2009), split over languages, platforms and camps; every group has one at least."""
    platform_shares = np.arange(platforms, 0, -1) / (platforms * (platforms + 1) / 2)
    shares = (words().shares[:, None, None] * platform_shares[None, :, None] * CAMPS).ravel()
    sizes = np.maximum(1, np.round(shares * accounts)).astype(np.int64)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    activity = _pareto(rng, int(starts[-1]), 2.5, cap=3000.0)
    return Crowd(starts, np.concatenate([[0.0], np.cumsum(activity)]), platforms)


def make_schedule(seed: int, posts: int, start: int, days: int, accounts: int, platforms: int) -> Schedule:
    """Draw who posts when and why: `posts` rows over `days` from `start` (seconds since 1970)."""
    rng, span = np.random.default_rng([seed, 1]), _Span(start, days)
    crowd = make_crowd(rng, accounts, platforms)
    counts = {kind: int(posts * share) for kind, share in MIX.items()}
    counts[PLAIN] = posts - sum(counts.values())
    plain = _plain(rng, span, crowd, counts[PLAIN])
    events, event_topic = _reactions(rng, span, crowd, counts[EVENT], things=3 + 2 * days, tail=2.1, knee_s=600.0)
    articles, article_topic = _reactions(
        rng, span, crowd, counts[LINK], things=max(20, posts // 8), tail=2.6, knee_s=300.0
    )
    own = _stack(plain, events, articles)
    appeal = np.repeat([1.0, 1.0, LINK_APPEAL], [counts[PLAIN], counts[EVENT], counts[LINK]])
    rows = _stack(own, _cascades(rng, span, crowd, own, appeal, counts[REPOST] + counts[REPLY]))
    order = [PLAIN, EVENT, LINK, REPOST, REPLY]
    kind = np.repeat(np.array(order, np.int8), [counts[each] for each in order])
    _undo_repeats(rng, crowd, kind, rows)
    return _sorted(seed, crowd, kind, rows, article_topic, event_topic)


def _plain(rng: np.random.Generator, span: _Span, crowd: Crowd, n: int) -> _Rows:
    """Posts for no outside reason: who by activity, when by rhythm."""
    at = np.searchsorted(crowd.activity, rng.random(n) * crowd.activity[-1], "right") - 1
    account = np.minimum(at, crowd.starts[-1] - 1).astype(np.int32)
    return _Rows(span.rhythm(rng, _zone_h(rng, crowd, crowd.group_of(account))), account, np.full(n, -1, np.int32))


def _reactions(
    rng: np.random.Generator, span: _Span, crowd: Crowd, n: int, things: int, tail: float, knee_s: float
) -> tuple[_Rows, Ints]:
    """Posts set off by things from outside (events, articles) of heavy-tailed weight, each in one language; and
    the topic of each thing."""
    language = _weighted(rng, words().shares, things)
    happened = span.rhythm(rng, words().zone_h[language])
    thing = _weighted(rng, _pareto(rng, things, tail, cap=things**0.8), n)
    width = crowd.platforms * len(CAMPS)
    group = language[thing] * width + _any_group(rng, crowd, n)
    time = span.after(rng, happened[thing], _zone_h(rng, crowd, group), knee_s)
    return _Rows(time, crowd.choose(rng, group), thing.astype(np.int32)), rng.integers(0, len(TOPICS), things)


def _cascades(rng: np.random.Generator, span: _Span, crowd: Crowd, own: _Rows, appeal: Floats, n: int) -> _Rows:
    """Reposts and answers. How often a post is repeated follows a power law, from the post and from its author's fame;
    six of seven who repeat it are of the author's own camp (homophily)."""
    fame = _pareto(rng, int(crowd.starts[-1]), 2.6, cap=300.0)
    worth = appeal * _pareto(rng, len(own.time), 2.05, cap=1e4) * fame[own.account]
    source = _weighted(rng, worth.clip(max=len(own.time) ** 0.88), n)
    group = crowd.group_of(own.account[source])
    elsewhere = group // len(CAMPS) * len(CAMPS) + _weighted(rng, CAMPS, n)
    group = np.where(rng.random(n) < 0.85, group, elsewhere)
    when = span.after(rng, own.time[source], _zone_h(rng, crowd, group), 300.0)
    return _Rows(when, crowd.choose(rng, group), source.astype(np.int32))


def _any_group(rng: np.random.Generator, crowd: Crowd, n: int) -> Ints:
    """A platform and camp within a language, by their numbers of accounts in the first language."""
    width = crowd.platforms * len(CAMPS)
    return _weighted(rng, np.diff(crowd.starts[: width + 1]).astype(np.float64), n)


def _zone_h(rng: np.random.Generator, crowd: Crowd, groups: Ints) -> Floats:
    """The time zone of each row: its language's, an hour earlier or later."""
    return words().zone_h[crowd.language_of(groups)] + rng.integers(-1, 2, len(groups))


def _undo_repeats(rng: np.random.Generator, crowd: Crowd, kind: npt.NDArray[np.int8], posts: _Rows) -> None:
    """Nobody reposts a post twice, nor their own: another of the group does, however quiet; where that fails too,
    the row becomes a plain post (in place)."""
    rows = np.flatnonzero(kind == REPOST)
    again = rows[_repeated(posts, rows)]
    group = crowd.group_of(posts.account[again])
    size = crowd.starts[group + 1] - crowd.starts[group]
    posts.account[again] = crowd.starts[group] + (rng.random(len(again)) * size).astype(np.int64)
    still = rows[_repeated(posts, rows)]
    kind[still], posts.source[still] = PLAIN, -1


def _repeated(posts: _Rows, rows: Ints) -> npt.NDArray[np.bool_]:
    """Which of the reposts at `rows` repeat one by the same account, or its own post."""
    account, source = posts.account[rows], posts.source[rows]
    repeated = np.ones(len(rows), dtype=np.bool_)
    repeated[np.unique(source.astype(np.int64) << 32 | account, return_index=True)[1]] = False
    repeated |= posts.account[source] == account
    return repeated


def _sorted(
    seed: int, crowd: Crowd, kind: npt.NDArray[np.int8], rows: _Rows, article_topic: Ints, event_topic: Ints
) -> Schedule:
    """Bring rows into order of time and let the sources point to the new places."""
    order = np.argsort(rows.time, kind="stable")
    place = np.empty(len(order), dtype=np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    points = (kind == REPOST) | (kind == REPLY)
    source = rows.source
    source[points] = place[source[points]]
    return Schedule(
        seed, crowd, rows.time[order], rows.account[order], kind[order], source[order], article_topic, event_topic
    )
