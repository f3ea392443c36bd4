"""Progress of long work, told to whoever listens; the terminal's bars are one listener."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """A listener. `total` None: the amount of work is not known beforehand."""

    def start(self, step: str, total: int | None = None) -> None:
        """A step begins; the one before it has ended."""
        ...

    def advance(self, amount: int = 1) -> None:
        """Some of the present step is done."""
        ...

    def note(self, text: str) -> None:
        """Something the user should read."""
        ...


class Silent:
    """Listens to nothing."""

    def start(self, step: str, total: int | None = None) -> None:
        """Ignore."""

    def advance(self, amount: int = 1) -> None:
        """Ignore."""

    def note(self, text: str) -> None:
        """Ignore."""
