"""Reads every file of a folder as a leak, one after the other, and prints what became of each and what it all cost.

A process of its own, so that its memory can be bounded and measured."""

import json
import re
import resource
import sys
import time
from pathlib import Path

from tocsin.jobs.leak_letter import letter
from tocsin.model.mail import Message
from tocsin.model.paper import Paper
from tocsin.sources.papers import LeakReader

LIMIT = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_AS, (LIMIT, resource.RLIM_INFINITY))


def became(found):
    if isinstance(found, Message):
        letter(found.raw)
        return ["mail", len(found.raw), ""]
    if isinstance(found, Paper):
        return ["document", len("".join(found.pages)), "".join(found.pages)[:50]]
    return ["aside", 0, found.reason]


told = {}
with LeakReader() as reader:
    for path in sorted(Path(sys.argv[1]).iterdir()):
        begun = time.perf_counter()
        with path.open("rb") as file:
            found = [became(one) for one in reader.read(path.name, file, path.stat().st_size)]
        kinds = {kind: sum(one[0] == kind for one in found) for kind in ("mail", "document", "aside")}
        reasons = sorted({one[2] for one in found if one[0] == "aside"})[:5]
        texts = [one[2] for one in found if one[0] == "document"][:5]
        told[path.name] = {**kinds, "reasons": reasons, "texts": texts, "seconds": time.perf_counter() - begun}
status = Path("/proc/self/status")  # the other figure counts the process that this one was started from too
peak = {
    "reader": int(re.search(r"VmHWM:\s+(\d+)", status.read_text())[1])
    if status.exists()
    else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
    "parsers": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss,
}
print(json.dumps({"told": told, "peak_kib": peak}))
