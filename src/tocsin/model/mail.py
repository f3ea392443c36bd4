"""A mail as it was found: its bytes, and where they stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Via = Literal["eml", "mbox", "maildir", "msg", "pst"]
#: verified: a signature of the sender's own domain holds, under a key that somebody else has published.
#: verifiable: it could be checked with a key that is not at hand, or holds under a key recovered from the leak alone.
#: contradicted: what is there cannot be what was signed, and no known damage of transport explains it.
#: unknown: nothing in it can be checked, or it was changed for a reason that cannot be told.
MailVerdict = Literal["verified", "verifiable", "contradicted", "unknown"]


@dataclass(frozen=True, slots=True)
class Message:
    """One mail. `raw` is what the file has, byte for byte; for `msg` and `pst` it is put together again from parts, so
    that `whole` is False: signatures over its body cannot be checked."""

    raw: bytes
    file: str
    row: int  # 1-based number within the file
    via: Via
    whole: bool = True
    folder: str = ""  # of a mailbox, such as Inbox


@dataclass(frozen=True, slots=True)
class DomainKey:
    """A public key that a domain published for signing mail, and who says so.

    `record`: the TXT record as it was. `source`: archive (somebody kept it), dns (asked on that day), recovered (from
    the leak itself: shows one key signed, not whose), other. `first` and `last`: seen there, where told.
    """

    domain: str
    selector: str
    record: str
    source: Literal["archive", "dns", "recovered", "other"]
    origin: str  # who kept it: the name of an archive, a file
    first: datetime | None = None
    last: datetime | None = None
