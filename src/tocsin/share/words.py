"""How figures, times and chances are put into words: the same in the report, the terminal and the tables."""

from __future__ import annotations

import math
import re
import tomllib
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from tocsin.model.finding import Test

# Control characters (a terminal would obey them), the noncharacters XML forbids, and lone surrogates.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# Marks that turn the direction of all that follows, used to make text look like other text.
_OVERRIDES = re.compile("[\u202a-\u202e]")
_SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_DURATIONS = ((86_400.0, "day", "days"), (3_600.0, "h", "h"), (60.0, "min", "min"))


@cache
def vocabulary() -> dict[str, Any]:
    """The words shown to readers, from words.toml: `standing`, `limits`, `glossary`, `breakout`, `columns`."""
    return tomllib.loads(files("tocsin.share").joinpath("words.toml").read_text(encoding="utf-8"))


def clean(text: str) -> str:
    """`text` without characters that a terminal obeys or XML forbids; tab and line ends stay."""
    return _ILLEGAL.sub("", text)


def clip(text: str, most: int) -> str:
    """`text` for display: cleaned, without marks that force its direction, cut to `most` characters; a cut is said,
    with the full length."""
    head = _OVERRIDES.sub("", clean(text[: most + 1]))
    return head if len(text) <= most else f"{head[:most]}… ({len(text):,} characters in all)"


def number(value: float | None) -> str:
    """Three significant digits, thousands separated; whole numbers whole; a dash for nothing."""
    if value is None or math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == int(value) and abs(value) < 1e15:
        text = f"{int(value):,}"
    elif 1e-3 <= abs(value) < 1e15:
        text = f"{value:,.{max(0, 2 - math.floor(math.log10(abs(value))))}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    else:
        mantissa, exponent = f"{value:.1e}".split("e")
        text = f"{mantissa} × 10{power(int(exponent))}"
    return text.replace("-", "−")


def power(exponent: int) -> str:
    """An exponent in superscript digits."""
    return str(exponent).translate(_SUPERSCRIPT)


def count(n: int, one: str, many: str = "") -> str:
    """`1 post`, `12 posts`."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def listed(items: tuple[str, ...] | list[str], empty: str = "–") -> str:
    """`a, b and c`."""
    if len(items) < 2:
        return items[0] if items else empty
    return f"{', '.join(items[:-1])} and {items[-1]}"


def moment(time: datetime | None) -> str:
    """`2016-01-14 13:05:20`, in UTC; fractions of a second where there are any."""
    if time is None:
        return "–"
    utc = time.astimezone(UTC)
    return f"{utc:%Y-%m-%d %H:%M:%S}" + (f".{utc.microsecond:06d}".rstrip("0") if utc.microsecond else "")


def day(time: datetime) -> str:
    """`14 Jan 2016`, in UTC."""
    utc = time.astimezone(UTC)
    return f"{utc.day} {utc:%b %Y}"


def period(first: datetime | None, last: datetime | None) -> str:
    """`14 Jan 2016 to 3 Feb 2016`, or the one day with its hours."""
    if first is None or last is None:
        return "no time known"
    first, last = first.astimezone(UTC), last.astimezone(UTC)
    if first.date() == last.date():
        return f"{day(first)}, {first:%H:%M} to {last:%H:%M} UTC"
    return f"{day(first)} to {day(last)}"


def duration(seconds: float) -> str:
    """`12 s`, `3 min 20 s`, `2 days`: the two largest units."""
    if not math.isfinite(seconds):
        return number(seconds)
    sign, left = ("−" if seconds < 0 else ""), abs(seconds)
    if left < 60:
        return f"{sign}{number(round(left, 3))} s"
    parts = []
    left = round(left)
    for size, one, many in _DURATIONS:
        amount, left = divmod(left, size)
        if amount:
            parts.append(f"{int(amount):,} {one if amount == 1 else many}")
    parts += [f"{int(left)} s"] if left else []
    return sign + " ".join(parts[:2])


def large(log10: float) -> str:
    """10 ** `log10` rounded down to two digits, in words: `340`, `2.1 million`, `10¹⁵`."""
    if log10 >= 15:
        return f"10{power(math.floor(log10))}"
    value = 10.0**log10 * (1 + 1e-9)
    step = 10.0 ** max(0, math.floor(math.log10(value)) - 1)
    value = math.floor(value / step) * step
    for size, name in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if value >= size:
            return f"{number(value / size)} {name}"
    return f"{int(value):,}"


def chance(p: float) -> str:
    """How often chance alone gives as much, never understated: `at most 1 of 340 such data sets`."""
    if p > 0.1:
        return f"about {math.ceil(p * 100 - 1e-9)} of 100 such data sets"
    return f"at most 1 of {large(-math.log10(p) if p > 0 else 307)} such data sets"


def verdicts(test: Test) -> list[str]:
    """What the p-, q- and e-value of a test say, each in one sentence with its figure."""
    words = []
    if test.p is not None:
        words.append(
            f"By chance alone (the null model) as much or more is seen in {chance(test.p)} ({_p('p', test.p)})."
        )
    if test.q is not None:
        share = number(min(test.q, 1.0) * 100)
        words.append(
            f"Counting every test made: of all results as strong as this, at most {share} % are expected to be chance "
            f"({_p('q', test.q)})."
        )
    if test.log_e is not None:
        words.append(_e_words(test.log_e / math.log(10)))
    return words


def _p(name: str, value: float) -> str:
    return f"{name} = {number(value)}" if value > 0 else f"{name} < 10{power(-307)}"


def _e_words(log10: float) -> str:
    if log10 <= 0:
        return "The e-value is 1 or less: no evidence against chance."
    if not math.isfinite(log10):
        return "The e-value is unbounded: chance cannot give this at all."
    return (
        f"A bet against chance would have multiplied its stake by {large(log10)} (e-value; p is at most its inverse)."
    )


def shortest(test: Test) -> str:
    """The strength of a test in one short cell."""
    if test.p is not None:
        return chance(test.p).removesuffix(" such data sets")
    if test.log_e is not None and test.log_e > 0:
        return f"at most 1 of {large(min(test.log_e / math.log(10), 307))}"
    return "–"
