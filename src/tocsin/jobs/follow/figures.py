"""How a live desk is doing: rate, lag, memory, handles; a line in figures.jsonl for each look."""

from __future__ import annotations

import os
import time
from collections import deque
from pathlib import Path

import orjson

from tocsin.model.finding import Record

FIGURES = "figures.jsonl"
FIGURES_BYTES = 16 << 20  # from which the file is put aside; one such is kept
_MINUTE_S = 60.0


class Figures(Record):
    """One line. `lag_s`: by how much the newest posts of the last minute were behind the clock when they were kept,
    at worst (None: the input's times are not of today); `waiting_bytes` are known to be there and not read yet."""

    time: float
    posts: int
    held: int
    rate: float
    lag_s: float | None
    waiting_bytes: int
    look_s: float
    cpu_s: float
    memory_mb: float
    handles: int


class Gauge:
    """Measures while posts are taken."""

    def __init__(self) -> None:
        self._taken: deque[tuple[float, int, float]] = deque()  # when, posts, lag
        self.waiting = 0

    def took(self, posts: int, newest_us: int, waiting: int) -> None:
        """A chunk was kept; `newest_us` is the time of its newest post."""
        now = time.time()
        self.waiting = waiting
        self._taken.append((now, posts, now - newest_us / 1e6))
        while self._taken[0][0] < now - _MINUTE_S:
            self._taken.popleft()

    def read(self, posts: int, held: int, look_s: float) -> Figures:
        """The figures of now."""
        now = time.time()
        taken = [row for row in self._taken if row[0] >= now - _MINUTE_S]
        lags = [lag for _, rows, lag in taken if rows and lag < 86_400]
        over_s = max(now - taken[0][0], 1.0) if taken else _MINUTE_S
        return Figures(
            time=now,
            posts=posts,
            held=held,
            rate=sum(rows for _, rows, _ in taken) / over_s,
            lag_s=max(lags, default=None),
            waiting_bytes=self.waiting,
            look_s=look_s,
            cpu_s=time.process_time(),
            memory_mb=_memory_mb(),
            handles=sum(1 for _ in Path("/dev/fd").iterdir()) if Path("/dev/fd").is_dir() else 0,
        )


def append(out: Path, figures: Figures) -> None:
    """Add a line to figures.jsonl."""
    path = out / FIGURES
    if path.exists() and path.stat().st_size > FIGURES_BYTES:
        path.replace(path.with_name("figures.1.jsonl"))
    with path.open("ab") as file:
        file.write(orjson.dumps(figures.model_dump(), option=orjson.OPT_APPEND_NEWLINE))


def _memory_mb() -> float:
    """Memory that the process holds; where the system does not tell it, the most it has held."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
