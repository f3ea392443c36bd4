"""A small leak on disk, its original, and the scan of both."""

from pathlib import Path

from tocsin.jobs.leak import LeakRequest, scan_leak

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
