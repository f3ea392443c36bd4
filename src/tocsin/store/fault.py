"""What a check has found wrong, and where."""

from __future__ import annotations

from typing import NamedTuple


class Fault(NamedTuple):
    """`where`: a journal entry, a record (kind and id), or a file with its byte range; `what`: what is wrong there."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"
