"""Host names as they are compared: ASCII, lower case, without what surrounds them; and where their ending begins."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import pyarrow as pa

from tocsin.model.arrow import Array, pc

_HOST = r"^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$"
_LONGEST = 253  # RFC 1035, 3.1
_AROUND = (  # what stands around a name, in the order in which it is taken off
    (r"^[\s\"'<(]+|[\s\"'>),;]+$", ""),
    (r"\[\.\]|\(\.\)|\[dot\]|\(dot\)", "."),  # names made harmless in reports
    (r"^[a-z][a-z0-9+.-]*:/*", ""),
    (r"^//", ""),
    (r"^[^/@]*@", ""),
    (r"[/?#:].*$", ""),
    (r"^(\*\.|\.)+", ""),
    (r"\.+$", ""),
    (r"^www\d?\.(.+\..+)$", r"\1"),
)


class Parts(NamedTuple):
    """A host name in its parts: `body` stands before the public suffix, `registered` is what was bought."""

    body: str
    suffix: str
    registered: str


def clean(values: Any) -> Array:
    """Host names out of names, addresses of pages, e-mail addresses, wildcards and harmless spellings (`[.]`), a string
    array; null where there is none. Names in other scripts come out as A-labels (RFC 5890); `www.` is left out."""
    names = pc.utf8_lower(pc.fill_null(values.cast(pa.string()), ""))
    if not _good(names):
        for pattern, to in _AROUND:
            names = pc.replace_substring_regex(names, pattern, to)
    ascii_ = pc.string_is_ascii(names)
    if not pc.all(ascii_).as_py():
        names = pa.array(
            [
                name if plain else _ascii(name)
                for name, plain in zip(names.to_pylist(), ascii_.to_pylist(), strict=True)
            ],
            pa.string(),
        )
    good = pc.and_(pc.match_substring_regex(names, _HOST), pc.less_equal(pc.binary_length(names), _LONGEST))
    return pc.if_else(good, names, pa.scalar(None, pa.string()))


def _good(names: Any) -> bool:
    """Whether all are names already, none of them www."""
    return bool(
        pc.all(pc.and_(pc.match_substring_regex(names, _HOST), pc.invert(pc.starts_with(names, "www")))).as_py()
    )


def _ascii(name: str) -> str:
    """The A-labels of a name; "" where it has none."""
    import idna

    try:
        return idna.encode(name, uts46=True).decode()
    except (idna.IDNAError, UnicodeError):
        pass
    try:  # names that no registry would take are still seen in mails and pages
        return ".".join(
            label if label.isascii() else "xn--" + label.encode("punycode").decode() for label in name.split(".")
        )
    except UnicodeError:
        return ""


@cache
def _suffixes() -> Any:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()


def parts(name: str) -> Parts:
    """The parts of a host name after the Public Suffix List, private section included, as of the installed copy. A
    name that is itself a public suffix (`gov.uk`) has its first label as body."""
    suffix = _suffixes().publicsuffix(name) or ""
    if suffix == name:
        first, _, suffix = name.partition(".")
        return Parts(first, suffix, name)
    body = name[: -len(suffix) - 1]
    return Parts(body, suffix, f"{body.rpartition('.')[2]}.{suffix}")


def unicode(name: str) -> str:
    """The name with its A-labels as they are shown; a label that is broken stays as it is."""
    return ".".join(_shown(label) for label in name.split("."))


def _shown(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label
