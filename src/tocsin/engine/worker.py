"""What runs on a cluster's workers: the kernel, handed its rows, and its exception handed back. Imports no pyspark."""

from __future__ import annotations

import builtins
import json
import platform
from collections.abc import Callable, Iterator

import pyarrow as pa

import tocsin
from tocsin import errors
from tocsin.engine.port import Kernel

#: Column that names a row's bucket on the way to the kernel, which does not see it.
BUCKET = "__bucket"
#: Column that says, in what comes back, which exception the kernel raised. A server's messages are cut short, and
#: lost where it repeats the task.
RAISED = "__raised"
#: Rows handed to a kernel at once where they are not grouped.
_ROWS = 2**18


def raised_in(said: str) -> Exception:
    """The exception that a kernel raised, of its own class where that is Python's or ours."""
    module, name, text, hint = json.loads(said)
    kind = getattr({"builtins": builtins, "tocsin.errors": errors}.get(module), name, None)
    if isinstance(kind, type) and issubclass(kind, errors.TocsinError):
        return kind(text, hint=hint)
    if isinstance(kind, type) and issubclass(kind, Exception) and not issubclass(kind, UnicodeError):
        return kind(text)  # those of Unicode are not made of a text
    return RuntimeError(f"{module}.{name}: {text}")


def with_raised(schema: pa.Schema) -> pa.Schema:
    """The schema of what `on_group` and `on_batches` return."""
    return schema.append(pa.field(RAISED, pa.string()))


def on_group(kernel: Kernel, schema: pa.Schema) -> Callable[[pa.Table], pa.Table]:
    """A kernel as `applyInArrow` calls it: the rows of one bucket."""
    return lambda rows: _run(kernel, rows.drop_columns([BUCKET]), schema)


def on_batches(kernel: Kernel, schema: pa.Schema) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """A kernel as `mapInArrow` calls it: the batches of one partition, put together to a fair size."""

    def apply(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        held: list[pa.RecordBatch] = []
        for batch in batches:
            held.append(batch)
            if sum(part.num_rows for part in held) >= _ROWS:
                yield from flush(held)
                held = []
        yield from flush(held)

    def flush(held: list[pa.RecordBatch]) -> list[pa.RecordBatch]:
        rows = pa.Table.from_batches(held) if held else None
        return _run(kernel, rows, schema).combine_chunks().to_batches() if rows else []

    return apply


def _run(kernel: Kernel, rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """What the kernel returns, or one row that tells what it raised: repeating the task would not help."""
    try:
        result = kernel(rows).cast(schema)
    except Exception as error:  # noqa: BLE001  raised again by the client
        said = [type(error).__module__, type(error).__name__, str(error), getattr(error, "hint", "")]
        return pa.Table.from_pylist([{RAISED: json.dumps(said)}], schema=with_raised(schema))
    return result.append_column(RAISED, pa.nulls(result.num_rows, pa.string()))


def versions() -> dict[str, str]:
    """What decides whether client and workers understand each other: Python's minor version and ours."""
    return {"python": ".".join(platform.python_version_tuple()[:2]), "tocsin": tocsin.__version__}


def say_versions(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """As `mapInArrow` calls it: one row that tells this worker's versions."""
    for batch in batches:
        if batch.num_rows:
            yield pa.RecordBatch.from_pylist([versions()])
