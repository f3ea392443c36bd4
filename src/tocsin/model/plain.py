"""Text from outside, written so that it says just what it says: no formula, no markup, no hidden marks."""

from __future__ import annotations

import re

_SIGNS = r"'*[=+\-@\t\r\n＝＋－＠]"
#: What a spreadsheet takes for a formula (https://owasp.org/www-community/attacks/CSV_Injection). Apostrophes before
#: the sign count too, so that taking one away always restores the text.
FORMULA = f"^({_SIGNS})"
GUARDED = r"'\1"

#: What begins something in CommonMark, or in GitHub's extensions (links without brackets).
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#!|&~@$]|:(?=//)|(?<=www)\.|^[-+=])", re.IGNORECASE)
_NUMBER = re.compile(r"^(\d+)([.)])")
# Control characters, and marks that turn the direction of all that follows, used to make text look like other text.
_HARMFUL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def guarded(text: str) -> str:
    """The text, with an apostrophe before what would run as a formula."""
    return re.sub(FORMULA, GUARDED, text)


def restored(cell: str) -> str:
    """The text that `guarded` made the cell of."""
    return re.sub(f"^'({_SIGNS})", r"\1", cell)


def escaped(text: str) -> str:
    """A text as CommonMark that says just that."""
    return _SPECIAL.sub(r"\\\1", _NUMBER.sub(r"\1 \2", " ".join(text.split())))


def clean(text: object) -> str:
    """Text without characters that XML forbids or that turn the direction of what follows."""
    return _HARMFUL.sub("", str(text))
