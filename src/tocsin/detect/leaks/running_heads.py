"""What runs along the top and the foot of pages: titles, numbers, marks that were printed on every page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_EDGE = 2  # lines at the top and at the foot of a page that are looked at
_LEAST = 3  # pages on which a line must stand
_FIGURES = re.compile(r"\d+")
_LONG = 300  # characters of a line that are looked at
_NUMBERED = 4  # words of a line that does nothing but number the page


Form = tuple[str, int | None]  # a line, and what its figure that is given as # has over the number of the page


def heads(pages: Sequence[str]) -> set[Form]:
    """Lines at the edges of half of the pages or more, and of three at least, as they are or numbered with them."""
    seen = Counter[Form]()
    for number, page in enumerate((one.splitlines() for one in pages), 1):
        seen.update({form for k in _edges(page) for form in _forms(page[k], number)})
    least = max(_LEAST, (len(pages) + 1) // 2)
    return {form for form, n in seen.items() if n >= least}


def without_heads(pages: Sequence[str], known: set[Form]) -> tuple[list[str], Counter[str]]:
    """Pages without those lines at their edges that are `known` (see `heads`), with how often each of them stood there,
    and without those that only number the page."""
    cut = Counter[str]()
    made = []
    for number, page in enumerate((one.splitlines() for one in pages), 1):
        at = _edges(page)
        running = {k: form[0] for k in at for form in _forms(page[k], number) if form in known}
        cut.update(running.values())
        gone = running.keys() | {k for k in at if len(pages) > 1 and _numbers(page[k], number)}
        made.append("\n".join(line for k, line in enumerate(page) if k not in gone))
    return made, cut


def _edges(lines: Sequence[str]) -> list[int]:
    """The first and the last lines of a page that are not empty."""
    full = [k for k, line in enumerate(lines) if line.strip()]
    return sorted({*full[:_EDGE], *full[-_EDGE:]})


def _forms(line: str, number: int) -> list[Form]:
    """A line as it is, and with each of its figures as #. Only the number of the page may differ: a sum that stands at
    the edge of pages is no head."""
    plain = " ".join(line.split())[:_LONG]
    figures = [hit for hit in _FIGURES.finditer(plain) if len(hit[0]) < 6]
    return [
        (plain, None),
        *((plain[: hit.start()] + "#" + plain[hit.end() :], int(hit[0]) - number) for hit in figures),
    ]


def _numbers(line: str, number: int) -> bool:
    """Whether a line says nothing but that this is page `number`, perhaps of how many."""
    figures = [int(one) for one in _FIGURES.findall(line[:100])]
    return figures[:1] == [number] and figures == sorted(figures[:2]) and len(line.split()) <= _NUMBERED
