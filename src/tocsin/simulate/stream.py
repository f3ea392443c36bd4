"""A stream as Bluesky's Jetstream has it, so many posts a second, with planted groups and the truth about them.

Ordinary accounts (activity by a power law) post, link, answer, and repost what is popular at the moment. From time to
time a new group begins: its members share the same few new things, each within seconds of the others, and post as
others do in between. The same seed and times give the same events.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import orjson

from tocsin.simulate.draws import Floats, keys_of
from tocsin.simulate.words import CODES, TOPICS, sentences, words

SECOND_US = 1_000_000
#: What a group shares, in turn, and the layer of the detector in which it shows.
ACTS = {"repost": "repost", "link": "url", "copy_text": "text", "reply": "reply"}
_POOL, _RECENT, _POPULAR, _ARTICLES = 20_000, 200_000, 2_000, 5_000
_MIX = np.cumsum([0.50, 0.05, 0.18, 0.27])  # reposts, answers, links, plain posts
_REPOST, _REPLY, _LINK = range(3)
Event = tuple[int, bytes]  # time in microseconds, and the event as one line of JSON
_Make = Callable[[str, int], bytes]  # an event of an account at a time


@dataclass(frozen=True, slots=True)
class StreamParams:
    """What the stream is like."""

    seed: int = 1
    rate: int = 5_000  # posts a second
    accounts: int = 200_000
    plant_every_s: int = 60
    members: int = 8
    objects: int = 6
    span_s: int = 60  # over which the things of one group are first shared
    jitter_s: float = 10.0  # within which each is shared by all who share it
    participation: float = 0.85


@dataclass(frozen=True, slots=True)
class Planted:
    """A group: its accounts, what it does, and the times (microseconds) of its first and last joint act, and of the one
    that completes its third thing: from then on there is enough to be seen."""

    unit: str
    kind: str
    layer: str
    accounts: tuple[str, ...]
    first_us: int
    third_us: int
    last_us: int


class Chatter:
    """Makes the stream second by second; `truth` grows with each group that begins."""

    def __init__(self, params: StreamParams) -> None:
        self.params = params
        self.truth: list[Planted] = []
        self._made = self._things = 0
        rng = np.random.default_rng([self.params.seed, 5])
        self._activity: Floats = np.cumsum((1 - rng.random(self.params.accounts)) ** (-1 / 1.5)).clip(max=1e12)
        language = np.searchsorted(np.cumsum(words().shares), rng.random(_POOL)).clip(max=len(CODES) - 1)
        texts = sentences(keys_of(np.arange(_POOL), self.params.seed), language, rng.integers(0, len(TOPICS), _POOL))
        self._texts = [orjson.dumps(text)[1:-1] for text in texts.to_pylist()]
        self._languages = [CODES[code].encode() for code in language]
        self._recent: deque[bytes] = deque([_uri(0, n) for n in range(_POPULAR)], _RECENT)
        self._popular = list(self._recent)
        self._articles = [f"https://news.example/{n}".encode() for n in range(_ARTICLES)]
        self._weights: Floats = np.cumsum(1 / (np.arange(_POPULAR) + 20.0))
        self._due: dict[int, list[tuple[int, str, _Make]]] = {}

    def seconds(self, start_us: int, seconds: int) -> Iterator[list[Event]]:
        """The events of each second from `start_us`, in order of time."""
        for second in range(seconds):
            yield self.second(start_us + second * SECOND_US)

    def second(self, at_us: int) -> list[Event]:
        """The events of the second that begins at `at_us`; call it for each second once, in order."""
        rng = np.random.default_rng([self.params.seed, 6, self._made])
        if self._made % self.params.plant_every_s == 0:
            self._plant(rng, at_us)
        due = self._due.pop(self._made, [])
        self._made += 1
        self._renew(rng)
        events = self._ordinary(rng, at_us, self.params.rate - len(due))
        events += [(time, make(account, time)) for time, account, make in due]
        return sorted(events)

    def _renew(self, rng: np.random.Generator) -> None:
        """What is popular changes: some new posts and articles each second."""
        for place in rng.integers(0, _POPULAR, 5):
            self._popular[place] = self._recent[int(rng.integers(max(0, len(self._recent) - 5_000), len(self._recent)))]
        for place in rng.integers(0, _ARTICLES, 3):
            self._articles[place] = self._new_link()

    def _ordinary(self, rng: np.random.Generator, at_us: int, n: int) -> list[Event]:
        times = at_us + np.sort(rng.integers(0, SECOND_US, n))
        drawn = np.searchsorted(self._activity, rng.random(n) * self._activity[-1]).clip(max=self.params.accounts - 1)
        kinds = np.searchsorted(_MIX, rng.random(n), "right")
        ranks = np.searchsorted(self._weights, rng.random(n) * self._weights[-1]).clip(max=_POPULAR - 1)
        pool, either = rng.integers(0, _POOL, n), rng.random(n)
        columns = (c.tolist() for c in (times, drawn, kinds, ranks, pool, either))
        return [self._one(*row) for row in zip(*columns, strict=True)]

    def _one(self, time: int, number: int, kind: int, rank: int, text: int, either: float) -> Event:
        account = did(number)
        if kind == _REPOST:
            return time, _repost(account, time, self._rkey(), self._known(rank, either))
        own = self._texts[text] + b" %d" % time
        link = self._articles[rank] if kind == _LINK else b""
        parent = self._known(rank, either) if kind == _REPLY else b""
        return time, self._post(account, time, own, self._languages[text], link, parent)

    def _known(self, rank: int, either: float) -> bytes:
        """What is reposted or answered: a popular post or any of the latest, half and half."""
        if either < 0.5:
            return self._popular[rank]
        return self._recent[int(len(self._recent) * (either - 0.5) * 2)]

    def _post(
        self, account: str, time: int, text: bytes, language: bytes = b"en", link: bytes = b"", parent: bytes = b""
    ) -> bytes:
        rkey = self._rkey()
        self._recent.append(b"at://%s/app.bsky.feed.post/%s" % (account.encode(), rkey))
        return _post(account, time, rkey, text, language, link, parent)

    def _rkey(self) -> bytes:
        self._things += 1
        return b"3k%011x" % self._things

    def _new_link(self) -> bytes:
        self._things += 1
        return b"https://news.example/a%d" % self._things

    def _plant(self, rng: np.random.Generator, at_us: int) -> None:
        """Lay out the joint acts of a new group over the seconds to come."""
        p, number = self.params, len(self.truth)
        kind = list(ACTS)[number % len(ACTS)]
        accounts = tuple(did(n) for n in rng.choice(p.accounts, p.members, replace=False).tolist())
        things: list[list[int]] = []
        for begin in np.sort(rng.random(p.objects)) * p.span_s:
            make, times = self._act(kind, rng), list[int]()
            for account in accounts:
                if rng.random() < p.participation:
                    time = at_us + int((begin + 1 + rng.random() * p.jitter_s) * SECOND_US)
                    self._due.setdefault(self._made + (time - at_us) // SECOND_US, []).append((time, account, make))
                    times.append(time)
            things += [times] * bool(times)
        ends = sorted(max(times) for times in things)
        planted = Planted(f"group-{number + 1}", kind, ACTS[kind], accounts, min(map(min, things)), ends[2], ends[-1])
        self.truth.append(planted)

    def _act(self, kind: str, rng: np.random.Generator) -> _Make:
        """How an account takes part in sharing one new thing."""
        text = self._texts[int(rng.integers(_POOL))]
        known = self._recent[int(rng.integers(len(self._recent)))]
        if kind == "repost":
            return lambda account, time: _repost(account, time, self._rkey(), known)
        if kind == "reply":
            return lambda account, time: self._post(account, time, text + b" %d" % time, parent=known)
        if kind == "link":
            link = self._new_link()
            return lambda account, time: self._post(account, time, text + b" %d" % time, link=link)
        same = text + b" %s" % self._rkey()
        return lambda account, time: self._post(account, time, same)


def did(number: int) -> str:
    """The id of an account."""
    return f"did:plc:{number:024d}"


def _uri(account: int, key: int) -> bytes:
    return b"at://%s/app.bsky.feed.post/3k%011x" % (did(account).encode(), key)


def _event(account: str, time: int, collection: bytes, rkey: bytes, record: bytes) -> bytes:
    return (
        b'{"did":"%s","time_us":%d,"kind":"commit","commit":{"rev":"%s","operation":"create","collection":"%s",'
        b'"rkey":"%s","record":%s}}' % (account.encode(), time, rkey, collection, rkey, record)
    )


def _repost(account: str, time: int, rkey: bytes, uri: bytes) -> bytes:
    record = b'{"$type":"app.bsky.feed.repost","subject":{"uri":"%s"}}' % uri
    return _event(account, time, b"app.bsky.feed.repost", rkey, record)


def _post(account: str, time: int, rkey: bytes, text: bytes, language: bytes, link: bytes, parent: bytes) -> bytes:
    more = b""
    if link:
        more += b',"embed":{"$type":"app.bsky.embed.external","external":{"uri":"%s","title":""}}' % link
    if parent:
        more += b',"reply":{"parent":{"uri":"%s"},"root":{"uri":"%s"}}' % (parent, parent)
    record = b'{"$type":"app.bsky.feed.post","langs":["%s"],"text":"%s"%s}' % (language, text, more)
    return _event(account, time, b"app.bsky.feed.post", rkey, record)
