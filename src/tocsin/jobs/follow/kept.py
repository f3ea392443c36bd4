"""What was taken of an endless input: posts in parts, and the position after them, confirmed together.

A part, and the rows set aside with it, count from the moment at which `follow.json` names them; it is replaced in one
step, after they are on disk. So whatever kills the process, the next one goes on after the last confirmed post, and
none is lost or taken twice.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from tocsin.errors import WorkspaceError
from tocsin.jobs.parts import QUARANTINE
from tocsin.model.arrow import positions
from tocsin.model.finding import Record
from tocsin.model.post import POSTS, Rejected
from tocsin.share.tables import write_csv
from tocsin.share.write import sync_folder, write_whole

STATE, PARTS, ASIDE = "follow.json", "posts", "quarantine"
ASIDE_FILES = 1_000  # of rows set aside that are kept, one for a chunk that had such; older ones are removed
NUMBERED = "[0-9]" * 9 + "*"  # our files; a file manager may put others beside them
ASIDE_ROWS = 1_000  # of a file; how many there were in all is in the state


class State(Record):
    """How far an input was taken, and what became of its posts. `number` is that of the last confirmed part."""

    source: str
    position: dict[str, Any] | None = None
    number: int = 0
    posts: int = 0
    rejected: int = 0
    duplicates: int = 0
    late: int = 0
    events: int = 0
    first_us: int = 0
    newest_us: int = 0


class Kept:
    """The parts below a folder that is held. Raises `WorkspaceError` where it follows another input, or is damaged."""

    def __init__(self, out: Path, source: str) -> None:
        self._out = out
        for kind in (PARTS, ASIDE):
            (out / kind).mkdir(exist_ok=True)
        self.state = self._found(source)
        self._parts: list[tuple[int, int, Path]] = []  # number, last time, path; ascending
        for kind in (PARTS, ASIDE):
            for path in sorted((out / kind).glob(NUMBERED)):
                number = int(path.name.split("-")[0].split(".")[0])
                if number > self.state.number:  # written, never confirmed
                    path.unlink()
                elif kind == PARTS:
                    self._parts.append((number, int(path.stem.split("-")[1]), path))
        self._aside = sum(1 for _ in (out / ASIDE).glob(NUMBERED))
        self._starts: list[int] = []  # number of the first post of each part that was handed to the detector
        self._handed: list[tuple[int, Path]] = []
        self._posts = 0
        self._rows, self._fetched = POSTS.empty_table(), np.zeros(0, np.int64)

    def commit(self, posts: pa.Table, rejected: Sequence[Rejected], state: State) -> None:
        """Confirm posts, rows set aside, and the state after them; its number is given here."""
        number = self.state.number + 1
        if posts.num_rows:
            last = int(posts["time"].cast(pa.int64())[-1].as_py())
            path = self._out / PARTS / f"{number:09}-{last}.parquet"
            write_whole(path, lambda to: pq.write_table(posts, to, compression="zstd"))
            sync_folder(path.parent)
        if rejected:
            self._set_aside(number, rejected)
        after = state.model_copy(update={"number": number})
        write_whole(self._out / STATE, lambda to: to.write(after.model_dump_json().encode()))
        sync_folder(self._out)
        self.state = after
        if posts.num_rows:
            self._parts.append((number, last, path))
            self._hand(last, path, posts.num_rows)

    def recall(self, since_us: int) -> Iterator[pa.Table]:
        """The parts that hold posts of that time or later, for a detector that begins anew."""
        for _, last, path in self._parts:
            if last >= since_us:
                posts = pq.read_table(path)
                self._hand(last, path, posts.num_rows)
                yield posts

    def fetch(self, numbers: npt.NDArray[np.int64]) -> pa.Table:
        """Posts by number, counted from the first that was handed out, in the order of `numbers`. What was fetched is
        remembered until it is released: the evidence of a lead is asked for at each look."""
        new = np.setdiff1d(numbers, self._fetched)
        found, at = [self._rows], 0
        while at < len(new):
            part = bisect_right(self._starts, int(new[at])) - 1
            end = self._starts[part + 1] if part + 1 < len(self._starts) else self._posts
            upto = int(np.searchsorted(new, end))
            found.append(pq.read_table(self._handed[part][1]).take(positions(new[at:upto] - self._starts[part])))
            at = upto
        self._rows, self._fetched = pa.concat_tables(found).combine_chunks(), np.concatenate([self._fetched, new])
        order = np.argsort(self._fetched)
        places = order[np.searchsorted(self._fetched, numbers, sorter=order)]
        return self._rows.take(positions(places))

    def release(self, before_us: int) -> None:
        """Posts of parts that are wholly older will not be fetched any more."""
        gone = 0
        while gone < len(self._handed) - 1 and self._handed[gone][0] < before_us:
            gone += 1
        del self._starts[:gone], self._handed[:gone]
        keep = self._fetched >= (self._starts[0] if self._starts else 0)
        if not keep.all():
            self._rows, self._fetched = self._rows.filter(pa.array(keep)).combine_chunks(), self._fetched[keep]

    def forget(self, before_us: int) -> int:
        """Remove the parts whose posts are all older; how many that were."""
        old = [path for _, last, path in self._parts if last < before_us]
        self._parts = [part for part in self._parts if part[1] >= before_us]
        for path in old:
            path.unlink()
        return len(old)

    def _hand(self, last_us: int, path: Path, rows: int) -> None:
        self._starts.append(self._posts)
        self._handed.append((last_us, path))
        self._posts += rows

    def _set_aside(self, number: int, rejected: Sequence[Rejected]) -> None:
        """Write file, row and reason; not the text, which would name accounts."""
        rows = [(row.file, row.row, row.reason, None) for row in rejected[:ASIDE_ROWS]]
        columns = [pa.array(c, f.type) for c, f in zip(zip(*rows, strict=True), QUARANTINE, strict=True)]
        table = pa.Table.from_arrays(columns, schema=QUARANTINE).drop_columns(["text"])
        write_whole(self._out / ASIDE / f"{number:09}.csv", partial(write_csv, table))
        self._aside += 1
        if self._aside > ASIDE_FILES:
            for path in sorted((self._out / ASIDE).glob(NUMBERED))[:-ASIDE_FILES]:
                path.unlink()
            self._aside = ASIDE_FILES

    def _found(self, source: str) -> State:
        path = self._out / STATE
        if not path.exists():
            return State(source=source)
        try:
            state = State.model_validate_json(path.read_bytes())
        except ValidationError as error:
            raise WorkspaceError(f"{path} is damaged: {error}", hint="name another folder with --out") from error
        if state.source != source:
            raise WorkspaceError(
                f"{self._out} follows {state.source}, not {source}", hint="name another folder with --out"
            )
        return state
