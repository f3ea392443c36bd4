"""The code of a look, compiled (once on a machine) and loaded before posts wait for it."""

from __future__ import annotations

from typing import cast

from tocsin.detect.amplification.live.detector import Parameters, batch
from tocsin.progress import Progress
from tocsin.simulate.stream import Chatter, StreamParams
from tocsin.sources.base import ReadOptions, Source
from tocsin.sources.jetstream import SOURCE
from tocsin.sources.stream.base import shaped

_BEGIN_US, _SECONDS = 1_700_000_000_000_000, 80


def warm(progress: Progress) -> None:
    """Look at a small simulated stream in which a group acts together, as at a real one."""
    progress.start("Loading what is compiled")
    made = Chatter(StreamParams(rate=40, accounts=2_000, plant_every_s=_SECONDS))
    lines = b"\n".join(line for second in made.seconds(_BEGIN_US, _SECONDS) for _, line in second)
    posts, _, _ = shaped(cast("Source", SOURCE), lines, "", ReadOptions(), 0)
    batch(posts, Parameters())
