"""A document as it was found: its bytes, its text by page, and what it says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Paper:
    """One document. `data` is what the file has, byte for byte; `pages` the visible text, page by page (one page where
    the format has none); `metadata` what it says of itself, names and values as found."""

    name: str  # path within the folder, archive or mail it came in
    sha256: str
    media_type: str
    data: bytes = field(repr=False)
    pages: tuple[str, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    attachments: tuple[Paper, ...] = ()
