"""The history of the sanctions lists that the workspace keeps, read once for the editions there are."""

from __future__ import annotations

from threading import Lock

from tocsin.model.history import History
from tocsin.share.report.charts import Bars, columns
from tocsin.share.view import Column, Table
from tocsin.share.words import count
from tocsin.store.lists import editions, history_of
from tocsin.store.workspace import Workspace

_lock = Lock()
_kept: dict[str, tuple[tuple[str, ...], History]] = {}


def history(ws: Workspace) -> History:
    """The history of all editions; read again only after one was added."""
    known = tuple(record.id for record in editions(ws))
    with _lock:
        found = _kept.get(ws.id)
        if found is None or found[0] != known:
            found = (known, history_of(ws))
            _kept.clear()
            _kept[ws.id] = found
        return found[1]


def growth(past: History, name: str) -> Bars | None:
    """Entries in each edition of a list as columns; None for a single edition."""
    sizes = [(day, past.edition(name, day).entries) for day in past.days(name)]
    if len(sizes) < 2:
        return None
    most = max(*(n for _, n in sizes), 1)
    (first, before), (last, after) = sizes[0], sizes[-1]
    alt = f"{count(before, 'entry', 'entries')} on {first}, {count(after, 'entry', 'entries')} on {last}."
    n = len(sizes)
    ticks = [(i / n * 100, sizes[i][0].isoformat()) for i in sorted({0, n // 3, 2 * n // 3})]
    rows = [(day.isoformat(), f"{size:,}") for day, size in sizes]
    table = Table("Entries in each edition", (Column("Published", "time"), Column("Entries", "number")), rows)
    series = [("entries", "joint", columns([size for _, size in sizes], most))]
    return Bars("Entries in each edition", alt, series, f"{most:,}", ticks, table)
