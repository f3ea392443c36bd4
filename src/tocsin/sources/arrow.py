"""Arrow's compute functions and arrays, untyped: the stubs lag behind the library and refuse what it takes."""

from __future__ import annotations

from typing import Any, TypeAlias

import pyarrow.compute

pc: Any = pyarrow.compute
Array: TypeAlias = Any  # a pyarrow.Array
