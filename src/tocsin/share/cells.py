"""Cells of a table that no spreadsheet takes for a formula (https://owasp.org/www-community/attacks/CSV_Injection)."""

from __future__ import annotations

import re

_SIGNS = r"'*[=+\-@\t\r\n＝＋－＠]"
#: Apostrophes before the sign count too, so that taking one away always restores the text.
FORMULA = f"^({_SIGNS})"
GUARDED = r"'\1"


def guarded(text: str) -> str:
    """The text, with an apostrophe before what would run as a formula."""
    return re.sub(FORMULA, GUARDED, text)


def restored(cell: str) -> str:
    """The text that `guarded` made the cell of."""
    return re.sub(f"^'({_SIGNS})", r"\1", cell)
