"""The charts of the notebook as SVG: how the risk fell round by round, and the reported votes of a contest.

Plain SVG without scripts or styles: colours are the text's own, and each chart says in words what it shows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from tocsin.inform.notebook.book import Book
from tocsin.model.ballot import Contest

_WIDTH, _LEFT, _RIGHT, _TOP, _HEIGHT = 720, 80, 160, 16, 220
_DASHES = ("", "7 4", "2 3", "10 3 2 3", "14 5", "4 7")
_ROW = 30
LOWEST = 1e-6  # below it a risk is drawn at the edge


def risk_chart(book: Book, said: str, limit_word: str) -> str:
    """A line a contest over the rounds, on a scale of powers of ten, with the risk limit. "" before the first risk."""
    parts = [part for part in book.rounds if part.risk]
    if not parts:
        return ""
    low = _floor(book)
    right = _WIDTH - _RIGHT

    def x(number: int) -> float:
        return _LEFT + number / len(parts) * (right - _LEFT)

    def y(risk: float) -> float:
        return _TOP + _HEIGHT * math.log10(max(risk, 10.0**low)) / low

    drawn = [
        f'<path d="M{_LEFT} {y(10.0**power):.1f}H{right}" stroke="currentColor" stroke-opacity=".2"/>'
        + _text(_LEFT - 8, y(10.0**power) + 4, f"{10.0**power:g}", "end")
        for power in range(0, low - 1, -1)
    ]
    drawn += [_text(x(n), _TOP + _HEIGHT + 18, str(n), "middle") for n in range(len(parts) + 1)]
    limit = y(book.setup.risk_limit)
    drawn.append(
        f'<path d="M{_LEFT} {limit:.1f}H{right}" stroke="currentColor" stroke-width="2" stroke-dasharray="1 4"/>'
    )
    heights: list[float] = []
    labels = [(limit, f"{limit_word} {book.setup.risk_limit:g}")]
    for i, name in enumerate(book.contests):
        risks = [1.0, *(one.risk for part in parts for one, _ in part.results() if one.contest == name)]
        points = " ".join(f"{x(n):.1f},{y(risk):.1f}" for n, risk in enumerate(risks))
        dash = f' stroke-dasharray="{dashes}"' if (dashes := _DASHES[i % len(_DASHES)]) else ""
        drawn.append(f'<polyline points="{points}" fill="none" stroke="currentColor" stroke-width="2"{dash}/>')
        labels.append((y(risks[-1]), book.contests[name].contest.name[:24]))
    for height, words in labels:
        heights.append(_apart(height + 4, heights))
        drawn.append(_text(right + 8, heights[-1], words, "start"))
    return _svg(_TOP + _HEIGHT + 26, said, drawn)


def votes_chart(contest: Contest, said: str) -> str:
    """A bar a choice with its reported votes, winners filled."""
    most = max(contest.votes.values(), default=0) or 1
    order = sorted(contest.choices, key=lambda choice: -contest.votes.get(choice.id, 0))
    drawn = []
    for i, choice in enumerate(order):
        votes, y = contest.votes.get(choice.id, 0), _TOP + _ROW * i
        width = votes / most * (_WIDTH - 2 * _RIGHT)
        fill = ".7" if choice.id in contest.reported_winners else ".15"
        drawn += [
            _text(_RIGHT - 8, y + 15, choice.name[:24], "end"),
            f'<rect x="{_RIGHT}" y="{y}" width="{width:.1f}" height="20" fill="currentColor" fill-opacity="{fill}" '
            'stroke="currentColor"/>',
            _text(_RIGHT + width + 8, y + 15, f"{votes:,}", "start"),
        ]
    return _svg(_TOP + _ROW * len(order), said, drawn)


def _floor(book: Book) -> int:
    """The lowest power of ten that is drawn."""
    every = [one.risk for part in book.rounds for one, _ in part.results()]
    least = max(min([*every, book.setup.risk_limit]), LOWEST)
    return min(-1, math.floor(math.log10(least)))


def _apart(y: float, others: Sequence[float]) -> float:
    """A height for a label that no other one covers: the nearest free one."""
    steps = (y + sign * 16 * n for n in range(len(others) + 1) for sign in (-1, 1))
    return next(at for at in steps if all(abs(at - other) >= 15 for other in others))


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="currentColor">{escape(words)}</text>'


def _svg(height: int, said: str, parts: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" font-size="13"'
    return f'{head} aria-label="{escape(said)}">{"".join(parts)}</svg>'
