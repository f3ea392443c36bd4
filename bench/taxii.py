"""The TAXII server under load: a collection of 100,000 objects read whole, 10,000 objects posted in one body.

    python bench/taxii.py

`tocsin serve` runs as a process of its own; CPU-seconds are that process's. Objects are indicators of about 540 bytes.
A page's cost by depth is the median of 30 pages at each place. Where TOCSIN_OPENTAXII names a Python with OpenTAXII
(tests/share/taxii/foreign.py says how), it takes and gives 2,000 objects in the same run.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

import httpx2
import orjson
import psutil

from common import ROOT, markdown, write
from tocsin.model.people import ROLES, Actor
from tocsin.share.taxii import accounts
from tocsin.share.taxii.media import TAXII
from tocsin.store import exchange
from tocsin.store.workspace import Workspace

sys.path.append(str(ROOT))
from tests.share.taxii import foreign

HELD, POSTED, PART, SAMPLES = 100_000, 10_000, 10_000, 30
OTHERS = 2_000  # its time for one page grows with what it holds
BENCH = Actor(id="bench", roles=frozenset(ROLES))


def indicator(chance: random.Random) -> dict[str, Any]:
    """An object of about 540 bytes."""
    stamp = f"2025-01-{chance.randrange(1, 29):02}T00:00:00.000Z"
    return {
        "type": "indicator",
        "spec_version": "2.1",
        "id": f"indicator--{UUID(int=chance.getrandbits(128), version=4)}",
        "created_by_ref": "identity--0d8f5f3a-6a3e-4d0c-9b7e-5a1d2c3b4a5f",
        "created": stamp,
        "modified": stamp,
        "name": f"A site that imitates an outlet, {chance.getrandbits(64):016x}",
        "description": "Seen in the weeks before the vote. " * 3,
        "pattern": f"[domain-name:value = '{chance.getrandbits(64):016x}.example']",
        "pattern_type": "stix",
        "valid_from": stamp,
        "object_marking_refs": ["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"],
    }


class Served:
    """A server's process, its API root, and a client."""

    def __init__(self, process: int, root: str, auth: tuple[str, str], collection: str) -> None:
        self._process = psutil.Process(process)
        self.root, self.here = root, f"{root}collections/{collection}/objects/"
        self.http = httpx2.Client(auth=auth, headers={"Accept": TAXII, "Accept-Encoding": "identity"}, timeout=900)

    def cpu(self) -> float:
        """CPU-seconds of the server until now."""
        used = self._process.cpu_times()
        return used.user + used.system

    def read(self, limit: int, **headers: str) -> dict[str, float]:
        """The whole collection by `next`; objects per CPU-second and per second."""
        began, start, count = self.cpu(), time.perf_counter(), 0
        params: dict[str, Any] = {"limit": limit}
        while True:
            told = orjson.loads(self.http.get(self.here, params=params, headers=headers).content)
            count += len(told["objects"])
            if not told.get("more"):
                break
            params["next"] = told["next"]
        used, wall = self.cpu() - began, time.perf_counter() - start
        return {"objects": count, "objects per CPU-s": count / used, "objects per s": count / wall}

    def depth(self, after: str, limit: int = 100) -> dict[str, float]:
        """One page, again and again: CPU and median wall time in milliseconds."""
        began, walls = self.cpu(), []
        for _ in range(SAMPLES):
            start = time.perf_counter()
            self.http.get(self.here, params={"limit": limit, "added_after": after})
            walls.append(1000 * (time.perf_counter() - start))
        return {"ms": median(walls), "CPU ms": 1000 * (self.cpu() - began) / SAMPLES}

    def post(self, objects: list[dict[str, Any]]) -> dict[str, float]:
        """One body: seconds until it is acknowledged, and objects per CPU-second until all are in."""
        body = orjson.dumps({"objects": objects})
        began, start = self.cpu(), time.perf_counter()
        status = self.http.post(self.here, content=body, headers={"Content-Type": TAXII}).json()
        told, acknowledged = time.perf_counter() - start, self.cpu() - began
        while status["status"] == "pending":
            time.sleep(0.05)
            status = self.http.get(f"{self.root}status/{status['id']}/").json()
        assert status["success_count"] == len(objects), status
        used = self.cpu() - began
        return {
            "acknowledged after, s": told,
            "acknowledged with, CPU-s": acknowledged,
            "all in after, s": time.perf_counter() - start,
            "objects per CPU-s": len(objects) / used,
        }


@contextmanager
def tocsin(folder: Path) -> Iterator[tuple[Served, Served, list[str]]]:
    """A workspace with two collections, one filled, behind `tocsin serve`; and dates at three depths of it."""
    workspace, chance = Workspace.create(folder, "Bench"), random.Random(1)
    full, empty = (accounts.open_collection(workspace, BENCH, t, "bench", writable=True).id for t in ("full", "empty"))
    _, token = accounts.open_account(workspace, BENCH, "bench", (full, empty), (full, empty))
    for _ in range(HELD // PART):
        with workspace.write("bench", "fill") as writer:
            exchange.add(writer, full, [exchange.given(indicator(chance)) for _ in range(PART)])
    with workspace.read() as reader:
        rows = exchange.page(reader, full, exchange.EVERY, -1, HELD, bodies=False).rows
    places = [exchange.moment(rows[at].added) for at in (0, HELD // 2, HELD - 101)]
    workspace.close()
    command = [Path(sys.executable).parent / "tocsin", "serve", str(folder), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().rpartition(": ")[2].strip()
        time.sleep(2)
        made = [Served(process.pid, f"{address}taxii2/exchange/", ("bench", token), one) for one in (full, empty)]
        yield made[0], made[1], places
        process.terminate()


def measure_tocsin(folder: Path) -> dict[str, Any]:
    """All figures of ours."""
    with tocsin(folder) as (full, empty, places):
        found: dict[str, Any] = {f"read, page {limit}": full.read(limit) for limit in (100, 1000)}
        found["read, page 1000, gzip"] = full.read(1000, **{"Accept-Encoding": "gzip"})
        names = ("first page of 100", "page in the middle", "last page of 100")
        found |= {name: full.depth(after) for name, after in zip(names, places, strict=True)}
        chance = random.Random(2)
        found["post"] = empty.post([indicator(chance) for _ in range(POSTED)])
        return found


def measure_opentaxii(folder: Path) -> dict[str, Any]:
    """The same of OpenTAXII, with the objects that it can take."""
    chance = random.Random(2)
    with foreign.running("opentaxii", folder) as (url, process):
        auth = (foreign.USER, foreign.PASSWORD)
        http = httpx2.Client(auth=auth, headers={"Accept": TAXII})
        root = str(httpx2.URL(url).join(http.get(url).json()["default"]))
        one = Served(process.pid, root, auth, http.get(root + "collections/").json()["collections"][0]["id"])
        found: dict[str, Any] = {"post": one.post([indicator(chance) for _ in range(OTHERS)])}
        return found | {f"read, page {limit}": one.read(limit) for limit in (100, 1000)}


def main() -> None:
    """Measure, print, keep."""
    results: dict[str, Any] = {"load before": os.getloadavg()[0]}
    with tempfile.TemporaryDirectory() as place:
        results["Tocsin"] = measure_tocsin(Path(place) / "tocsin")
        if foreign.python_of("opentaxii"):
            (Path(place) / "opentaxii").mkdir()
            results["OpenTAXII"] = measure_opentaxii(Path(place) / "opentaxii")
        else:
            print(foreign.missing("opentaxii"))
    results["load after"] = os.getloadavg()[0]
    print(f"load {results['load before']:.1f} before, {results['load after']:.1f} after")
    for name in ("Tocsin", "OpenTAXII"):
        for what, figures in results.get(name, {}).items():
            print(f"\n{name}, {what}\n" + markdown(list(figures), [list(figures.values())]))
    write("taxii", results)


if __name__ == "__main__":
    main()
