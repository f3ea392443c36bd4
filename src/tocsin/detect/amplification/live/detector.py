"""amplification.live: which accounts act together now, over a sliding span of a stream."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from tocsin.model.arrow import pc, positions
from tocsin.model.finding import Finding
from tocsin.model.tables import EDGES, EVIDENCE
from tocsin.progress import Progress, Silent

#: Whole posts by their numbers (int64, ascending), in that order; schema `POSTS`.
Fetch = Callable[[Any], pa.Table]


class Parameters(BaseModel):
    """What a user may set; all of it is stored with the findings."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    span_s: float = Field(default=900.0, ge=60, le=3600, description="How far back posts are compared, in seconds.")
    window_s: float = Field(default=60.0, gt=0, le=600, description="Seconds within which two posts count as together.")
    every_s: float = Field(
        default=20.0, ge=1, le=3600, description="Seconds between two looks; alpha is shared out over the looks."
    )
    objects: int = Field(
        default=3, ge=2, le=100, description="Distinct things that two accounts must share, on as many occasions."
    )
    alpha: float = Field(
        default=0.05, gt=0, lt=1, description="Chance of a false tie in an hour where nobody acts together."
    )
    max_posts: int = Field(default=5_000_000, ge=1000, description="The most posts that are held; the newest stay.")
    declared: tuple[str, ...] = Field(
        default=(), description="Accounts that openly act together, such as a campaign's own."
    )
    threads: int = Field(default=2, ge=1, exclude=True, description="Threads used for counting.")

    @property
    def alpha_look(self) -> float:
        """The part of alpha that one look may spend: equal parts for all looks of an hour (Bonferroni)."""
        return self.alpha * min(self.every_s / 3600, 1.0)


@dataclass(frozen=True, slots=True)
class Result:
    """What a look gives: findings, strongest first; the ties inside them and their posts (schemas `EDGES`,
    `EVIDENCE`); what the user should know."""

    findings: tuple[Finding, ...]
    edges: pa.Table
    evidence: pa.Table
    warnings: tuple[str, ...] = ()


class Live:
    """A span of a stream, and what can be said of it at any moment.

    Posts may come in any order and in batches of any size: a look depends only on which posts were added. They are
    numbered from 0 as they are added; `fetch` gives them back whole, since texts and names are not held. A post
    stamped later than a look waits for the look after its time.
    """

    def __init__(self, params: Parameters, fetch: Fetch) -> None:
        from tocsin.detect.amplification.live.held import Part

        self.params, self._fetch = params, fetch
        self._parts: list[Part] = []
        self._next = 0
        self.posts = 0

    def add(self, posts: pa.Table) -> int:
        """Take in posts (schema `POSTS`); returns the number of the first. Those older than what was forgotten are
        held until `forget` is called again, and no look within the span sees them."""
        from tocsin.detect.amplification.live.held import read_part

        first = self._next
        self._next += posts.num_rows
        if posts.num_rows:
            self._parts.append(read_part(posts, first))
            self.posts += posts.num_rows
        if self.posts > 1.25 * self.params.max_posts:
            self._forget_beyond(self.params.max_posts)
        return first

    @property
    def accounts(self) -> int:
        """How many accounts the posts that are held are by."""
        return int(pc.count_distinct(pa.chunked_array([part.account for part in self._parts], pa.uint64())).as_py())

    def forget(self, before_us: int) -> None:
        """Let go of posts of this time and earlier (microseconds since 1970)."""
        kept = []
        for part in self._parts:
            keep = part.time > before_us
            if keep.any():
                kept.append(part if keep.all() else part.but(keep))
        self._parts = kept
        self.posts = sum(len(part.number) for part in kept)

    def _forget_beyond(self, most: int) -> None:
        times = np.concatenate([part.time for part in self._parts])
        self.forget(int(np.partition(times, len(times) - most)[len(times) - most]) - 1)

    def look(self, now_us: int, progress: Progress | None = None) -> Result:
        """Groups that act together in the span that ends at `now_us` (microseconds since 1970)."""
        from tocsin.detect.amplification.live import findings, ties
        from tocsin.detect.amplification.live.held import Part
        from tocsin.detect.amplification.live.snapshot import Snapshot

        params, progress = self.params, progress or Silent()
        if not self._parts:
            return Result((), EDGES.empty_table(), EVIDENCE.empty_table())
        progress.start("Comparing accounts", None)
        span_us, window_us = round(params.span_s * 1e6), round(params.window_s * 1e6)
        self._parts = [Part.join(self._parts)]
        data = Snapshot(self._parts[0], now_us - span_us, now_us, params.max_posts)
        found = ties.find(data, window_us, span_us, params.objects, params.alpha_look, params.threads)
        label = ties.groups(found, len(data.accounts))
        leads = ties.fast(data, label, params.alpha)
        return findings.describe(data, found, label, leads, params, DETECTOR, self._fetch)


def batch(posts: pa.Table, params: Parameters | None = None, now_us: int | None = None) -> Result:
    """A single look over posts (schema `POSTS`) at `now_us`, or at the time of the last: what `Live` says after all of
    them were added."""
    live = Live(params or Parameters(), lambda numbers: posts.take(positions(numbers)))
    live.add(posts)
    if now_us is None:
        now_us = int(posts.column("time").cast(pa.int64()).to_numpy().max(initial=0))
    return live.look(now_us)


class Detector:
    """What the registry holds of it; `Live` does the work."""

    id = "amplification.live"
    version = "1"
    title = "Accounts that act together now"
    reads = "stream"
    params = Parameters


DETECTOR = Detector()
