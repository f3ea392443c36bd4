"""From a raw file to significant edges: CPU-seconds and peak memory of whole processes, beside another tool in one run.

    python bench/speed.py

The file is the IRA development set (449,651 tweets). Ours reads it by mapping, finds what posts share, counts pairs of
accounts in windows of 10, 60 and 300 s and puts each against chance with q-values over all possible pairs: for links
alone, and for every layer. Beside it stand the detector, with groups and findings, and the whole `tocsin scan`, with
pseudonyms and the report. coordination-network-toolkit 1.5.2, installed into a temporary environment, imports the same
tweets as the CSV it reads and makes its co-link and co-retweet networks at 60 s; making that CSV is not counted.
Compiled code, Python's own included, is cached before measuring, as it is after any installation and first run.
CooRTweet needs R and is not run: it took 204 CPU-seconds for 118,000 retweets where it was.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from common import DATA, FILES, load, markdown, need_data, write
from tocsin.detect.amplification.coordination import Coordination, Parameters
from tocsin.detect.amplification.edges import all_edges, preflight
from tocsin.detect.amplification.incidence import Incidence, in_order
from tocsin.detect.amplification.layers import read_layers
from tocsin.kernels.scan import scan_text, url_lists
from tocsin.progress import Silent

TOOL = "coordination-network-toolkit==1.5.2"
ONE: dict[str, Any] = {"layers": ("url",)}
STEPS = {
    "links": "edges of links",
    "layers": "edges of every layer",
    "findings": "findings",
    "scan": "tocsin scan, with report",
}


def read(name: str) -> pa.Table:
    """The posts of a data set in one piece, as a scan reads them back."""
    return load.__wrapped__(name).combine_chunks()  # without its cache, which would hold them twice


def edges(params: Parameters, name: str) -> int:
    """Read, find shares, count, compare with chance; the number of edges with a q-value of at most 0.05."""
    posts = in_order(read(name))
    data = Incidence(posts, read_layers(posts, params.layers))
    nobody = np.full(len(data.accounts), -1, np.int32)
    return sum(layer.significant for layer in all_edges(data, params, preflight(data, params), nobody, (), Silent())[1])


def whole_scan(name: str) -> int:
    """Scan into a temporary folder; the number of findings."""
    from tocsin import settings
    from tocsin.jobs.request import Request
    from tocsin.jobs.scan import scan
    from tocsin.sources.base import ReadOptions

    file, mapping = FILES[name]
    with tempfile.TemporaryDirectory() as folder:
        request = Request((str(DATA / file),), Path(folder), ReadOptions(mapping=mapping))
        return len(scan(request, settings.load()).findings)


def step(what: str, name: str) -> int:
    """One measured step in a process of its own."""
    if what == "findings":
        return len(Coordination().run(read(name)).findings)
    if what == "scan":
        return whole_scan(name)
    return edges(Parameters(**ONE) if what == "links" else Parameters(), name)


def measure(command: list[str]) -> dict[str, Any]:
    """Run a command to its end; its CPU-seconds (user and system, children too) and peak memory in MiB."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=env)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        said = output.read().decode(errors="replace").strip()
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{said}")
    cpu_s = usage.ru_utime + usage.ru_stime
    return {"cpu_s": cpu_s, "peak_mib": usage.ru_maxrss / 1024, "said": said.splitlines()[-1] if said else ""}


def ours() -> dict[str, dict[str, Any]]:
    """Each step on the file, after one on a small file that fills the cache of compiled code."""
    results = {}
    for what in STEPS:
        command = [sys.executable, __file__, "--step", what]
        measure([*command, "gop"])
        results[STEPS[what]] = measure([*command, "ira"])
    return results


def toolkit_csv(path: Path) -> None:
    """The tweets as the tool's CSV: a repost's id is the hash of its text, links are those in the text."""
    raw = pq.read_table(DATA / FILES["ira"][0]).sort_by("row_id")
    texts = pc.fill_null(raw["content"], "").to_pylist()
    found = scan_text(raw["content"])
    links = url_lists(raw["content"], found.urls).to_pylist()
    columns = [raw[name].to_pylist() for name in ("row_id", "author_id", "ts", "post_type")]
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("message_id", "user_id", "username", "repost_id", "reply_id", "message", "timestamp", "urls"))
        for post, account, ts, kind, text, urls in zip(*columns, texts, links, strict=True):
            repost = hashlib.md5(text.encode()).hexdigest() if kind == "R" and text else ""
            rows.writerow((post, account, account, repost, "", text, ts, " ".join(urls or ())))


def toolkit() -> dict[str, dict[str, Any]]:
    """The other tool: import, then each network."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        venv.create(place / "env", with_pip=True)
        python = str(place / "env/bin/python")
        measure([python, "-m", "pip", "install", "--quiet", TOOL])
        toolkit_csv(place / "posts.csv")
        run = [python, "-m", "coordination_network_toolkit", str(place / "network.db")]
        window = ["--time_window", "60", "--min_edge_weight", "2"]
        return {
            "import": measure([*run, "preprocess", str(place / "posts.csv")]),
            "co-link": measure([*run, "compute", "co_link", *window]),
            "co-retweet": measure([*run, "compute", "co_retweet", *window, "--n_cpus", "2"]),
        }


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--step", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.step:
        print(step(*given.step))
        return
    need_data(parser)
    mine, theirs = ours(), toolkit()
    network = {name: theirs["import"]["cpu_s"] + theirs[name]["cpu_s"] for name in ("co-link", "co-retweet")}
    head = ["", "CPU-seconds", "peak MiB", *(f"of import and {name}" for name in network)]
    lines = [
        [name, one["cpu_s"], round(one["peak_mib"]), *(f"1/{total / one['cpu_s']:.1f}" for total in network.values())]
        for name, one in mine.items()
    ]
    lines += [[f"toolkit, {name}", one["cpu_s"], round(one["peak_mib"]), None, None] for name, one in theirs.items()]
    print(markdown(head, lines))
    print("target: edges within 1/10 of the toolkit's import and network, and 1 GB")
    write("speed", {"ours": mine, "toolkit": theirs})


if __name__ == "__main__":
    main()
