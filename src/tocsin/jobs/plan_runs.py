"""Short scans that are measured: CPU-seconds of every step, peak of memory, and the size of the work."""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict

from tocsin.progress import Progress, Silent
from tocsin.settings import Settings

FILES = "Reading the files"
SHARES = "Reading what posts share"
TESTING = "Testing groups on content they were not found on"
EDGES = "Counting pairs of accounts"
WRITING = "Writing what was found"
WARM = 3_000  # posts of a first run, which loads what is compiled


class Size(BaseModel):
    """How much work there is: posts, shares, pairs of posts that make ties, rows of edges."""

    model_config = ConfigDict(frozen=True)

    posts: int
    shares: int
    joint_posts: int
    edges: int

    def of(self, step: str) -> float:
        """What the step's cost grows with; at least 1."""
        work = {FILES: self.posts, EDGES: self.edges + self.shares, WRITING: self.edges + self.posts}
        return float(max(work.get(step, self.shares + self.joint_posts), 1))


class Run(BaseModel):
    """One measured scan: CPU-seconds by step, peak of the process in MiB (None where the system does not tell)."""

    model_config = ConfigDict(frozen=True)

    size: Size
    cpu_s: dict[str, float]
    peak_mib: float | None


class Meter:
    """A listener that adds up the processor time of each step, all threads together, and passes on what it hears."""

    def __init__(self, heard: Progress | None = None) -> None:
        self.cpu_s: dict[str, float] = {}
        self._heard = heard or Silent()
        self._step, self._since = "", time.process_time()

    def start(self, step: str, total: int | None = None) -> None:
        """Close the present step and open the next; files are one step."""
        self._close()
        self._step = FILES if step.startswith("reading ") else step
        self._heard.start(step, total)

    def advance(self, amount: int = 1) -> None:
        """Pass on."""
        self._heard.advance(amount)

    def note(self, text: str) -> None:
        """Pass on."""
        self._heard.note(text)

    def stop(self) -> dict[str, float]:
        """Close the present step; the CPU-seconds of all."""
        self._close()
        return {step: max(seconds, 1e-3) for step, seconds in self.cpu_s.items()}

    def _close(self) -> None:
        now = time.process_time()
        if self._step:
            self.cpu_s[self._step] = self.cpu_s.get(self._step, 0.0) + now - self._since
        self._since = now


def peak_mib() -> float | None:
    """The most memory this process has held so far; None where the system does not tell."""
    if sys.platform == "win32":
        return None
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (2**20 if sys.platform == "darwin" else 2**10)


def _scan(file: str, params: Mapping[str, Any], settings: Settings) -> tuple[dict[str, float], int, pa.Table]:
    """Scan one file of posts in this process, into a folder that is thrown away: CPU-seconds by step, rows of edges,
    the posts as read."""
    from tocsin.jobs.request import Request
    from tocsin.jobs.scan import scan

    meter = Meter()
    with TemporaryDirectory() as folder:
        request = Request((file,), Path(folder) / "out", params=params, keep_accounts=True)
        summary = scan(request, settings, meter)
        seconds = meter.stop()
        posts = pq.read_table(Path(folder) / "out" / "posts" / "00001.parquet")
    return seconds, sum(layer.edges for layer in summary.layers), posts


def measured(file: str, params: Mapping[str, Any], settings: Settings) -> Run:
    """Scan one file of posts and count what decided its cost."""
    from tocsin.detect.amplification.coordination import Parameters
    from tocsin.jobs.plan_survey import joint_posts, numbered

    seconds, edges, posts = _scan(file, params, settings)
    peak = peak_mib()
    given = Parameters(**params)
    data = numbered(posts, given.layers, Silent())
    joint = joint_posts(data, int(given.windows_us[-1]))
    size = Size(posts=data.n, shares=len(data.all.obj), joint_posts=joint, edges=edges)
    return Run(size=size, cpu_s=seconds, peak_mib=peak)


class Start(BaseModel):
    """What a scan takes whatever its size: CPU-seconds before its first step and of each step, peak in MiB."""

    model_config = ConfigDict(frozen=True)

    before_s: float
    cpu_s: dict[str, float]
    peak_mib: float


def _begun(file: str, params: Mapping[str, Any], settings: Settings) -> Start:
    """Scan a small file twice: what the first took more was loading."""
    _scan(file, params, settings)
    spent, peak = time.process_time(), peak_mib()
    seconds, _, _ = _scan(file, params, settings)
    return Start(before_s=max(spent - sum(seconds.values()), 0.0), cpu_s=seconds, peak_mib=peak or 0.0)


class Worker:
    """One process of its own in which files are scanned one after the other, ascending in size, since the system tells
    only the highest peak of a process."""

    def __init__(self, pool: ProcessPoolExecutor, folder: Path, settings: Settings) -> None:
        self._pool, self._folder, self._settings = pool, folder, settings

    def begin(self, posts: pa.Table, params: Mapping[str, Any]) -> Start:
        """Load all that a scan loads, on the first of these posts."""
        file = self._write(posts.slice(0, WARM))
        return self._pool.submit(_begun, file, params, self._settings).result()

    def run(self, posts: pa.Table, params: Mapping[str, Any]) -> Run:
        """Scan these posts."""
        return self._pool.submit(measured, self._write(posts), params, self._settings).result()

    def _write(self, posts: pa.Table) -> str:
        path = self._folder / "posts.parquet"
        pq.write_table(posts.drop_columns([name for name in ("file", "row") if name in posts.column_names]), path)
        return str(path)


@contextmanager
def worker(settings: Settings) -> Iterator[Worker]:
    """A worker, ended with all it wrote."""
    with TemporaryDirectory() as folder, ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        yield Worker(pool, Path(folder), settings)
