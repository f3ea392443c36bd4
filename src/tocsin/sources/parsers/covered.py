"""PDF (ISO 32000-2, 8.4 to 8.10 and 9.3): text that can be read from the file and not on the page.

Text is covered where a box or picture is painted over it, as by who meant to black it out; it is invisible where it has
the colour of what lies beneath it, or is not painted at all. A layer of recognised text beneath or above the picture of
a scanned page is neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

Box = tuple[float, float, float, float]
Colour = tuple[float, float, float] | None  # red, green, blue, 0 to 1; none where it cannot be told
_PAINT = frozenset((b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*"))
_SHOW = frozenset((b"Tj", b"TJ", b"'", b'"'))
_COLOURS = frozenset((b"g", b"rg", b"k", b"sc", b"scn"))
_BOXES, _PIECES = 500, 2_000  # of one page that are looked at
_OPAQUE, _WHOLE = 0.9, 0.6  # opacity of what covers; share of a page from which a picture is a scan of it
_ALIKE = 0.03  # by which two colours differ in no part
_LAST = 1 << 60  # the place of notes in the order: they lie above the page
_LEAST = 3  # characters that must be covered


@dataclass
class _State:
    """What the graphics state has of the colour that fills, its opacity, and how text is painted."""

    colour: Colour = (0.0, 0.0, 0.0)
    opaque: float = 1.0
    mode: int = 0


@dataclass
class _Piece:
    """Text with the box it fills, when it was drawn, and with which state."""

    text: str
    box: Box
    order: int
    state: _State


@dataclass
class _Page:
    """What is drawn on a page, in order."""

    boxes: list[tuple[Box, int, Colour]] = field(default_factory=list)  # opaque ones, with order and colour
    pieces: list[_Piece] = field(default_factory=list)
    scanned: bool = False


def unseen(page: Any) -> tuple[str, int, int]:
    """The text of a page as it is extracted, and how many characters of it are covered, and are invisible."""
    drawn = _Page()
    text = _drawn(page, drawn)
    _fit(drawn.pieces)
    drawn.boxes += [(box, _LAST, None) for box in _notes(page)]
    covered = sum(_covered(one, drawn) for one in drawn.pieces)
    invisible = 0 if drawn.scanned else sum(_invisible(one, drawn) for one in drawn.pieces)
    return text, covered, invisible


def _fit(pieces: list[_Piece]) -> None:
    """Let no piece reach into the one after it in its line: widths are estimates where a font does not give them."""
    last: _Piece | None = None
    for one in sorted(pieces, key=lambda piece: (round(piece.box[1]), piece.box[0])):
        if last and round(last.box[1]) == round(one.box[1]) and last.box[0] < one.box[0] < last.box[2]:
            last.box = (last.box[0], last.box[1], one.box[0], last.box[3])
        last = one


def _drawn(page: Any, drawn: _Page) -> str:
    """Read a page; what is painted goes to `drawn`."""
    resources = page.get("/Resources", {})
    resources = resources.get_object() if hasattr(resources, "get_object") else resources
    state, saved, path = _State(), list[_State](), list[Box]()
    order, shown = 0, (0, _State())
    size = _size(page)

    def before(operator: bytes, operands: Any, cm: Any, _tm: Any) -> None:
        nonlocal state, order, shown
        order += 1
        if operator in _SHOW:
            shown = order, replace(state)
        elif operator == b"q" and len(saved) < 1_000:
            saved.append(replace(state))
        elif operator == b"Q" and saved:
            state = saved.pop()
        elif operator in _COLOURS:
            state.colour = _colour(operands)
        elif operator == b"cs":
            state.colour = (0.0, 0.0, 0.0)
        elif operator == b"Tr" and operands:
            state.mode = int(operands[0])
        elif operator == b"gs" and operands:
            state.opaque = _opacity(resources, operands[0], state.opaque)
        elif operator == b"re" and len(operands) >= 4 and len(path) < _BOXES:
            x, y, width, height = map(float, operands[:4])
            path.append(_moved((x, y, x + width, y + height), cm))
        elif operator in _PAINT:
            if state.opaque >= _OPAQUE and len(drawn.boxes) < _BOXES:
                drawn.boxes += [(box, order, state.colour) for box in path[:_BOXES]]
            path.clear()
        elif operator in (b"n", b"S", b"s"):
            path.clear()
        elif operator == b"Do" and operands and (picture := _picture(resources, operands[0])) is not None:
            box = _moved((0.0, 0.0, 1.0, 1.0), cm)
            drawn.scanned |= _area(box) >= _WHOLE * size
            if not ({"/SMask", "/Mask"} & picture.keys()) and _area(box) < _WHOLE * size:
                drawn.boxes.append((box, order, None))

    def told(text: str, cm: Any, tm: Any, font: Any, points: Any) -> None:
        if text.strip() and len(drawn.pieces) < _PIECES:
            drawn.pieces.append(_Piece(text.strip("\n"), _extent(text.strip("\n"), cm, tm, font, points), *shown))

    return str(page.extract_text(visitor_operand_before=before, visitor_text=told))


def _colour(operands: Any) -> Colour:
    """A colour of one, three or four parts (grey, RGB, CMYK)."""
    try:
        parts = [min(max(float(one), 0.0), 1.0) for one in operands]
    except (TypeError, ValueError):
        return None
    if len(parts) == 1:
        return parts[0], parts[0], parts[0]
    if len(parts) == 4:
        red, green, blue = (1 - min(1.0, part + parts[3]) for part in parts[:3])
        return red, green, blue
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 else None


def _opacity(resources: Any, name: Any, known: float) -> float:
    """The opacity that a graphics state sets; 0 where it blends, or is not found."""
    try:
        found = resources["/ExtGState"][name]
    except (KeyError, TypeError):
        return 0.0
    if found.get("/BM", "/Normal") not in ("/Normal", "/Compatible"):
        return 0.0
    return float(found.get("/ca", known))


def _picture(resources: Any, name: Any) -> Any:
    """The picture under a name; None for anything else."""
    try:
        found = resources["/XObject"][name]
    except (KeyError, TypeError):
        return None
    return found if found.get("/Subtype") == "/Image" else None


def _moved(box: Box, cm: Any) -> Box:
    """A box in the coordinates of the page."""
    a, b, c, d, e, f = map(float, cm)
    xs = [a * x + c * y + e for x in (box[0], box[2]) for y in (box[1], box[3])]
    ys = [b * x + d * y + f for x in (box[0], box[2]) for y in (box[1], box[3])]
    return min(xs), min(ys), max(xs), max(ys)


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _size(page: Any) -> float:
    left, low, right, high = (float(one) for one in page.mediabox)
    return max(abs((right - left) * (high - low)), 1.0)


def _extent(text: str, cm: Any, tm: Any, font: Any, points: Any) -> Box:
    """The box that a text fills on the page, by the widths of its font where it has any."""
    size = float(points or 1)
    width = sum(_widths(text, font)) / 1000 * size
    a, b, c, d, e, f = map(float, tm)
    moved = [a * x + c * y + e for x, y in ((0.0, 0.0), (width, 0.6 * size))]
    lifted = [b * x + d * y + f for x, y in ((0.0, 0.0), (width, 0.6 * size))]
    return _moved((min(moved), min(lifted), max(moved), max(lifted)), cm)


def _widths(text: str, font: Any) -> Iterator[float]:
    try:
        first, held = int(font["/FirstChar"]), [float(one) for one in font["/Widths"]]
    except (KeyError, TypeError, ValueError):
        first, held = 0, []
    for sign in text:
        at = ord(sign) - first
        yield held[at] if 0 <= at < len(held) and held[at] else 500.0


def _covered(one: _Piece, drawn: _Page) -> int:
    """The characters of a piece that a box or picture was painted over."""
    x, low, end, high = one.box
    step = (end - x) / max(len(one.text), 1)
    middle = (low + high) / 2
    over = [box for box, order, _ in drawn.boxes if order > one.order and box[1] <= middle <= box[3]]
    if not over or step <= 0 or one.state.mode == 3:
        return 0
    places = [x + (k + 0.5) * step for k, sign in enumerate(one.text) if not sign.isspace()]
    found = sum(any(box[0] <= at <= box[2] for box in over) for at in places)
    return found if found >= _LEAST else 0


def _invisible(one: _Piece, drawn: _Page) -> int:
    """The characters of a piece that is not painted, or in the colour of what lies beneath it: the page is white."""
    count = sum(not sign.isspace() for sign in one.text)
    if one.state.mode == 3:
        return count
    x, low, end, high = one.box
    at, middle = (x + end) / 2, (low + high) / 2
    under = [colour for box, order, colour in drawn.boxes if order < one.order and _holds(box, at, middle)]
    ground, own = under[-1] if under else (1.0, 1.0, 1.0), one.state.colour
    alike = ground and own and all(abs(a - b) < _ALIKE for a, b in zip(ground, own, strict=True))
    return count if alike and one.state.opaque >= _OPAQUE else 0


def _holds(box: Box, x: float, y: float) -> bool:
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _notes(page: Any) -> Iterator[Box]:
    """Boxes that notes lay over a page: squares that are filled, and marks of what was to be blacked out."""
    for note in page.get("/Annots") or ():
        held = note.get_object()
        filled = held.get("/Subtype") == "/Square" and held.get("/IC") and float(held.get("/CA", 1)) >= _OPAQUE
        if (filled or held.get("/Subtype") == "/Redact") and len(held.get("/Rect", ())) == 4:
            left, low, right, high = (float(one) for one in held["/Rect"])
            yield min(left, right), min(low, high), max(left, right), max(low, high)
