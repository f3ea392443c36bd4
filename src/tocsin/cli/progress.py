"""Progress on the terminal: bars, or plain lines where stderr is not one."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn


class Bars:
    """A `tocsin.progress.Progress` that writes to stderr; use it as a context manager.

    Each step keeps its bar, full once the next step begins. Without a terminal a step is one line.
    """

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True)
        self._bars = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> Bars:
        self._bars.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if kind is None:
            self._finish()
        self._bars.stop()

    def start(self, step: str, total: int | None = None) -> None:
        """Close the present step and open the next; `total` None shows a bar without an end."""
        self._finish()
        if not self._console.is_terminal:
            self._line(step if total is None else f"{step} ({total:,})")
        self._task = self._bars.add_task(step, total=total)

    def advance(self, amount: int = 1) -> None:
        """Move the bar of the present step by `amount`."""
        if self._task is not None:
            self._bars.advance(self._task, amount)

    def note(self, text: str) -> None:
        """Print a line above the bars."""
        self._line(text)

    def _line(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    def _finish(self) -> None:
        if self._task is not None:
            done = self._bars.tasks[-1].completed
            self._bars.update(self._task, total=done, completed=done)
            self._task = None
