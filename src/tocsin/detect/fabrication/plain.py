"""The words of a post that carry what it says, without links, mentions and the hashtags around it; its names and
numbers."""

from __future__ import annotations

import html
import re
from functools import lru_cache

_LINK = re.compile(r"(?:https?://|www\.)\S+|(?<!\w)@\w+")
_REPOST = re.compile(r"^\s*(?:RT\b[\s:]*)+", re.IGNORECASE)
_TAG = r"[#＃][\w]+"
_BEFORE = re.compile(rf"^(?:[\W_]*{_TAG})+(?=\W|$)")
_BEHIND = re.compile(rf"(?:{_TAG}[^\w#＃]*)+$")
_INSIDE = re.compile(rf"({_TAG})")
_HUMP = re.compile(r"(?<=[a-zß-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])|(?<=[A-Za-z])(?=\d)|_")
_WORDS_MIN = 3


def plain(text: str) -> str:
    """What a model should read of a post.

    Character references are resolved; links, mentions and `RT` are cut; hashtags before and behind the sentence are
    cut, unless fewer than three words would be left; those inside are words, cut where a capital follows a small letter
    (#StopTheSteal is "Stop The Steal").
    """
    whole = _REPOST.sub("", _LINK.sub(" ", html.unescape(text))).strip(" :")
    inner = _BEHIND.sub("", _BEFORE.sub("", whole)).strip()
    kept = inner if len(inner.split()) >= _WORDS_MIN or _dense(inner) else whole
    return " ".join(_INSIDE.sub(lambda tag: _HUMP.sub(" ", tag[1][1:]), kept).split())


def _dense(text: str) -> bool:
    """Written without blanks between words, and long enough to say something."""
    return len(text) >= 2 * _WORDS_MIN and any(
        "\u3040" <= char <= "\u9fff" or "\u0e00" <= char <= "\u0eff" for char in text
    )


_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")  # and dates
_WORDS = re.compile(r"[^\W\d_]+")
_NAME_LETTERS = 4  # by which names in other cases are one
_CAPITALS_MAX = 0.4  # share of the words that begin with a capital; more is a headline, or German


def differ(one: str, other: str, same_language: bool) -> bool:
    """Whether both hold numbers and share none, or, in one language, names and share none: two events of one kind."""
    numbers, names = _marks(one)
    others, called = _marks(other)
    return bool(numbers and others and not numbers & others) or bool(
        same_language and names and called and not names & called
    )


@lru_cache(1 << 16)
def _marks(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """Numbers, without signs inside them; names: words with a capital that do not begin a sentence."""
    said = plain(text)
    numbers = frozenset(re.sub(r"\D", "", found) for found in _NUMBER.findall(said))
    words = list(_WORDS.finditer(said))
    capital = [word for word in words if word[0][0].isupper()]
    if len(capital) > _CAPITALS_MAX * len(words):
        return numbers, frozenset()
    inside = (word[0] for word in capital if re.search(r"[\w,;]\W?\s$", said[: word.start()]) and len(word[0]) > 1)
    return numbers, frozenset(word[:_NAME_LETTERS].casefold() for word in inside)
