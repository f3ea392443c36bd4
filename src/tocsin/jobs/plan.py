"""What a scan will cost, told before it runs: exact counts, bounds, and estimates with their intervals.

The files are read and numbered as the scan would; pairs are counted without being made. What grows faster than that is
told from a pilot: the scan itself on nested slices of whole time of the very posts, ever larger, and the law by which
each step grows (`plan_calibration`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import narwhals as nw
import numpy as np
import pyarrow as pa

from tocsin.detect.amplification.coordination import Parameters
from tocsin.detect.amplification.incidence import Numbered
from tocsin.errors import UsageError
from tocsin.jobs.folder import held
from tocsin.jobs.parameters import checked
from tocsin.jobs.plan_calibration import Calibration, calibration, measurements, parts
from tocsin.jobs.plan_runs import FILES, SHARES, TESTING, WARM, Meter, Run, Size, Start, worker
from tocsin.jobs.plan_survey import LayerCount, Outlook, count, fill, numbered, outlook, sampled
from tocsin.jobs.posts import read_posts
from tocsin.jobs.request import Request
from tocsin.model.post import POSTS
from tocsin.progress import Progress, Silent
from tocsin.settings import Settings
from tocsin.sources.shared import is_url
from tocsin.stats.growth import LEVEL, Estimate, Law, extrapolate, total

PILOT_S, PILOT_SHARE = 8.0, 0.12  # a pilot takes at most this many CPU-seconds, or this share of the whole
_SMALLEST, _NEXT = 4_000, 2.4  # posts of the first slice; a slice twice as large costs about so much more
_BEGIN = "Starting the program"
_MEMORY = Law(1.0, 0.1, 0.1)
#: So many posts from the one of that number on, in the order of time.
Cut: TypeAlias = Callable[[int, int], pa.Table]
_Read: TypeAlias = tuple[Numbered, Cut, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Stage:
    """CPU-seconds of one step with a 90 % interval; `measured` on these posts, else told from the pilot."""

    name: str
    cpu_s: Estimate
    measured: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one set of windows comes to; without stages and costs where it would be refused."""

    seen: Outlook
    stages: tuple[Stage, ...] = ()
    cpu_s: Estimate | None = None
    memory_mib: Estimate | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What was counted and told: the windows asked for first, then others."""

    posts: int
    accounts: int
    memory_mb: int
    layers: tuple[LayerCount, ...]
    outcomes: tuple[Outcome, ...]
    shuffled_bytes: int
    pilot_posts: tuple[int, ...]
    spent_cpu_s: float
    calibrated: str


@dataclass(frozen=True, slots=True)
class _Known:
    """What stages are told from: measured steps, runs of the pilot, and what a scan takes whatever its size."""

    measured: Mapping[str, float]
    runs: Sequence[Run]
    start: Start
    calibration: Calibration


def plan(request: Request, settings: Settings, progress: Progress | None = None, *, anew: bool = False) -> Plan:
    """Count what the scan that `request` describes would do and estimate what it takes; what is read into `request.out`
    is not read again by a scan into the same folder.

    `anew` measures the machine again. On an engine posts are read, numbered and kept there; the CPU-seconds are those
    of a scan in memory. Raises as `jobs.scan.scan` does for wrong options and files, and where numbers do not fit into
    memory; what else the scan would refuse is told in the plan.
    """
    progress = progress or Silent()
    params = checked(Parameters, {**request.params, "memory_mb": settings.memory_mb, "threads": settings.threads})
    machine = calibration(settings, progress, anew=anew)
    with ExitStack() as opened:
        opened.enter_context(held(request.out))
        data, cut, measured = (_here if request.engine is None else _there)(request, params, settings, opened, progress)
        sets = _others(params)
        counts = count(data, sorted({window for one in sets for window in one.windows_s}))
        seen = _outlooks(data, counts, sets, progress)
        known = _pilot(data, cut, params, settings, machine, measured, seen[0], progress)
    return Plan(
        posts=data.n,
        accounts=len(data.accounts),
        memory_mb=settings.memory_mb,
        layers=counts,
        outcomes=tuple(_outcome(data, one, known) for one in seen),
        shuffled_bytes=_shuffled(counts, params.windows_s),
        pilot_posts=tuple(run.size.posts for run in known.runs),
        spent_cpu_s=sum(measured.values()) + sum(sum(run.cpu_s.values()) for run in known.runs),
        calibrated=f"{machine.made:%Y-%m-%d %H:%M}",
    )


def _here(request: Request, params: Parameters, settings: Settings, opened: ExitStack, progress: Progress) -> _Read:
    """The posts in memory; reading and numbering measured."""
    if any(map(is_url, request.paths)):
        raise UsageError("a URL is read on an engine", hint="name one: --engine embedded, or sc://host:port")
    meter = Meter(progress)
    posts = read_posts(request, meter)[0].posts()
    meter.start("Loading what is compiled")  # in the scan it is part of starting
    _tie(numbered(posts.slice(0, WARM), params.layers, Silent()), params)
    data = numbered(posts, params.layers, meter)
    del posts
    _tie(data, params)
    measured = {step: seconds for step, seconds in meter.stop().items() if step in (FILES, SHARES)}
    columns = [name for name in POSTS.names if name not in ("file", "row")]
    return data, lambda first, size: data.rows(columns, np.arange(first, first + size)), measured


def _there(request: Request, params: Parameters, settings: Settings, opened: ExitStack, progress: Progress) -> _Read:
    """The posts on the engine, brought here as numbers; what its workers do is not measured."""
    from tocsin.detect.amplification.remote import Remote
    from tocsin.jobs.posts_on import POSTS_TABLE, There
    from tocsin.jobs.scan import supplied

    supply, _ = supplied(request, settings, opened, progress)
    assert isinstance(supply, There)
    engine = supply.engine
    data = Remote(engine, POSTS_TABLE, params.layers, settings.memory_mb, progress)
    epoch = datetime(1970, 1, 1, tzinfo=UTC)

    def cut(first: int, size: int) -> pa.Table:
        begin, end = (epoch + timedelta(microseconds=int(data.time[at])) for at in (first, first + size - 1))
        return engine.collect(engine.scan(POSTS_TABLE).filter(nw.col("time") >= begin, nw.col("time") <= end))

    return data, cut, {}


def _tie(data: Numbered, params: Parameters) -> None:
    """What the scan's step does beside numbering, for its cost: the preflight, and the network of joint posts."""
    from tocsin.detect.amplification.contacts import Contacts

    if not outlook(data, count(data, params.windows_s), params).refused:
        Contacts(data, params.windows_us)


def _others(params: Parameters) -> list[Parameters]:
    """The parameters with the windows asked for, half and twice as long, and the detector's own; each once."""
    longest = 86_400.0  # the detector takes no longer window
    asked = params.windows_s
    half, double = tuple(w / 2 for w in asked), tuple(sorted({min(2 * w, longest) for w in asked}))
    own = Parameters.model_fields["windows_s"].default
    return [params.model_copy(update={"windows_s": windows}) for windows in dict.fromkeys((asked, half, double, own))]


def _outlooks(
    data: Numbered, counts: Sequence[LayerCount], sets: Sequence[Parameters], progress: Progress
) -> list[Outlook]:
    progress.start("Counting what pairs would be made", len(counts) + len(sets))
    seen = [outlook(data, counts, one) for one in sets]
    allowed = sorted({window for one in seen if not one.refused for window in one.windows_s})
    samples = {}
    for one in counts if allowed else ():
        samples[one.layer] = sampled(data, one, allowed, sets[0].threads)
        progress.advance()
    filled = []
    for look in seen:
        filled.append(look if look.refused else fill(data, look, samples))
        progress.advance()
    return filled


def _size(data: Numbered, seen: Outlook) -> Size:
    edges = sum(sum(of_layer) for of_layer in seen.edges.values())
    return Size(posts=data.n, shares=len(data.all.obj), joint_posts=seen.joint_posts, edges=edges)


def _pilot(
    data: Numbered,
    cut: Cut,
    params: Parameters,
    settings: Settings,
    machine: Calibration,
    measured: Mapping[str, float],
    seen: Outlook,
    progress: Progress,
) -> _Known:
    """Scan ever larger slices from the middle, until the next would be over what a pilot may take."""
    runs: list[Run] = []
    if seen.refused:
        return _Known(measured, runs, machine.start, machine)
    given: dict[str, Any] = params.model_dump(include={"windows_s", "layers"})
    sizes = [data.n >> k for k in range(10, 0, -1) if data.n >> k >= _SMALLEST] or [-(-data.n // 2)]
    progress.start("Scanning ever larger slices", None)
    with worker(settings) as process:
        known = _Known(measured, runs, process.begin(cut((data.n - sizes[0]) // 2, sizes[0]), given), machine)
        for size in sizes:
            runs.append(process.run(cut((data.n - size) // 2, size), given))
            progress.advance()
            spent, last = (sum(sum(run.cpu_s.values()) for run in some) for some in (runs, runs[-1:]))
            whole = _cost(_stages(_size(data, seen), known)).value
            if spent + _NEXT * last > max(PILOT_S, PILOT_SHARE * whole):
                break
    return known


def _outcome(data: Numbered, seen: Outlook, known: _Known) -> Outcome:
    if seen.refused or not known.runs:
        return Outcome(seen)
    size = _size(data, seen)
    stages = _stages(size, known)
    return Outcome(seen, stages, _cost(stages), _memory(size, known))


def _stages(size: Size, known: _Known) -> tuple[Stage, ...]:
    """The steps of a scan in their order: those measured as they were, the others told from the pilot."""
    stages = [Stage(_BEGIN, _near(known.start.before_s, known.calibration.law(FILES)), True)]
    for name in known.runs[-1].cpu_s:
        law = known.calibration.law(name)
        if name in known.measured:
            stages.append(Stage(name, _near(known.measured[name], law), True))
            continue
        sizes, costs, floor = measurements(name, known.runs, known.start)
        told = extrapolate(sizes, costs, size.of(name), law, floor)
        times, fixed = parts(size.posts) if name == TESTING else 1, known.start.cpu_s.get(name, 0.0)
        cost = Estimate(*(fixed + value * times for value in (told.value, told.low, told.high)))
        stages.append(Stage(name, cost, False))
    return tuple(stages)


def _near(seconds: float, law: Law) -> Estimate:
    """What was measured once, as it may come out the next time."""
    return Estimate(seconds, seconds / (1 + LEVEL * law.noise), seconds * (1 + LEVEL * law.noise))


def _cost(stages: Sequence[Stage]) -> Estimate:
    return total([stage.cpu_s for stage in stages])


def _memory(size: Size, known: _Known) -> Estimate | None:
    """The peak of the whole process, from those of all measured runs: bytes a share or an edge differ little between
    machines and data, but small runs hide them. None where the system does not tell peaks."""
    held = []
    for start, runs in ((known.calibration.start, known.calibration.runs), (known.start, known.runs)):
        held += [(run.size.of(SHARES) + run.size.edges, run.peak_mib - start.peak_mib) for run in runs if run.peak_mib]
    if not held:
        return None
    sizes, more_mib = [work for work, _ in held], [max(mib, 1.0) for _, mib in held]
    more = extrapolate(sizes, more_mib, size.of(SHARES) + size.edges, _MEMORY, 20.0)
    return Estimate(*(known.start.peak_mib + value for value in (more.value, more.low, more.high)))


def _shuffled(counts: Sequence[LayerCount], windows_s: Sequence[float]) -> int:
    """Most bytes that counting all layers on an engine moves between its parts."""
    from tocsin.detect.amplification.counting import LEAST_GROUPS, MAX_PARTITION_ROWS
    from tocsin.engine.preflight import shuffled_bytes

    moved = 0
    for one in counts:
        row_pairs = max(window.row_pairs for window in one.windows if window.window_s in windows_s)
        groups = max(LEAST_GROUPS, -(-2 * one.shares // MAX_PARTITION_ROWS))
        moved += shuffled_bytes(one.shares, row_pairs, groups=groups)
    return moved
