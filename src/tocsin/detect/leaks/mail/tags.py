"""Lists of tags (RFC 6376, section 3.2), as signatures and keys have them."""

from __future__ import annotations

import re

from tocsin.errors import InputError

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_BLANKS = re.compile(r"[ \t\r\n]+")


class BadTags(InputError):  # noqa: N818  a state of a record, told by its base
    """A list of tags that does not follow the standard; the signature or key with it does not count."""


def read(text: str) -> dict[str, str]:
    """Tags and their values, without blanks around. Raises `BadTags` where the list is no such list."""
    specs = text.split(";")
    if not specs[-1].strip():
        specs.pop()
    found: dict[str, str] = {}
    for spec in specs:
        name, equals, value = spec.partition("=")
        name = name.strip()
        if not equals or not _NAME.fullmatch(name):
            raise BadTags(f"there is no tag in {spec.strip()[:40]!r}")
        if name in found:
            raise BadTags(f"the tag {name}= is there twice")
        found[name] = value.strip()
    return found


def solid(value: str) -> str:
    """A value without any blanks, such as base64 that is folded."""
    return _BLANKS.sub("", value)


def words(value: str) -> tuple[str, ...]:
    """A list with colons, in lower case."""
    return tuple(word.strip().lower() for word in value.split(":"))


def number(tags: dict[str, str], name: str) -> int | None:
    """A tag that is a whole number; None where it is not there. Raises `BadTags` where it is something else."""
    if name not in tags:
        return None
    if not re.fullmatch(r"[0-9]{1,76}", tags[name]):
        raise BadTags(f"the tag {name}= is not a number")
    return int(tags[name])
