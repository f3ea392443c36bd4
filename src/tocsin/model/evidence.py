"""Evidence: an item kept in the vault with the facts of its capture, and the timestamp over a day's root."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from tocsin.model.record import Stored

How = Literal["upload", "warc", "wacz", "scan", "typed", "derived"]
Sha256 = Field(pattern=r"^[0-9a-f]{64}$")


class Item(Stored):
    """One piece of evidence: which bytes, and who got them when, from where and how. Its custody is the journal.

    `media_type` is found from the bytes. `derived_from` names the item it was made from by `tool`; `is_copy` marks a
    working copy, the only form that is shown. `note` says what the tool changed.
    """

    kind: ClassVar[str] = "item"
    indexed: ClassVar[tuple[str, ...]] = (
        "sha256",
        "media_type",
        "name",
        "captured",
        "how",
        "case",
        "derived_from",
        "is_copy",
    )

    sha256: str = Sha256
    size: int = Field(ge=0, description="Bytes.")
    media_type: str = Field(max_length=127)
    name: str = Field(max_length=255)
    captured_by: str = Field(max_length=100)
    captured: datetime
    source: str = Field(default="", max_length=4000, description="Where it came from: an address, a file's name.")
    how: How = "upload"
    headers: tuple[tuple[str, str], ...] = Field(default=(), max_length=100, description="Response headers of a page.")
    derived_from: str = Field(default="", max_length=100)
    tool: str = Field(default="", max_length=100)
    tool_version: str = Field(default="", max_length=100)
    note: str = Field(default="", max_length=1000)
    case: str = Field(default="", max_length=100)
    is_copy: bool = False


class Timestamp(Stored):
    """What an RFC 3161 authority said about a root of the journal. Its id is the root's digest.

    pending: not answered yet, asked again. failed: an answer came and does not hold, asked again. confirmed: the token
    was checked against the certificates given; only then does it count.
    """

    kind: ClassVar[str] = "timestamp"
    indexed: ClassVar[tuple[str, ...]] = ("state",)

    day: str = Field(pattern=r"^\d{4}-\d\d-\d\d$")
    authority: str = Field(max_length=2000)
    state: Literal["pending", "confirmed", "failed"] = "pending"
    reason: str = Field(default="", max_length=1000)
    attempts: int = Field(default=0, ge=0)
    asked: datetime | None = None
    stamped: datetime | None = Field(default=None, description="Time in the token, set by the authority.")
    token: str = Field(default="", max_length=200_000, description="The answer as it came, base64 of DER.")
