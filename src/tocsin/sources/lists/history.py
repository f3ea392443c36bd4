"""Many editions of lists from files, as one history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from tocsin.model.history import History
from tocsin.progress import Progress
from tocsin.sources.lists.reading import ListFile, read_list

__all__ = ["History", "history"]


def history(editions: Iterable[Sequence[str | Path] | ListFile], progress: Progress | None = None) -> History:
    """The history of editions, each as it was read or as its files, which are then read. Raises as `read_list` does."""
    read = (one if isinstance(one, ListFile) else read_list(one, progress=progress) for one in editions)
    return History([(one.edition, one.table) for one in read])
