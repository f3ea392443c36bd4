"""From paths to entities and holdings: open, recognise, read; one bad file never stops the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, cast

import pyarrow as pa

from tocsin.errors import InputError, TocsinError
from tocsin.model.finding import InputFile
from tocsin.model.owner import ENTITIES, HOLDINGS
from tocsin.model.post import Rejected
from tocsin.progress import Progress, Silent
from tocsin.sources.base import Head
from tocsin.sources.containers import Input, Unopened, as_read, open_inputs
from tocsin.sources.owners.base import OwnerBatch, OwnerFormat
from tocsin.sources.owners.bods import Bods
from tocsin.sources.owners.companies import Companies
from tocsin.sources.owners.ftm import FollowTheMoney
from tocsin.sources.owners.psc import SignificantControl
from tocsin.sources.reading import HEAD_BYTES, recognise
from tocsin.sources.textual import looks_binary, not_text

_ALL: tuple[OwnerFormat, ...] = (Bods(), SignificantControl(), FollowTheMoney(), Companies())
FORMATS: Mapping[str, OwnerFormat] = {known.id: known for known in _ALL}


@dataclass(frozen=True, slots=True)
class Owners:
    """Ownership data read whole: tables of the schemas ENTITIES and HOLDINGS, the files, and what was set aside."""

    entities: pa.Table
    holdings: pa.Table
    inputs: tuple[InputFile, ...]
    rejected: list[Rejected] = field(default_factory=list)


def read_owners(paths: Iterable[str], progress: Progress | None = None) -> Owners:
    """Read ownership data of any known format; each file is recognised by itself.

    Raises the first file's error where no file could be read; a file that fails among others is in `inputs` with what
    is wrong in its notes.
    """
    told, inputs, errors = progress or Silent(), list[InputFile](), list[TocsinError]()
    whole = OwnerBatch()
    entities, holdings = [whole.entities], [whole.holdings]
    for item in open_inputs(map(str, paths)):
        told.start(f"reading {item.name}")
        outcome = _Outcome(item)
        for batch in outcome.read():
            entities.append(batch.entities)
            holdings.append(batch.holdings)
            whole.rejected += batch.rejected
            told.advance(len(batch.entities) + len(batch.holdings))
        inputs.append(outcome.facts())
        errors += [outcome.error] if outcome.error else []
    if errors and len(errors) == len(inputs):
        raise errors[0]
    return Owners(
        _once(pa.concat_tables(entities).cast(ENTITIES)),
        pa.concat_tables(holdings).cast(HOLDINGS),
        tuple(inputs),
        whole.rejected,
    )


def _once(entities: pa.Table) -> pa.Table:
    """One row an entity: of several files' rows the first that tells when it was formed, else the first."""
    ids: list[Any] = entities["entity"].to_pylist()
    if len(set(ids)) == len(ids):
        return entities
    formed = entities["formed"].is_valid().to_pylist()
    best: dict[str, int] = {}
    for row, entity in enumerate(ids):
        if entity not in best or (formed[row] and not formed[best[entity]]):
            best[entity] = row
    return entities.take(pa.array(sorted(best.values()), pa.int64()))


class _Outcome:
    """Reads one input and keeps what is to be told of it."""

    def __init__(self, item: Input | Unopened) -> None:
        self._item = item
        self.error: TocsinError | None = item.error if isinstance(item, Unopened) else None
        self._rows = self._rejected = 0
        self._notes: list[str] = []
        self._format = self._reason = ""

    def read(self) -> Iterator[OwnerBatch]:
        """The batches of the input; what is wrong with it is in `error` afterwards."""
        if isinstance(self._item, Unopened):
            return
        try:
            for batch in self._batches(self._item):
                self._rows += len(batch.entities) + len(batch.holdings)
                self._rejected += len(batch.rejected)
                self._notes += batch.notes
                yield batch
        except TocsinError as failure:
            self.error = failure
            self._notes.append(str(failure))
        finally:
            self._item.close()
        if self._item.stream.cut:
            self._notes.append(f"the file ends early: {self._item.stream.cut}")

    def _batches(self, item: Input) -> Iterator[OwnerBatch]:
        data = item.stream.peek(HEAD_BYTES)
        if not data.strip():
            raise InputError(f"{item.name}: is empty", hint="fetch or export the file again")
        if looks_binary(data):
            raise not_text(item.name)
        taken, sniff = cast("Any", recognise(Head(item.name, data, len(data) < HEAD_BYTES), cast("Any", FORMATS)))
        self._format, self._reason = taken.id, f"{taken.title}: {sniff.reason}"
        yield from taken.read(cast("BinaryIO", item.stream), item.name)

    def facts(self) -> InputFile:
        """What became of the input."""
        return as_read(self._item, self._format, self._reason, self._rows, self._rejected, self._notes)
