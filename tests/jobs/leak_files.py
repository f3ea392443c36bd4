"""A small leak on disk, its original, and the scan of both."""

from datetime import UTC, datetime
from pathlib import Path

from tocsin.jobs.leak import LeakRequest, scan_leak
from tocsin.jobs.leak_access import weigh
from tocsin.jobs.leak_intake import Origin, take
from tocsin.model.leak import QUESTIONS

ORIGINAL = "The sum of 400 pounds was paid by the Harbour Fund to the rowing club before the end of last May.\n"


def files(folder: Path) -> tuple[str, str]:
    """A leaked text with another sum and another receiver, and the original."""
    leaked, originals = folder / "leak", folder / "originals"
    for place, text in (
        (leaked, ORIGINAL.replace("400", "40,000").replace("Fund to", "Fund Ltd to")),
        (originals, ORIGINAL),
    ):
        place.mkdir()
        (place / "minutes.txt").write_text(text)
    return str(leaked), str(originals)


def scanned(folder: Path) -> Path:
    """The folder of a scan of them."""
    leaked, originals = files(folder)
    scan_leak(LeakRequest(folder / "scan", (leaked,), (originals,)))
    return folder / "scan"


def weighed(ws, folder, first, second):
    """That leak kept, and found fit to be shown by two persons."""
    leak = take(ws, first, [str(folder / "leak")], Origin("A paper", "by post", datetime.now(UTC), (second.id,)))
    for person in (first, second):
        weigh(ws, person, leak.id, dict.fromkeys(QUESTIONS, "looked at"), "interest", "it matters")
