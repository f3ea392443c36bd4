"""Arrow's compute functions and arrays, untyped: the stubs lag behind the library and refuse what it takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute

pc: Any = pyarrow.compute
Array: TypeAlias = Any  # a pyarrow.Array


def schema(fields: Sequence[Any]) -> pa.Schema:
    """A schema of these fields, unlike ones too: the stubs take no list of them."""
    return pa.schema(fields)


def positions(numbers: Any) -> Any:
    """Row numbers as `take` wants them."""
    return pa.array(numbers)


def whole(column: Any) -> Array:
    """A chunked column in one piece; copied only where it is several (`combine_chunks` copies always)."""
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def release() -> None:
    """Give back what Arrow's pool keeps of freed memory: after a step that read or built far more than it left."""
    pa.default_memory_pool().release_unused()
