"""`tocsin follow`: posts as they come, kept and looked at, until it is told to stop."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from tocsin.detect.amplification.live.detector import Live, Parameters, Result
from tocsin.errors import UsageError, WorkspaceError
from tocsin.jobs.folder import held, key_of
from tocsin.jobs.follow.board import Board, Event
from tocsin.jobs.follow.figures import Gauge, append
from tocsin.jobs.follow.kept import Kept, State
from tocsin.jobs.follow.recent import Recent
from tocsin.jobs.follow.told import write_findings, write_page
from tocsin.jobs.follow.warm import warm
from tocsin.jobs.parameters import checked
from tocsin.jobs.scan import declared_accounts
from tocsin.model.arrow import pc, release
from tocsin.model.post import POSTS, Rejected
from tocsin.plugins import load
from tocsin.progress import Progress
from tocsin.settings import Settings
from tocsin.sources.base import ReadOptions
from tocsin.sources.pseudonyms import pseudonym, pseudonymise
from tocsin.sources.stream.base import Chunk, Feed
from tocsin.sources.stream.folder import FolderFeed
from tocsin.sources.stream.jetstream import JetstreamFeed

BATCH_S = 1.5  # posts that come within it are one part
AHEAD = 1 / 3  # of a span: a post stamped later than now by more is set aside, as it would end the span for all others
CELLS = 3  # a span is looked at so often at least, however fast its posts are read
NOTES = 30


@dataclass(frozen=True, slots=True)
class Following:
    """What to follow: a folder or a ws:// address; how long a span is looked at, how often, how long posts are kept
    (None: for ever); a file of accounts that openly act together."""

    where: str
    out: Path
    options: ReadOptions = field(default_factory=ReadOptions)
    format: str | None = None
    span_s: float = 900.0
    every_s: float = 20.0
    keep_s: float | None = 86_400.0
    declared: Path | None = None


def follow(request: Following, settings: Settings, progress: Progress, stopped: Callable[[], bool]) -> State:
    """Follow until `stopped` says so, then look once more; returns what was taken in all.

    Goes on where an earlier run in the folder stopped or was killed. Raises `UsageError` for a wrong option,
    `PartnerError` where the address cannot be reached at the start, `WorkspaceError` where the folder is not a scan
    folder, follows something else, is in use, or cannot be written.
    """
    limits = {"span_s": request.span_s, "every_s": request.every_s, "threads": settings.threads}
    checked(Parameters, limits)  # before a folder is made
    if request.keep_s is not None and request.keep_s < 2 * request.span_s:
        raise UsageError("posts must be kept for two spans at least", hint="give a longer --keep or a shorter --span")
    if "://" not in request.where and request.out.resolve().is_relative_to(Path(request.where).resolve()):
        raise UsageError(
            f"{request.out} is inside {request.where}, and would be followed itself",
            hint="name a folder beside it with --out",
        )
    declared = declared_accounts(request.declared)
    with held(request.out):
        try:
            key = key_of(request.out)
            kept = Kept(request.out, _source(request.where))
            params = checked(Parameters, {**limits, "declared": _pseudonyms(declared, key, request.options)})
            warm(progress)
            desk = Desk(request, kept, key, params, progress)
            feed = _open(request, kept.state)
            try:
                _run(desk, feed, request.every_s, stopped)
            finally:
                feed.close()
            return kept.state
        except OSError as error:
            raise WorkspaceError(
                f"{error.filename or request.out}: {error.strerror or error}",
                hint="free some space, or name another folder with --out; the same command goes on where it stopped",
            ) from error


def _run(desk: Desk, feed: Feed, every_s: float, stopped: Callable[[], bool]) -> None:
    due = time.monotonic() + min(every_s, BATCH_S)
    while not stopped():
        if (chunk := feed.take(BATCH_S)) is not None:
            desk.take(chunk)
        if (begun := time.monotonic()) >= due:
            desk.look()
            now = time.monotonic()
            due = now + max(every_s - (now - begun), now - begun)  # where looks are dear, half of the time is for posts
    desk.look(stopped=True)


class Desk:
    """The posts of a span, looked at; begins with those that earlier runs in the folder kept."""

    def __init__(self, request: Following, kept: Kept, key: bytes, params: Parameters, progress: Progress) -> None:
        self._request, self._kept, self._key, self._progress = request, kept, key, progress
        self._live, self._recent, self._gauge = Live(params, kept.fetch), Recent(), Gauge()
        self._board = Board(request.out, timedelta(seconds=request.span_s))
        self._span_us, self._looked_us = round(request.span_s * 1e6), 0
        self.notes: deque[tuple[datetime, str]] = deque(maxlen=NOTES)
        since = kept.state.newest_us - self._span_us
        for posts in kept.recall(since):
            self._recent.fresh(posts)
            self._live.add(posts)
        self._live.forget(since)
        if self._live.posts:
            progress.note(f"going on with {self._live.posts:,} posts of the last {request.span_s / 60:g} minutes")

    def take(self, chunk: Chunk) -> None:
        """Keep the posts of a chunk, confirm the position, hand the posts to the detector."""
        for note in chunk.notes:
            self._note(note)
        state = self._kept.state
        posts, rejected = self._plausible(chunk)
        late = pc.less(posts["time"].cast(pa.int64()), state.newest_us - self._span_us)
        timely = posts.filter(pc.invert(late))
        fresh = timely.filter(pa.array(self._recent.fresh(timely))) if timely.num_rows else timely
        fresh = fresh.sort_by([("time", "ascending"), ("post", "ascending")]).combine_chunks()
        times = fresh["time"].cast(pa.int64()).to_numpy()
        newest = max(state.newest_us, int(times[-1]) if len(times) else 0)
        first = min(state.first_us or newest, int(times[0])) if len(times) else state.first_us
        after = {
            "position": dict(chunk.position),
            "posts": state.posts + fresh.num_rows,
            "rejected": state.rejected + len(rejected),
            "duplicates": state.duplicates + timely.num_rows - fresh.num_rows,
            "late": state.late + posts.num_rows - timely.num_rows,
            "events": state.events + chunk.events,
            "first_us": first,
            "newest_us": newest,
        }
        self._kept.commit(fresh, rejected, state.model_copy(update=after))
        self._gauge.took(fresh.num_rows, newest, chunk.waiting)
        before = state.newest_us
        for piece in _pieces(fresh, times, self._span_us // CELLS):
            cell = int(piece["time"].cast(pa.int64())[0].as_py()) * CELLS // self._span_us
            passed = before and cell > before * CELLS // self._span_us
            if (
                passed and before - self._looked_us > 2e6 * self._request.every_s
            ):  # posts are read faster than they came
                self.look(before)
            self._live.add(piece)
            before = max(before, int(piece["time"].cast(pa.int64())[-1].as_py()))

    def look(self, at_us: int | None = None, *, stopped: bool = False) -> None:
        """Look at the span that ends at `at_us`, by default at the newest post; tell what is new, changed, ended."""
        begun, now = time.perf_counter(), datetime.now(UTC)
        at_us = self._kept.state.newest_us if at_us is None else at_us
        self._looked_us = at_us
        self._live.forget(at_us - self._span_us)
        self._recent.forget(at_us - self._span_us)
        self._kept.release(at_us - self._span_us)
        result: Result = self._live.look(at_us)
        events = self._board.compare(result.findings, now)
        for event in events:
            self._progress.note(_told(event))
        write_findings(self._request, self._kept.state, self._live, result)
        if self._request.keep_s is not None:
            self._kept.forget(at_us - round(self._request.keep_s * 1e6))
        release()
        figures = self._gauge.read(self._kept.state.posts, self._live.posts, time.perf_counter() - begun)
        append(self._request.out, figures)
        notes = [*((now, text) for text in result.warnings), *reversed(self.notes)]
        write_page(self._request, self._kept.state, self._board.leads, figures, notes, stopped=stopped)

    def _plausible(self, chunk: Chunk) -> tuple[pa.Table, list[Rejected]]:
        """Posts with pseudonyms, but for those from the future, which go to the rows set aside."""
        posts = chunk.posts.combine_chunks()
        ahead = pc.greater(posts["time"].cast(pa.int64()), round(time.time() * 1e6 + AHEAD * self._span_us))
        wrong = posts.filter(ahead).select(["file", "row", "time"]).to_pylist()
        rejected = [Rejected(row["file"], row["row"], f"its time is to come: {row['time']:%F %T}") for row in wrong]
        batches = posts.filter(pc.invert(ahead)).combine_chunks().to_batches()
        named = [pseudonymise(batch, self._key) for batch in batches if len(batch)]
        return pa.Table.from_batches(named, POSTS), [*chunk.rejected, *rejected]

    def _note(self, text: str) -> None:
        self.notes.append((datetime.now(UTC), text))
        self._progress.note(text)


def _pieces(posts: pa.Table, times: Any, step_us: int) -> Iterator[pa.Table]:
    """Posts in order of time, cut where a cell of time ends."""
    edges = np.flatnonzero(np.diff(times // step_us)) + 1
    for begin, end in zip([0, *edges], [*edges, len(times)], strict=True):
        if end > begin:
            yield posts.slice(begin, end - begin)


def _source(where: str) -> str:
    """What names the input in the state: an address, or a folder's full path."""
    return where if "://" in where else str(Path(where).resolve())


def _open(request: Following, state: State) -> Feed:
    if request.where.startswith(("ws://", "wss://")):
        if request.format not in (None, "jetstream") or request.options.mapping:
            raise UsageError("a WebSocket is read as Jetstream's", hint="leave out --format and --map")
        return JetstreamFeed(request.where, request.options, state.position)
    if not Path(request.where).is_dir():
        raise UsageError(f"{request.where}: no such folder", hint="name a folder, or an address that begins with ws://")
    return FolderFeed(Path(request.where), request.options, request.format, state.position)


def _pseudonyms(accounts: list[str], key: bytes, options: ReadOptions) -> tuple[str, ...]:
    """The pseudonyms that declared accounts have on any platform of a known format."""
    platforms = {getattr(source, "platform", None) for source in load("sources").values()} | {None, options.platform}
    return tuple(sorted({pseudonym(key, platform, one) for platform in platforms for one in accounts}))


def _told(event: Event) -> str:
    return f"{event.time:%H:%M:%S} {event.event}: {event.lead} ({event.standing}): {event.title}"
