"""What the workspace keeps of scans that came with files of their own: the summary, and the leads that came of it.

Names that a reader of a case may not see are hidden here too: whoever reads one of the case's leads without names
reads the whole scan without them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from tocsin.cases import acts
from tocsin.cases.scans import SUMMARY
from tocsin.errors import NotFoundError
from tocsin.model.case import Lead
from tocsin.model.evidence import Item
from tocsin.model.finding import ScanSummary
from tocsin.store.records import Reader
from tocsin.store.workspace import Workspace
from tocsin.web.veil import Veils

Hide = Callable[[str], str]
Part = Literal["money", "watch", "content", "leak"]  # of what kind a scan is


@dataclass(frozen=True)
class Kept:
    """A scan that was taken in: `key` is the SHA-256 of its scan.json."""

    key: str
    summary: ScanSummary


def scans(ws: Workspace, reader: Reader, part: Part) -> list[Kept]:
    """All of one kind, the last made first."""
    keys = {item.sha256 for item in acts.every(reader, Item, {"how": "scan", "name": SUMMARY})}
    found = [one for key in keys if (one := _read(ws.vault.path(key), key, part))]
    return sorted(found, key=lambda one: (one.summary.made, one.key), reverse=True)


def find(ws: Workspace, reader: Reader, key: str, part: Part) -> Kept | None:
    """The scan with that key; None where there is none, or it is of another kind."""
    known = reader.count(Item, {"how": "scan", "name": SUMMARY, "sha256": key})
    return _read(ws.vault.path(key), key, part) if known else None


def scan(ws: Workspace, reader: Reader, key: str, part: Part) -> Kept:
    """The scan with that key. Raises `NotFoundError` for any other."""
    found = find(ws, reader, key, part)
    if found is None:
        raise NotFoundError("There is no such scan.", hint="See the list of scans.")
    return found


@lru_cache(16)
def _read(path: Path, key: str, part: Part) -> Kept | None:
    """None for a scan of another kind."""
    summary = ScanSummary.model_validate_json(path.read_bytes())
    return Kept(key, summary) if part_of(summary) == part else None


def part_of(summary: ScanSummary) -> Part | None:
    """Of what kind a scan is; None for one of posts alone."""
    if summary.reading:
        return "leak" if summary.reading.messages or summary.reading.documents else "content"
    return "money" if summary.money else "watch" if summary.watch else None


def leads(reader: Reader, *found: Kept) -> list[Lead]:
    """The leads of these scans, in the order in which the scans gave them."""
    place: dict[str, int] = {}
    for finding in (finding for one in found for finding in one.summary.findings):
        place.setdefault(finding.id, len(place))
    detectors = tuple({finding.detector for one in found for finding in one.summary.findings})
    every = acts.every(reader, Lead, {"detector": detectors}) if detectors else ()
    return sorted((lead for lead in every if lead.finding in place), key=lambda lead: place[lead.finding])


def hidden(veils: Veils, shown: list[Lead]) -> Hide:
    """What hides, in any text of the scan, the names of all cases that hold one of its leads."""
    over = [veil for case in dict.fromkeys(lead.case for lead in shown) if (veil := veils.over(case))]

    def hide(text: str) -> str:
        for veil in over:
            text = veil.text(text)
        return text

    return hide
