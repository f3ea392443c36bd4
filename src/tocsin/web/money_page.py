"""What the page of a finding shows of money."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from tocsin.model.case import Lead
from tocsin.share.money import charts, path, view
from tocsin.web.kept_scans import Kept

#: What the head of every finding's page says already.
_ABOVE = ("Standing", "When", "Finding", "Detector")


def of_finding(found: Kept | None, lead: Lead) -> dict[str, Any]:
    """What the finding page shows of money; `lead` as the reader may see it."""
    from tocsin.web import drawing  # Altair takes a second to load

    assert lead.body is not None
    money = lead.body.money
    assert money is not None
    shown = charts.spans((row.date, row.amount_minor, 1) for row in money.rows)
    return {
        "scan": found,
        "facts": [(name, value) for name, value in view.facts(lead.body, money) if name not in _ABOVE],
        "gifts": view.rows(money),
        "rules": view.rules(money.rules),
        "path": path.picture(path.whole(money)),
        "box": (path.WIDTH, path.HEIGHT),
        "timeline": charts.over_time(shown, money.currency) if shown and len(shown.money) > 1 else None,
        "effects": drawing.intervals("Size of the effect", lead.body.effects),
        "donor_link": lambda name: f"/money/scans/{lead.scan}/donor?name={quote(name, safe='')}",
        "owners": path.owners(money.path),
        "owner_link": lambda name: f"/money/scans/{lead.scan}/owner?name={quote(name, safe='')}",
        "recipient_link": lambda name: f"/money/scans/{lead.scan}/recipient?name={quote(name, safe='')}",
    }
