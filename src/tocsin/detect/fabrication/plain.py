"""The words of a post that carry what it says: without links, mentions and the hashtags around it."""

from __future__ import annotations

import html
import re

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
