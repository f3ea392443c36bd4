"""A message as it is compared with checked claims: without what platforms put around it, and blind to parties."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib.resources import files

_LINK = re.compile(r"(?:https?://|pic\.twitter\.com/|www\.)\S+", re.I)
_EMBEDDED = re.compile(r"\s+[—–-]{1,2}\s+([^—–(]{0,120})\(@\w+\)\s+\w+ \d{1,2}, \d{4}\s*")  # an embedded post's foot
_TAG = re.compile(r"[#@](\w+)")
_HUMPS = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_")
_SIGNS = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d\u20e3\U000e0020-\U000e007f]+")
_WORD = re.compile(r"[^\W_]+(?:[-'’/][^\W_]+)*")
#: A word, a number with its sign and all of its digits, or a sign that says what a number counts.
_EXACT = re.compile(r"[$€£¥₽₴₺₹%‰°<>≤≥]|(?:(?<!\w)[-−–])?\d+(?:[.,:]\d+)*(?![^\W_])|" + _WORD.pattern)
_UNSEEN = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")


def plain(text: str) -> str:
    """The message without links, emoji and the foot of embedded posts; tags and handles as the words in them."""
    text = _LINK.sub(" ", " ".join(_UNSEEN.sub("", unicodedata.normalize("NFC", text)).split()))
    text = _EMBEDDED.sub(r" \1 ", text)
    text = _TAG.sub(lambda tag: " " + _HUMPS.sub(" ", tag[1]), _SIGNS.sub(" ", text))
    return " ".join(text.split())


def blind(text: str) -> str:
    """The text with every party written as "party", so that no party is nearer to anything than another."""
    return _WORD.sub(lambda word: "party" if _key(word[0]) in listed("parties.txt") else word[0], text)


def words(text: str) -> list[str]:
    """The words and numbers of a text in one case, without punctuation."""
    return [_key(word) for word in _WORD.findall(_seen(text))]


def exact(text: str) -> list[str]:
    """The words as `words`, and of numbers the sign, the point, and what they count, such as % or €."""
    return [_key(word) for word in _EXACT.findall(_seen(text))]


def _seen(text: str) -> str:
    """The letters that a reader sees, in one form."""
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", text))


def _key(word: str) -> str:
    return word.casefold().replace("’", "'").removesuffix("'s").removesuffix("'")


@cache
def listed(name: str) -> frozenset[str]:
    """The words in a data file of this room."""
    lines = files(__package__).joinpath(name).read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())
