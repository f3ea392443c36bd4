"""Known damages of transport and storage to a header, and how each is undone. None changes a word that is seen."""

from __future__ import annotations

import base64
import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from typing import NamedTuple

from tocsin.detect.leaks.mail import canon
from tocsin.detect.leaks.mail.fields import CRLF, Field

MOST_TRIES, MOST_BYTES = 6_000, 64 << 10
_FOLD, _QUOTES = re.compile(rb"\r\n[ \t]+"), re.compile(rb'"([^"<>\\,;:@]+)"(?=\s*<)')
_BARE_NAME = re.compile(rb'(?:(?<=,)|(?<=:)|^)(\s*)([A-Za-z0-9][^"<>\\,;:@=]*?)(\s*<)')
#: Names as programs write them; others keep theirs.
_NAMES = ("Message-ID", "Message-Id", "MIME-Version", "Mime-Version", "DKIM-Signature", "Reply-To", "Reply-to")
ENCODING = "content-transfer-encoding"
ENCODINGS = (
    "8bit",
    "7bit",
    "quoted-printable",
    "base64",
    "binary",
    "8BIT",
    "7BIT",
    "Quoted-printable",
    "Quoted-Printable",
)


class Restored(NamedTuple):
    """Fields as they were signed, the signature's own field last, and what was undone. A field that was not there yet
    has no bytes."""

    fields: tuple[Field, ...]
    steps: tuple[str, ...]


def search(
    fields: Sequence[Field], signature: Field, relaxed: bool, encoding: str, matches: Callable[[bytes], bool]
) -> Restored | None:
    """The header for which `matches` says of its canonical text that it was signed; None where no known damage explains
    the difference. `encoding`: the transfer encoding that the restored body has, "" where it was not changed."""
    every = [*fields, signature]
    for tries, (steps, found) in enumerate(_candidates(every, relaxed, encoding)):
        if tries > MOST_TRIES:
            break
        text = b"".join(canon.field(one.raw, relaxed) for one in found[:-1] if one.raw)
        if matches(text + canon.field(canon.unsigned(found[-1].raw), relaxed).removesuffix(CRLF)):
            return Restored(tuple(found), steps)
    return None


def _candidates(fields: list[Field], relaxed: bool, encoding: str) -> Iterator[tuple[tuple[str, ...], list[Field]]]:
    """Headers as they may have been, the simplest first: one thing undone everywhere, in one field, or two things."""
    for steps, start in _with_encoding(fields, encoding):
        yield steps, start
        if sum(len(one.raw) for one in start) > MOST_BYTES:
            continue
        styles = {} if relaxed else _STYLES
        for told, style in styles.items():
            yield (*steps, told), [_styled(one, style) for one in start]
        single = list(_single(start, relaxed))
        for told, n, new in single:
            yield (*steps, told), [*start[:n], new, *start[n + 1 :]]
        for (told, style), (also, then) in itertools.permutations(styles.items(), 2):
            yield (*steps, told, also), [_styled(_styled(one, style), then) for one in start]
        for (told, n, new), (also, m, other) in itertools.combinations(single, 2):
            if n < m:
                yield (*steps, told, also), [*start[:n], new, *start[n + 1 : m], other, *start[m + 1 :]]


def _with_encoding(fields: list[Field], encoding: str) -> Iterator[tuple[tuple[str, ...], list[Field]]]:
    """The fields with the transfer encoding that the restored body has, in each way in which programs write it."""
    if not encoding:
        yield (), fields
        return
    for name in [encoding, *(one for one in ENCODINGS if one.lower() == encoding and one != encoding)]:
        yield (), [_encoded(one, name) if one.name == ENCODING else one for one in fields]
    if encoding in ("7bit", "8bit"):  # the mail may have had no such field
        yield (), [Field(one.name, b"") if one.name == ENCODING else one for one in fields]


def _encoded(field: Field, name: str) -> Field:
    return Field(field.name, field.raw.partition(b":")[0] + b": " + name.encode() + CRLF)


def _styled(field: Field, style: Callable[[bytes], bytes]) -> Field:
    return Field(field.name, style(field.raw)) if field.raw else field


def _fold(width: int, gap: bytes) -> Callable[[bytes], bytes]:
    """Folded at blanks so that lines have at most `width` characters, each further line with `gap` before it."""

    def style(raw: bytes) -> bytes:
        line, lines = _FOLD.sub(b" ", raw[:-2]), list[bytes]()
        while len(line) > width:
            cut = line.rfind(b" ", line.find(b":") + 2 if not lines else 2, width + 1)
            if cut < 0:
                break
            lines.append(line[:cut])
            line = gap + line[cut + 1 :]
        return CRLF.join([*lines, line]) + CRLF

    return style


def _gap(blanks: bytes) -> Callable[[bytes], bytes]:
    """Folded where it is, each further line with `blanks` before it."""
    return lambda raw: _FOLD.sub(CRLF + blanks, raw[:-2]) + CRLF


def _named(raw: bytes) -> bytes:
    name, colon, value = raw.partition(b":")
    return b"-".join(part[:1].upper() + part[1:].lower() for part in name.split(b"-")) + colon + value


_STYLES: dict[str, Callable[[bytes], bytes]] = {
    "folded header lines joined": lambda raw: _FOLD.sub(b" ", raw[:-2]) + CRLF,
    "folded header lines joined, their blanks kept": lambda raw: raw[:-2].replace(CRLF, b"") + CRLF,
    "header lines folded at runs of blanks": lambda raw: re.sub(rb"(?<=\S)(?= {3,}|\t)", CRLF, raw[:-2]) + CRLF,
    "header lines folded with a tab": _gap(b"\t"),
    "header lines folded with a blank": _gap(b" "),
    **{f"header lines folded with {n} blanks": _gap(b" " * n) for n in range(2, 9)},
    "header lines folded at 78": _fold(78, b" "),
    "header lines folded at 78 with a tab": _fold(78, b"\t"),
    "header lines folded at 76": _fold(76, b" "),
    "header lines folded at 76 with a tab": _fold(76, b"\t"),
    "header lines folded after each ;": lambda raw: re.sub(rb";\s+(?=\S)", b";\r\n ", raw),
    "header lines folded after each ; with a tab": lambda raw: re.sub(rb";\s+(?=\S)", b";\r\n\t", raw),
    "header lines folded at 72": _fold(72, b" "),
    "header lines folded at 72 with a tab": _fold(72, b"\t"),
    "the blank after the colon removed": lambda raw: re.sub(rb"\A([^:]+:)[ \t]+", rb"\1", raw),
    "one blank after the colon": lambda raw: re.sub(rb"\A([^:]+:)[ \t]*", rb"\1 ", raw),
    "blanks at the ends of header lines removed": lambda raw: re.sub(rb"[ \t]+(?=\r\n)", b"", raw),
    "runs of blanks in the header made one": lambda raw: re.sub(rb"(?<=[^\s])[ \t]{2,}(?=[^\s])", b" ", raw),
    "names of fields in the usual case": _named,
}


def _single(fields: list[Field], relaxed: bool) -> Iterator[tuple[str, int, Field]]:
    """One field changed in one way."""
    for n, field in enumerate(fields):
        if not field.raw:
            continue
        last = n == len(fields) - 1
        made = dict.fromkeys(
            [(told, raw) for told, raw in _variants(field, relaxed, signature=last) if raw != field.raw]
        )
        yield from ((f"{told} ({_shown(field)})", n, Field(field.name, raw)) for told, raw in made)


def _variants(field: Field, relaxed: bool, *, signature: bool) -> Iterator[tuple[str, bytes]]:
    raw = field.raw
    if not relaxed:
        yield from ((told, style(raw)) for told, style in _STYLES.items())
        name = raw.partition(b":")[0]
        yield from (
            ("name of the field written otherwise", one.encode() + raw[len(name) :])
            for one in _NAMES
            if one.lower() == field.name
        )
    if signature:
        return
    if field.name == ENCODING:
        yield from (("transfer encoding as it was signed", _encoded(field, name).raw) for name in ENCODINGS)
    name, colon, value = raw.partition(b":")
    lead = name + colon
    yield "quotes around a name removed", lead + _QUOTES.sub(rb"\1", value)
    yield "quotes around a name put back", lead + _BARE_NAME.sub(rb'\1"\2"\3', value)
    yield "blanks after commas removed", lead + re.sub(rb",\s+(?=\S)", b",", value)
    yield "blanks after commas put back", lead + re.sub(rb",(?=[^\s])", b", ", value)
    if b"=?" in value or not value.isascii():
        yield from (("coded words written otherwise", lead + b" " + one + CRLF) for one in _coded(field))


def _coded(field: Field) -> Iterator[bytes]:
    """A field with words outside ASCII, as programs write it: plain UTF-8, or as coded words (RFC 2047)."""
    try:
        text = str(make_header(decode_header(field.text)))
    except (HeaderParseError, LookupError, ValueError, UnicodeError):
        return
    yield text.encode()
    for charset in ("UTF-8", "utf-8", "iso-8859-1", "ISO-8859-1", "windows-1252", "Windows-1252"):
        try:
            data = text.encode(charset)
        except UnicodeError:
            continue
        start = f"=?{charset}?".encode()
        yield start + b"B?" + base64.b64encode(data) + b"?="
        quoted = b"".join(bytes([b]) if 48 <= b < 58 or 65 <= b < 91 or 97 <= b < 123 else b"=%02X" % b for b in data)
        yield start + b"Q?" + quoted.replace(b"=20", b"_") + b"?="


def _shown(field: Field) -> str:
    return field.raw.partition(b":")[0].decode("latin-1")
