"""The path from a gift to an owner or a listing as a picture: boxes in layers, the recipient at the top, arrows from
who gives to who gets and from what is owned to its owner.

Boxes and arrows are placed here; colours are the page's. Layers go by breadth first from the recipient, so that a
circle of owners ends where it began.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from tocsin.model.finding import Money, Step
from tocsin.share.money import view
from tocsin.share.money.words import during, relation
from tocsin.share.view import Table
from tocsin.share.words import clip, count, listed

WIDTH, HEIGHT, ACROSS, DOWN, _LINE = 220, 54, 40, 84, 28
_NAME, _RECIPIENTS = 120, 3
_DOWN, _UP = "m-5 -7l5 7l5 -7", "m-5 7l5 -7l5 7"  # heads of arrows


@dataclass(frozen=True, slots=True)
class Box:
    """A party in the picture: upper left corner, what is written in it (one or two lines), and what it is."""

    x: float
    y: float
    lines: tuple[str, ...]
    kind: Literal["recipient", "donor", "owner", "listed"]


@dataclass(frozen=True, slots=True)
class Arrow:
    """A step: path data, and the words beside it, one or two lines, with the place of their middle."""

    d: str
    words: tuple[str, ...]
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Picture:
    """The picture, in a box of `width` x `height`; every box is 220 x 54."""

    alt: str
    width: int
    height: int
    boxes: list[Box]
    arrows: list[Arrow]
    table: Table


def whole(money: Money) -> tuple[Step, ...]:
    """The path of a finding from the gifts on: where it begins with a donor, who got the gifts is put before it."""
    path = money.path
    if not path or any(step.relation == "gave to" for step in path):
        return path
    days = [row.date for row in money.rows]
    gifts = count(money.gifts, "gift")
    first, last = (min(days), max(days)) if days else (None, None)
    gave = (
        Step(relation="gave to", source=donor, target=recipient, since=first, until=last, evidence=gifts)
        for donor in _tops(path)
        for recipient in money.recipients[:_RECIPIENTS]
    )
    return (*gave, *path)


def owners(path: Sequence[Step]) -> tuple[str, ...]:
    """Who stands below the donor: owners, those in control, entries on lists."""
    below = (step.target for step in path if step.relation not in ("gave to", "is the company"))
    return tuple(dict.fromkeys(below))


def through(paths: Iterable[Sequence[Step]], name: str) -> tuple[Step, ...]:
    """Every step of the paths that pass by a name, each once."""
    passing = (path for path in paths if any(name in (step.source, step.target) for step in path))
    seen = {(step.relation, step.source, step.target): step for path in passing for step in path}
    return tuple(seen.values())


def picture(path: Sequence[Step]) -> Picture | None:
    """The picture of a path; None where there is none."""
    if not path:
        return None
    layers = _layers(path)
    widest = max(len(layer) for layer in layers)
    width = widest * WIDTH + (widest - 1) * ACROSS + 2 * ACROSS
    kinds = _kinds(path)
    boxes = {}
    for depth, layer in enumerate(layers):
        left = (width - len(layer) * WIDTH - (len(layer) - 1) * ACROSS) / 2
        for i, name in enumerate(layer):
            boxes[name] = Box(left + i * (WIDTH + ACROSS), depth * (HEIGHT + DOWN) + 2, _lines(name), kinds[name])
    height = len(layers) * HEIGHT + (len(layers) - 1) * DOWN + 4
    into = Counter(_ends(step)[1] for step in path)
    arrows = [_arrow(step, boxes, into[_ends(step)[1]] > 1) for step in path]
    return Picture(_alt(path), width, height, list(boxes.values()), arrows, view.steps(path))


def _layers(path: Sequence[Step]) -> list[list[str]]:
    """Parties by their distance from the recipients, each layer in the order of the steps."""
    near: dict[str, list[str]] = {}
    for step in path:
        upper, lower = _ends(step)
        near.setdefault(upper, []).append(lower)
        near.setdefault(lower, [])
    layer = _tops(path)
    seen, layers = set(layer), []
    while layer:
        layers.append(layer)
        layer = list(dict.fromkeys(low for name in layer for low in near[name] if low not in seen))
        seen.update(layer)
    return layers


def _tops(path: Sequence[Step]) -> list[str]:
    """The parties that stand below nobody; of a circle the first."""
    lower = {_ends(step)[1] for step in path}
    return list(dict.fromkeys(upper for upper, _ in map(_ends, path) if upper not in lower)) or [_ends(path[0])[0]]


def _ends(step: Step) -> tuple[str, str]:
    """The upper and the lower party of a step: a recipient stands above who gave, a company above its owner."""
    return (step.target, step.source) if step.relation == "gave to" else (step.source, step.target)


def _kinds(path: Sequence[Step]) -> dict[str, Literal["recipient", "donor", "owner", "listed"]]:
    kinds: dict[str, Literal["recipient", "donor", "owner", "listed"]] = {}
    for step in path:
        kinds.setdefault(step.source, "donor" if step.relation in ("gave to", "is the company") else "owner")
        found = {"gave to": "recipient", "is listed as": "listed"}.get(step.relation, "owner")
        if step.target not in kinds or found == "listed":
            kinds[step.target] = found  # type: ignore[assignment]
    return kinds


def _lines(name: str) -> tuple[str, ...]:
    """The name in one or two lines of at most 28 characters, cut between words where it can be."""
    words, lines = clip(name, _NAME).split(), [""]
    for word in words:
        if len(lines[-1]) + len(word) + 1 <= _LINE or not lines[-1]:
            lines[-1] = f"{lines[-1]} {word}".strip()
        else:
            lines.append(word)
    cut = [line if len(line) <= _LINE else f"{line[: _LINE - 1]}…" for line in lines[:2]]
    if len(lines) > 2:
        cut[1] = f"{cut[1][: _LINE - 1].rstrip('…')}…"
    return tuple(cut)


def _arrow(step: Step, boxes: dict[str, Box], shared: bool) -> Arrow:
    """From the lower edge of one box to the upper edge of the other; a step upward or sideways goes round the side. The
    words stand over the lower box; where it is `shared` by several arrows, under the upper one."""
    upper, lower = (boxes[name] for name in _ends(step))
    x1, y1, x2, y2 = upper.x + WIDTH / 2, upper.y + HEIGHT, lower.x + WIDTH / 2, lower.y
    if lower.y > upper.y:
        bend = (y2 - y1) / 2
        d = f"M{x1:g} {y1:g}C{x1:g} {y1 + bend:g} {x2:g} {y2 - bend:g} {x2:g} {y2:g}"
        d += f"M{x1:g} {y1 + 2:g}{_UP}" if step.relation == "gave to" else f"M{x2:g} {y2 - 2:g}{_DOWN}"
    else:
        side = max(upper.x, lower.x) + WIDTH
        d = (
            f"M{upper.x + WIDTH:g} {upper.y + HEIGHT / 2:g}C{side + ACROSS:g} {upper.y + HEIGHT / 2:g} "
            f"{side + ACROSS:g} {lower.y + HEIGHT / 2:g} {lower.x + WIDTH + 2:g} {lower.y + HEIGHT / 2:g}"
        )
    when = during(step)
    words = (clip(relation(step), 40), *((when,) if when != "–" else ()))
    return Arrow(d, words, x1 if shared else x2, (y1 + y2) / 2)


def _alt(path: Sequence[Step]) -> str:
    told = [f"{clip(step.source, 60)} {relation(step)} {clip(step.target, 60)}" for step in path[:6]]
    more = f", and {count(len(path) - 6, 'more step')}" if len(path) > 6 else ""
    return f"Path of {count(len(path), 'step')}: {listed(told)}{more}."
