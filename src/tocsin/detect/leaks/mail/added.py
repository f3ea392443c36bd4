"""What was added to a mail after it was signed: a footer, a banner, a tag in the subject.

What is left without it has the very digest that was signed, so the sender's text is there whole, and what is not the
sender's is known to the letter. Lists, gateways and virus scanners add such; so may a forger. `usual` tells which of it
looks like theirs.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from tocsin.detect.leaks.mail.canon import HASHES
from tocsin.detect.leaks.mail.fields import CRLF, Field

MOST_START, MOST_GATE, MOST_FOOTER, SHOWN = 4_096, 600, 20, 300  # bytes, bytes, lines, characters
#: Fields by which a mail shows that it came through a list; newsletters have List-Unsubscribe without a list.
LIST_FIELDS = (
    "list-id",
    "list-post",
    "mailing-list",
    "x-mailing-list",
    "x-beenthere",
    "list-archive",
    "list-help",
    "list-subscribe",
    "list-unsubscribe",
    "list-owner",
)
_TAG = re.compile(
    rb"\A([^:]*:\s*)((?:(?:re|fwd?|aw|wg):\s*)*)"
    rb"((?:\[[^\]]{1,60}\]|\*{2,}[^*]{1,40}\*{2,}|\{[^}]{1,40}\})\s*)",
    re.I,
)
_GATE = re.compile(
    rb"anti-?virus|virus-free|checked for viruses|\bscanned (?:by|for)\b"
    rb"|(?:originated|came|is) (?:from )?(?:an )?(?:external|outside)\b|\bexternal (?:e-?mail|sender)\b",
    re.I,
)


class Added(NamedTuple):
    """Text that stands at the `place` (end, start, subject, header) and was not there when the mail was signed."""

    place: str
    text: bytes

    @property
    def usual(self) -> bool:
        """Whether it looks like what lists, gateways and virus scanners add."""
        return self.place in ("subject", "header") or footer(self.text) or self._by_gate

    @property
    def _by_gate(self) -> bool:
        return len(self.text) <= MOST_GATE and bool(_GATE.search(self.text))

    @property
    def told(self) -> str:
        """In words, with the text itself."""
        where = {"end": "at the end", "start": "at the start", "subject": "in the subject", "header": "in the header"}[
            self.place
        ]
        text = " ".join(self.text.decode("utf-8", "replace").split())
        return f"{where} {text[:SHOWN]!r}{' and more' if len(text) > SHOWN else ''}"


def footer(text: bytes) -> bool:
    """Whether text after the signed part is nothing, or looks like the footer of a mailing list: a line of dashes or
    underscores, or the mark of a signature, and twenty lines at most."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        return True
    return len(lines) <= MOST_FOOTER and (lines[0] == b"--" or (len(lines[0]) >= 8 and not lines[0].strip(b"-_=*#")))


def cut(text: bytes, relaxed: bool, algorithm: str, wanted: bytes) -> tuple[bytes, Added] | None:
    """The canonical body `text` without the lines at its end, or at its start, that were not signed; with them; None
    where that is not what was signed. What stands before an end is hashed once."""
    make = HASHES[algorithm]
    if make(b"" if relaxed else CRLF).digest() == wanted:
        return b"", Added("end", text)
    running, done = make(), 0
    for found in re.finditer(rb"[^\r\n]\r\n", text[:-2]):
        running.update(text[done : found.end()])
        done = found.end()
        if running.copy().digest() == wanted:
            return text[:done], Added("end", text[done:])
    blank = len(text) - len(text.lstrip())
    for found in re.finditer(rb"\r\n", text[:MOST_START]):
        if found.start() > blank and make(text[found.end() :]).digest() == wanted:
            return text[found.end() :], Added("start", text[: found.end()])
    return None


def untagged(field: Field) -> tuple[Field, Added] | None:
    """A subject without the tag at its start, and the tag; None where it has none."""
    found = _TAG.match(field.raw)
    if field.name != "subject" or not found:
        return None
    return Field(field.name, found[1] + found[2] + field.raw[found.end() :]), Added("subject", found[3])
