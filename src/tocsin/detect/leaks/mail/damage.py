"""Known damages of transport and storage to a body, and how each is undone. None changes a word that a reader sees."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tocsin.detect.leaks.mail.fields import CRLF, Mail
from tocsin.detect.leaks.mail.parts import Part, as_base64, as_quoted, parts, recode, wrap_quoted

#: A way of undoing: what is told of it, the body, and the transfer encoding of the mail's own header ("" as it was).
Undone = tuple[str, bytes, str]
_UTF8 = b"\xef\xbb\xbf"
WRAPS = (*range(60, 81), 65, 132, 998)
QP_WIDTHS = (76, 75, 77, 74, 73, 72)
PATTERN_COST, LINES_COST = 8, 16  # what a pattern and what work line by line cost, in reads of the body
BASE64_WIDTHS = (76, 72, 64, 60, 68, 1 << 30)


class Budget:
    """Bytes that may still be read and hashed in a search."""

    def __init__(self, size: int) -> None:
        self.size = self.left = size

    @property
    def spent(self) -> int:
        """Bytes taken so far."""
        return self.size - self.left

    def spend(self, size: int) -> bool:
        """Take `size` bytes; False where none are left."""
        self.left -= size
        return self.left > 0


def undo(mail: Mail, budget: Budget) -> Iterator[Undone]:
    """Every known damage undone throughout the body, the most common first; each is one candidate."""
    yield from written(mail, budget)
    yield from wrapped(mail, budget)


def written(mail: Mail, budget: Budget) -> Iterator[Undone]:
    """All of them but wrapping."""
    body = mail.body
    for told, make in (*_SIMPLE, *_LINES):
        if not budget.spend(PATTERN_COST * len(body)):
            return
        if (changed := make(body)) != body:
            yield told, changed, ""
    yield from _bounded(_recoded(mail), len(body), budget)


def wrapped(mail: Mail, budget: Budget) -> Iterator[Undone]:
    """Lines that were wrapped otherwise."""
    yield from _bounded(_wrapped(mail), len(mail.body), budget)


def _bounded(found: Iterator[Undone], size: int, budget: Budget) -> Iterator[Undone]:
    while budget.left > 0 and (one := next(found, None)):
        yield one
        budget.spend(LINES_COST * size)


def _pattern(told: str, pattern: bytes, to: bytes) -> tuple[str, Callable[[bytes], bytes]]:
    found = re.compile(pattern)
    return told, lambda body: found.sub(to, body)


_SIMPLE = tuple(
    _pattern(*one)
    for one in (
        ("blanks at line ends removed", rb"(?<![ \t])[ \t]++(?=\r\n|\Z)", b""),
        ("one blank at line ends removed", rb"[ \t](?=\r\n|\Z)", b""),
        ("two blanks at line ends removed", rb"[ \t]{2}(?=\r\n|\Z)", b""),
        ("three blanks at line ends removed", rb"[ \t]{3}(?=\r\n|\Z)", b""),
        ("mbox quoting undone (> before From)", rb"(?m)^>(?=From )", b""),
        ("mbox quoting undone (one > before >From)", rb"(?m)^>(?=>*From )", b""),
        ("mbox quoting put back (> before From)", rb"(?m)^(?=From )", b">"),
        ("=46rom written as From", rb"(?m)^=46rom ", b"From "),
        ("From at line start written as =46rom", rb"(?m)^From ", b"=46rom "),
        ("the blank after the mark of a signature (--) put back", rb"(?m)^--(?=\r\n)", b"-- "),
        ("runs of blanks made one", rb"(?<=[^ \t\r\n])[ \t]{2,}(?=[^ \t\r\n])", b" "),
        ("blank lines at the start removed", rb"\A(?:[ \t]*\r\n)+", b""),
        ("a blank line at the start put back", rb"\A", CRLF),
        ("runs of blank lines made one", rb"(?:\r\n){3,}", b"\r\n\r\n"),
        ("one blank line of each run removed", rb"(?:\r\n){3}", b"\r\n\r\n"),
        ("every second line, which was blank, removed", rb"\r\n\r\n", CRLF),
        ("a byte order mark removed", rb"\A\xef\xbb\xbf", b""),
        ("a byte order mark put back", rb"\A", _UTF8),
        ("doubled dots at line starts made one", rb"(?m)^\.\.", b"."),
        ("dots at line starts doubled", rb"(?m)^\.", b".."),
        ("tabs put back for eight blanks", rb" {8}", b"\t"),
        ("tabs put back for four blanks", rb" {4}", b"\t"),
        ("tabs put back for blanks at line starts", rb"(?m)^ +", b"\t"),
        ("tabs made blanks", rb"\t", b" "),
        ("tabs made eight blanks", rb"\t", b"        "),
        ("tabs made four blanks", rb"\t", b"    "),
        ("blanks at line starts removed", rb"(?m)^[ \t]+", b""),
        ("soft line breaks of quoted-printable removed", rb"=[ \t]*\r\n", b""),
        ("trailing blanks after soft line breaks removed", rb"=[ \t]+\r\n", b"=\r\n"),
    )
)


def _flowed(body: bytes) -> bytes:
    """Every line that another follows ends in a blank (RFC 3676): the soft breaks of format=flowed."""
    return re.sub(rb"(?<=[^ \r\n])\r\n(?=[^\r\n>])", b" \r\n", body)


def _unflowed(body: bytes) -> bytes:
    return re.sub(rb"(?<=[^ \r\n]) \r\n(?=[^\r\n])", b" ", body)


_LINES: tuple[tuple[str, Callable[[bytes], bytes]], ...] = (
    ("blanks at the ends of wrapped lines put back (format=flowed)", _flowed),
    ("lines wrapped as format=flowed joined", _unflowed),
)


def _recoded(mail: Mail) -> Iterator[Undone]:
    """Other transfer encodings and charsets of the same content: servers without 8BITMIME change it (RFC 6152)."""
    found = parts(mail)
    encodings = {part.encoding for part in found if part.is_text}
    made: list[tuple[str, Callable[[Part, bytes], tuple[str, bytes] | None]]] = []
    if encodings & {"quoted-printable", "base64"}:
        made += [
            (f"{name} undone to 8bit", _plain(name, "8bit"))
            for name in ("quoted-printable", "base64")
            if name in encodings
        ]
        made += [
            (f"{name} undone to 7bit", _plain(name, "7bit"))
            for name in ("quoted-printable", "base64")
            if name in encodings
        ]
    for width in QP_WIDTHS:
        made.append((f"text put back into quoted-printable, {width} a line", _as_quoted(width)))
        if "quoted-printable" in encodings or "base64" in encodings:
            made.append((f"quoted-printable written anew, {width} a line", _again(width)))
    for width in BASE64_WIDTHS:
        if any(part.encoding == "base64" for part in found):
            made += [("base64 wrapped otherwise", _wrapped64(width, end)) for end in (b"", CRLF)]
        made.append(("text put back into base64", _as_base64(width, CRLF)))
        made.append(("text put back into base64, with line ends of Unix", _as_base64(width, b"\n")))
    made.append(("the charset that it names put back for UTF-8", _charset))
    for told, to in made:
        if changed := recode(mail, to):
            yield told, *changed


def _plain(name: str, to: str) -> Callable[[Part, bytes], tuple[str, bytes] | None]:
    def make(part: Part, content: bytes) -> tuple[str, bytes] | None:
        if part.encoding != name or not part.is_text or (to == "7bit" and not content.isascii()):
            return None
        return to, re.sub(rb"\r*\n", CRLF, content)

    return make


def _as_quoted(width: int) -> Callable[[Part, bytes], tuple[str, bytes] | None]:
    def make(part: Part, content: bytes) -> tuple[str, bytes] | None:
        if part.encoding not in ("8bit", "binary", "7bit", "") or not part.is_text:
            return None
        long = any(len(line) > 76 for line in content.split(CRLF))
        if part.encoding in ("7bit", "") and content.isascii() and b"=" not in content and not long:
            return None
        return "quoted-printable", as_quoted(content, width)

    return make


def _again(width: int) -> Callable[[Part, bytes], tuple[str, bytes] | None]:
    def make(part: Part, content: bytes) -> tuple[str, bytes] | None:
        if part.encoding not in ("quoted-printable", "base64") or not part.is_text:
            return None
        return "quoted-printable", as_quoted(re.sub(rb"\r*\n", CRLF, content), width)

    return make


def _as_base64(width: int, end: bytes) -> Callable[[Part, bytes], tuple[str, bytes] | None]:
    def make(part: Part, content: bytes) -> tuple[str, bytes] | None:
        if part.encoding == "base64" or not part.is_text:
            return None
        return "base64", as_base64(content.replace(CRLF, end), width)

    return make


def _wrapped64(width: int, end: bytes) -> Callable[[Part, bytes], tuple[str, bytes] | None]:
    def make(part: Part, content: bytes) -> tuple[str, bytes] | None:
        if part.encoding != "base64":
            return None
        return "base64", as_base64(content, width).removesuffix(CRLF) + (end if part.head >= 0 else CRLF + end)

    return make


def _charset(part: Part, content: bytes) -> tuple[str, bytes] | None:
    if not part.is_text or content.isascii() or part.charset.lower() in ("", "utf-8", "utf8", "us-ascii"):
        return None
    if part.encoding not in ("8bit", "binary", ""):
        return None
    try:
        return part.encoding or "8bit", content.decode().encode(part.charset)
    except (UnicodeError, LookupError):
        return None


def _wrapped(mail: Mail) -> Iterator[Undone]:
    """Lines that were joined, wrapped again; lines that were wrapped, joined again; for each width in use."""
    body = mail.body
    quoted = any(part.encoding == "quoted-printable" for part in parts(mail))
    lines = body.split(CRLF)
    longest = max(map(len, lines))
    for width in WRAPS:
        if quoted and longest >= width:
            for way in ("most", "less", "over"):
                again = CRLF.join(wrap_quoted(one, width, way) for one in lines)
                yield f"soft line breaks put back, {width} a line", again, ""
        if longest > width:
            for gap, told in ((CRLF, ""), (b" \r\n", ", blanks kept")):
                yield f"lines wrapped again at {width}{told}", _wrapped_at(lines, width, gap), ""
    widths = sorted({*WRAPS, longest, longest + 1, longest + 2})
    for width in widths:
        for gap in (b" ", b""):
            yield f"lines that had been wrapped at {width} joined", _joined(lines, width, gap), ""
    for was in [width for width in widths if width >= longest][:8]:
        paragraphs = _joined(lines, was, b" ").split(CRLF)
        for width in WRAPS:
            for gap, told in ((CRLF, ""), (b" \r\n", ", blanks kept")):
                yield f"lines wrapped at {was} wrapped at {width} again{told}", _wrapped_at(paragraphs, width, gap), ""


def _wrapped_at(lines: list[bytes], width: int, gap: bytes) -> bytes:
    return CRLF.join([one if len(one) <= width else _wrap(one, width, gap) for one in lines])


def _wrap(line: bytes, width: int, gap: bytes) -> bytes:
    """A line broken at blanks so that no piece has more than `width` bytes, as far as blanks allow."""
    pieces, at = list[bytes](), 0
    while len(line) - at > width:
        cut = line.rfind(b" ", at + 1, at + width + 1)
        if cut < 0:
            cut = line.find(b" ", at + width + 1)
        if cut < 0:
            break
        pieces.append(line[at:cut])
        at = cut + 1
    return gap.join([*pieces, line[at:]])


def _joined(lines: list[bytes], width: int, gap: bytes) -> bytes:
    """Lines joined where the next word would not have fitted: there a program had broken them."""
    out = [lines[0]]
    last = lines[0]
    for line in lines[1:]:
        word = line.split(b" ", 1)[0]
        if last and word and len(last) + 1 + len(word) > width and (gap or last.endswith(b" ")):
            out[-1] += gap + line
        else:
            out.append(line)
        last = line
    return CRLF.join(out)
