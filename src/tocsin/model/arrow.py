"""Arrow's compute functions and arrays, untyped: the stubs lag behind the library and refuse what it takes."""

from __future__ import annotations

from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute

pc: Any = pyarrow.compute
Array: TypeAlias = Any  # a pyarrow.Array


def positions(numbers: Any) -> Any:
    """Row numbers as `take` wants them."""
    return pa.array(numbers)
