"""How the process that reads documents and whoever asks it speak with one another."""

from __future__ import annotations

import struct
from typing import Any

Answer = tuple[dict[str, Any], list[bytes]]  # facts, and pieces of bytes
LONG = struct.Struct("<Q")  # before each text: its length
NO_MEMORY = 3  # exit code of the process
