"""The base of records that a workspace keeps: cases, claims, evidence, people."""

from __future__ import annotations

from typing import ClassVar, Self
from uuid import uuid4

from pydantic import Field

from tocsin.model.finding import Record


class Stored(Record):
    """A record with an id and a version. `version` is that of the state read, 0 for one never stored; the store refuses
    to overwrite a newer one. Fields named in `indexed` can be searched and put in order."""

    kind: ClassVar[str]
    indexed: ClassVar[tuple[str, ...]] = ()

    id: str = Field(default_factory=lambda: str(uuid4()))
    version: int = 0

    def but(self, **changes: object) -> Self:
        """The same record with other values, checked again."""
        return type(self).model_validate({**dict(self), **changes})
