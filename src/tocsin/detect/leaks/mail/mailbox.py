"""The verdict on a whole mailbox: every mail, the shares by verdict, and what its keys are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from tocsin.detect.leaks.mail.keys import KeyBook
from tocsin.detect.leaks.mail.verify import MailReport, verify
from tocsin.model.finding import Interval
from tocsin.model.mail import MailVerdict, Message
from tocsin.progress import Progress, Silent
from tocsin.stats import stated

#: Bytes that the search for damage may read in a whole mailbox, about ten CPU-minutes; after that, in a mail.
MOST_BYTES, SHORT_BYTES = 1 << 38, 4 << 20
VERDICTS: tuple[MailVerdict, ...] = get_args(MailVerdict)
MEANING: dict[MailVerdict, str] = {
    "verified": "a signature of the sender's own domain holds, under a key that somebody else has kept or published",
    "verifiable": "it could be checked with a key that is not at hand, or holds under a key from the leak alone",
    "contradicted": "what is there cannot be what was signed, and no known damage of transport explains it",
    "unknown": "nothing in it can be checked, or what can be checked says nothing of its sender, or of who changed it",
}


@dataclass(frozen=True, slots=True)
class MailboxReport:
    """A mailbox: one row a mail in the order given, how many have each verdict, each share with its exact interval
    (Clopper and Pearson 1934), keys that are wanting (name, mails), and names for which sources have different keys.
    `open`: mails that are not what was signed, and nobody can tell why; `cut`: mails for which the search was
    kept short, since those before them had used up what a mailbox may take."""

    rows: tuple[MailReport, ...]
    verdicts: dict[str, int]
    shares: tuple[Interval, ...]
    wanting: tuple[tuple[str, int], ...]
    conflicts: tuple[str, ...]
    repaired: int
    open: int
    cut: int


def mailbox(
    messages: Sequence[Message], keys: KeyBook, at: datetime | None = None, progress: Progress | None = None
) -> MailboxReport:
    """Judge every mail as of its own day, or of `at`. About a thousand mails and more a second where nothing has to be
    repaired; the search for a repair is bounded for each mail, and for the mailbox."""
    told = progress or Silent()
    told.start("checking mails", len(messages))
    rows, left, cut = list[MailReport](), MOST_BYTES, 0
    for message in messages:
        row = verify(message, keys, at) if left > 0 else verify(message, keys, at, most_bytes=SHORT_BYTES)
        cut += left <= 0 < row.searched
        left -= row.searched
        rows.append(row)
        told.advance()
    verdicts = Counter(row.verdict for row in rows)
    wanting = Counter(
        f"{one.selector}._domainkey.{one.domain}"
        for row in rows
        for one in row.signatures
        if one.key is None and one.domain
    )
    shares = [stated.share(one, verdicts[one], len(rows), MEANING[one]) for one in VERDICTS] if rows else []
    return MailboxReport(
        rows=tuple(rows),
        verdicts={one: verdicts[one] for one in VERDICTS},
        shares=tuple(shares),
        wanting=tuple(sorted(wanting.items(), key=lambda pair: (-pair[1], pair[0]))),
        conflicts=keys.conflicts(),
        repaired=sum(bool(row.repairs) for row in rows),
        open=sum(row.open for row in rows),
        cut=cut,
    )
