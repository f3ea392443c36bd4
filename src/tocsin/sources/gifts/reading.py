"""From paths to gifts: open, recognise, read; one bad file never stops the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal, cast

import pyarrow as pa

from tocsin.errors import InputError, TocsinError, UsageError
from tocsin.model.finding import InputFile
from tocsin.model.gift import GIFTS
from tocsin.model.post import Rejected
from tocsin.progress import Progress, Silent
from tocsin.sources.base import Head, Sniff
from tocsin.sources.containers import Input, Unopened, as_read, open_inputs
from tocsin.sources.gifts.base import GiftBatch, GiftFormat, GiftOptions
from tocsin.sources.gifts.committees import Committees
from tocsin.sources.gifts.formats import FORMATS
from tocsin.sources.reading import HEAD_BYTES, recognise
from tocsin.sources.textual import looks_binary, not_text

MOST_REJECTED = 100_000  # a file with more bad rows than this, and hardly a good one, is not what it was taken for


@dataclass(frozen=True, slots=True)
class GiftOutcome:
    """What became of one input, given after its batches. `error` None: read to its end."""

    input: InputFile
    error: TocsinError | None


@dataclass(frozen=True, slots=True)
class GiftFiles:
    """Registers read whole: the gifts (schema `GIFTS`), one `InputFile` a file, and the rows that were set aside."""

    table: pa.Table
    inputs: tuple[InputFile, ...]
    rejected: list[Rejected]


def read_gifts(
    paths: Iterable[str],
    *,
    format: str = "",  # noqa: A002  the option's own name
    mapping: Mapping[str, str] | None = None,
    jurisdiction: str = "",
    currency: str = "",
    date_order: Literal["MDY", "DMY"] | None = None,
    progress: Progress | None = None,
) -> GiftFiles:
    """Read registers of donations to one table.

    `format`: one of FORMATS, recognised where empty. `mapping`: gift field (GIFT_FIELDS) -> column, for tables without
    a format of their own. `jurisdiction` and `currency` overrule those of the format; `date_order` is that of days like
    3/4/2016 where the files do not show it. Raises `UsageError` for an option
    that is wrong, and the first file's error where no file could be read; a file that fails among others is in
    `inputs` with what is wrong in its notes.
    """
    options = GiftOptions(mapping or {}, jurisdiction, currency.upper(), date_order)
    batches, inputs, rejected, errors = list[pa.RecordBatch](), list[InputFile](), list[Rejected](), list[TocsinError]()
    for item in iter_gifts(paths, options, format, progress):
        if isinstance(item, GiftOutcome):
            inputs.append(item.input)
            errors += [item.error] if item.error else []
        else:
            batches.append(item.gifts)
            rejected += item.rejected
    if errors and len(errors) == len(inputs):
        raise errors[0]
    return GiftFiles(pa.Table.from_batches(batches, schema=GIFTS), tuple(inputs), rejected)


def iter_gifts(
    paths: Iterable[str],
    options: GiftOptions | None = None,
    format: str = "",  # noqa: A002  the option's own name
    progress: Progress | None = None,
) -> Iterator[GiftBatch | GiftOutcome]:
    """Read registers in a stream: the batches of a file, then its outcome. Memory holds one batch at a time."""
    told, options = progress or Silent(), options or GiftOptions()
    formats, named = _chosen(format), [str(path) for path in paths]
    committees = Committees.among(named)
    for item in open_inputs(named):
        told.start(f"reading {item.name}")
        if isinstance(item, Unopened):
            yield GiftOutcome(as_read(item, "", "", 0, 0, []), item.error)
        else:
            for read in _read_one(item, formats, options, told):
                if isinstance(read, GiftBatch):
                    read.gifts = committees.fill(read.gifts)
                yield read


def _read_one(
    item: Input, formats: Mapping[str, GiftFormat], options: GiftOptions, progress: Progress
) -> Iterator[GiftBatch | GiftOutcome]:
    gifts, rejected, notes, error, taken, reason = 0, 0, list[str](), None, "", ""
    try:
        source, sniff = _format(item, formats, options)
        taken, reason = source.id, f"{source.title}: {sniff.reason}"
        for batch in source.read(cast("BinaryIO", item.stream), item.name, options):
            gifts, rejected, notes = gifts + len(batch.gifts), rejected + len(batch.rejected), notes + batch.notes
            progress.advance(len(batch.gifts))
            _give_up(item.name, gifts, rejected, batch)
            if len(batch.gifts) or batch.rejected:
                yield batch
    except UsageError:
        raise
    except TocsinError as failure:
        error = failure
        notes.append(str(failure))
    finally:
        item.close()
    if item.stream.cut:
        notes.append(f"the file ends early: {item.stream.cut}")
    if error is None and not gifts + rejected:
        notes.append("no rows of gifts in it")
    yield GiftOutcome(as_read(item, taken, reason, gifts, rejected, notes), error)


def _give_up(name: str, gifts: int, rejected: int, batch: GiftBatch) -> None:
    """Raise `InputError` where hardly a row of very many can be read: keeping millions of bad rows helps nobody."""
    if rejected > MOST_REJECTED and rejected > 10 * gifts:
        reason = batch.rejected[0].reason if batch.rejected else "not of this format"
        many = f"{rejected:,} of the first {gifts + rejected:,} rows cannot be read"
        hint = "name another format, or give a mapping"
        raise InputError(f"{name}: {many}, the last of them because: {reason}", hint=hint)


def _chosen(name: str) -> Mapping[str, GiftFormat]:
    if name and name not in FORMATS:
        raise UsageError(f"no format {name!r} of donation registers", hint=f"formats: {', '.join(sorted(FORMATS))}")
    return {name: FORMATS[name]} if name else FORMATS


def _format(item: Input, formats: Mapping[str, GiftFormat], options: GiftOptions) -> tuple[GiftFormat, Sniff]:
    data = item.stream.peek(HEAD_BYTES)
    if not data.strip():
        why = f"holds nothing that can be read: {item.stream.cut}" if item.stream.cut else "is empty"
        raise InputError(f"{item.name}: {why}", hint="fetch or export the file again")
    if looks_binary(data.replace(b"\x1c", b"")):  # the separator of FEC filings is a control character
        raise not_text(item.name)
    if len(formats) == 1:
        return next(iter(formats.values())), Sniff(1.0, "named by the user")
    if options.mapping:
        return formats["table"], Sniff(1.0, "by the mapping given")
    return cast(
        "tuple[GiftFormat, Sniff]", recognise(Head(item.name, data, len(data) < HEAD_BYTES), cast("Any", formats))
    )
