"""What the page of a finding shows of a leak: verdicts, differences side by side, quotes."""

from __future__ import annotations

from typing import Any

from tocsin.model.finding import Finding
from tocsin.share import view as shared
from tocsin.share.leaks import view
from tocsin.web.kept_scans import Kept

#: What the head of every finding's page says already.
_ABOVE = ("Standing", "When", "Finding", "Detector")


def of_finding(found: Kept | None, finding: Finding) -> dict[str, Any]:
    """What the finding page shows; `finding` as the reader may see it, `found` its scan where its page may be seen."""
    from tocsin.web import drawing  # Altair takes a second to load

    told = finding.leak
    assert told is not None
    return {
        "scan": found,
        "facts": [(name, value) for name, value in view.facts(finding, told) if name not in _ABOVE],
        "changes": view.changes(told, around=found is not None),
        "quotes": view.quotes(told),
        "cannot_show": view.cannot_show(told),
        "tests": shared.tests(finding),
        "explanations": shared.explanations(finding),
        "effects": drawing.intervals("Size of the effect", finding.effects),
    }
