"""From paths to a table of claims: open, recognise, read; a bad row is set aside, a bad file stops no other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from tocsin.errors import InputError, TocsinError, UsageError
from tocsin.model.factcheck import CLAIMS
from tocsin.model.finding import InputFile
from tocsin.model.post import Rejected
from tocsin.progress import Progress, Silent
from tocsin.sources.claims import rows
from tocsin.sources.claims.row import KINDS, folded
from tocsin.sources.containers import Input, Unopened, as_read, open_inputs
from tocsin.sources.reading import HEAD_BYTES
from tocsin.sources.textual import looks_binary, not_text

_PDQ = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class ClaimsFile:
    """Claims as they were read (schema `CLAIMS`), the files, and the rows that were set aside."""

    table: pa.Table
    inputs: tuple[InputFile, ...]
    rejected: list[Rejected] = field(default_factory=list)


def read_claims(
    paths: Iterable[str | Path],
    *,
    format: str = "",  # noqa: A002  as the command's option is called
    mapping: Mapping[str, str] | None = None,
    kind: str = "",
    publisher: str = "",
    progress: Progress | None = None,
) -> ClaimsFile:
    """Read claims that somebody checked, of any of `rows.FORMATS`, told from the content where `format` is "".

    `mapping`: which column holds which field of `CLAIMS`. `kind` (check, official, open, own) holds for all rows; where
    it is "" each row's own counts, else it is a check. `publisher` stands where a row names none. The same review twice
    is kept once. Raises the first file's error where none could be read, `UsageError` for a wrong option.
    """
    if format and format not in rows.FORMATS:
        raise UsageError(f"no such format of claims: {format}", hint=f"one of: {', '.join(rows.FORMATS)}")
    if kind and kind not in KINDS:
        raise UsageError(f"no such kind of claims: {kind}", hint=f"one of: {', '.join(KINDS)}")
    told, made = progress or Silent(), _Made(kind, publisher)
    inputs, errors = list[InputFile](), list[TocsinError]()
    for item in open_inputs(map(str, paths)):
        told.start(f"reading {item.name}")
        facts, error = made.take(item, format, mapping or {}, told)
        inputs.append(facts)
        errors += [error] if error else []
    if errors and len(errors) == len(inputs):
        raise errors[0]
    return ClaimsFile(pa.Table.from_pylist(list(made.cells.values()), CLAIMS), tuple(inputs), made.rejected)


class _Made:
    """The rows of all inputs so far, by id."""

    def __init__(self, kind: str, publisher: str) -> None:
        self._kind, self._publisher = kind, publisher
        self.cells: dict[str, dict[str, Any]] = {}
        self.rejected: list[Rejected] = []

    def take(
        self, item: Input | Unopened, format_: str, given: Mapping[str, str], told: Progress
    ) -> tuple[InputFile, TocsinError | None]:
        """Read one input; what became of it, and what is wrong with it."""
        before, aside, twice = len(self.cells), len(self.rejected), 0
        error = item.error if isinstance(item, Unopened) else None
        known, notes = "", []
        if isinstance(item, Input):
            try:
                head = item.stream.peek(HEAD_BYTES)
                known = format_ or rows.recognise(head)
                if known != "parquet" and looks_binary(head):
                    raise not_text(item.name)
                twice = sum(map(self._add(item.name, told), rows.read(known, item, given)))
            except TocsinError as failure:
                error = failure
            except (pa.ArrowInvalid, OSError) as failure:
                error = InputError(f"{item.name}: {failure}", hint="fetch or export the file again")
            finally:
                item.close()
            notes = [f"the file ends early: {item.stream.cut}"] if item.stream.cut else []
        reason = str(error) if error else rows.FORMATS[known]
        kept, set_aside = len(self.cells) - before, len(self.rejected) - aside
        return as_read(item, known or "none", reason, kept, set_aside, notes, twice), error

    def _add(self, name: str, told: Progress) -> Any:
        def add(found: rows.Found) -> bool:
            told.advance()
            if found.row is None:
                self.rejected += [found.rejected] if found.rejected else []
                return False
            cells = found.row.cells(name, found.number, self._kind, self._publisher or _site(found.row.url))
            return not self._keep(cells)

        return add

    def _keep(self, cells: dict[str, Any]) -> bool:
        """Keep a row; False where it is there already. Of two claims under one id of a table, the second is given a
        number."""
        cells["pictures"] = [one.lower() for one in cells["pictures"] if _PDQ.fullmatch(one.lower())]
        for key in _keys(cells["claim"]):
            there = self.cells.get(key)
            if there is None:
                self.cells[key] = cells | {"claim": key}
                return True
            if (folded(there["text"]), there["url"]) == (folded(cells["text"]), cells["url"]):
                return False
        raise AssertionError


def _keys(key: str) -> Iterator[str]:
    yield key
    number = 1
    while True:
        number += 1
        yield f"{key}-{number}"


def _site(url: str) -> str:
    found = re.match(r"https?://(?:www\.)?([^/?#:]+)", url, re.I)
    return found[1].lower() if found else ""
