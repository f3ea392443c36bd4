"""The words that the room of audits shows for stored values."""

from __future__ import annotations

from tocsin.web.i18n import N_

LABELS: dict[str, dict[str, str]] = {
    "kind": {
        "polling": N_("ballot polling"),
        "comparison": N_("ballot comparison"),
        "batch": N_("batch comparison"),
        "hybrid": N_("hybrid"),
    },
    "next": {
        "commit": N_("to be committed to"),
        "seed": N_("waits for the dice"),
        "draw": N_("to be drawn"),
        "enter": N_("is being read"),
        "settle": N_("waits for a third reading"),
        "risk": N_("risk to be computed"),
        "report": N_("to be reported"),
        "done": N_("reported"),
    },
    "decision": {
        "stop": N_("risk within the limit"),
        "another round": N_("another round"),
        "full hand count": N_("full hand count"),
        "measured only": N_("measured only"),
    },
    "published": {
        "redacted": N_("All but votes on cards that few others are like"),
        "full": N_("All of them"),
        "hash": N_("Their SHA-256 only, and the records of cards that are drawn"),
    },
    "outcome": {
        "passed": N_("comes out again"),
        "failed": N_("does not come out"),
        "not possible": N_("cannot be checked"),
    },
}
