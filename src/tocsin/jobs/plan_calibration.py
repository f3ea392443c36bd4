"""How costs grow on this machine: short scans of simulated elections, measured once and kept in the user's cache."""

from __future__ import annotations

import hashlib
import os
import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, ValidationError

import tocsin
from tocsin import __version__
from tocsin.jobs.plan_runs import TESTING, Run, Start, worker
from tocsin.progress import Progress
from tocsin.settings import Settings
from tocsin.stats.growth import Law, learn

#: Ordinary posts and seed of the simulated election, the parts of it that are scanned (halved so often), and the
#: windows beside the default.
ELECTION = (100_000, 101)
_HALVED = (4, 3, 2, 1, 0)
_OTHER_WINDOWS: tuple[tuple[float, ...], ...] = ((5.0, 30.0, 150.0), (20.0, 120.0, 600.0))
_WITH_OTHERS = 2
#: A step's slope on other data may differ by this from that on simulated data.
DOUBT = 0.15
FLOOR_S, _LEAST_S = 0.05, 0.005  # how far a measured step may be off whatever its size; the least that is told


class Calibration(BaseModel):
    """What was measured, on which machine, by which version and code."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    machine: str
    tocsin: str
    code: str
    made: datetime
    start: Start
    runs: tuple[Run, ...]

    def law(self, step: str) -> Law:
        """How the cost of a step grows."""
        return learn(*measurements(step, self.runs, self.start), doubt=DOUBT)


def measurements(step: str, runs: Sequence[Run], start: Start) -> tuple[list[float], list[float], float]:
    """Sizes, costs and floor of a step for `stats.growth`: CPU-seconds over what it takes whatever the size; of the
    test on left-out content those of one part, since small data are dealt oftener."""
    fixed = start.cpu_s.get(step, 0.0)
    sizes, costs = [], []
    for run in runs:
        if step in run.cpu_s:
            times = parts(run.size.posts) if step == TESTING else 1
            sizes.append(run.size.of(step))
            costs.append(max(run.cpu_s[step] - fixed, _LEAST_S) / times)
    return sizes, costs, FLOOR_S / (parts(runs[-1].size.posts) if step == TESTING else 1)


def parts(posts: int) -> int:
    """How many parts the test on left-out content has."""
    from tocsin.detect.amplification.contacts import PARTS
    from tocsin.detect.amplification.coordination import splits

    return splits(posts) * PARTS


def calibration(settings: Settings, progress: Progress, *, anew: bool = False) -> Calibration:
    """The one that is kept if it is of this machine, version and code and not asked for `anew`; else measured and kept.
    A cache that cannot be written is passed over: the next plan measures again."""
    path = _folder() / "calibration.json"
    kept = None if anew else _kept(path)
    if kept and (kept.machine, kept.tocsin, kept.code) == (_machine(settings), __version__, _code()):
        return kept
    made = _measure(settings, progress)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{os.getpid()}")
        part.write_text(made.model_dump_json(indent=1), encoding="utf-8")
        part.replace(path)
    except OSError as error:
        progress.note(f"{path}: cannot be kept: {error.strerror or error}")
    return made


def _kept(path: Path) -> Calibration | None:
    try:
        return Calibration.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def _measure(settings: Settings, progress: Progress) -> Calibration:
    progress.start("Measuring this machine, once", len(_HALVED) + len(_OTHER_WINDOWS))
    posts = _election(*ELECTION)
    runs: list[Run] = []
    with worker(settings) as process:
        start = process.begin(posts, {})
        for halved in _HALVED:
            size = posts.num_rows >> halved
            part = posts.slice((posts.num_rows - size) // 2, size)
            for windows in ((), *(_OTHER_WINDOWS if halved == _WITH_OTHERS else ())):
                runs.append(process.run(part, {"windows_s": windows} if windows else {}))
                progress.advance()
    return Calibration(
        machine=_machine(settings),
        tocsin=__version__,
        code=_code(),
        made=datetime.now(UTC),
        start=start,
        runs=tuple(runs),
    )


def _election(posts: int, seed: int) -> pa.Table:
    """A simulated election in the order of time."""
    from tocsin.simulate.election import Election, ElectionParams

    return pa.concat_tables(Election(ElectionParams(posts=posts, seed=seed)).batches()).sort_by("time")


def _folder() -> Path:
    """Where the user's programs keep what can be made again."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "tocsin"


def _machine(settings: Settings) -> str:
    told = (platform.node(), platform.system(), platform.machine(), _processor(), str(settings.threads))
    return hashlib.sha256("\0".join(told).encode()).hexdigest()[:16]


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    names = [line for line in info.read_text().splitlines() if line.startswith("model name")] if info.exists() else []
    return names[0] if names else platform.processor()


@cache
def _code() -> str:
    """A digest of the code whose cost is measured."""
    root = Path(tocsin.__file__).parent
    digest = hashlib.sha256()
    for folder in ("detect/amplification", "kernels", "stats"):
        for path in sorted((root / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
