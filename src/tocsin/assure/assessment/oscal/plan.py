"""Measures as an OSCAL plan of action and milestones, both ways."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from tocsin.assure.assessment.oscal.base import NOTHING, NS, checked, line, rest, stamp, told, uid, write_document
from tocsin.assure.assessment.oscal.contents import Contents, head, titles
from tocsin.errors import UsageError
from tocsin.model.assessment import Measure, Profile

RISKS = {"planned": "open", "under way": "remediating", "done": "closed", "dropped": "closed"}


def plan_document(contents: Contents, profile: Profile, at: datetime) -> bytes:
    """Measures as an OSCAL plan of action and milestones. Raises `UsageError` where there is none."""
    if not contents.measures:
        raise UsageError("there is no measure to export", hint="enter what is done about a gap first")
    title = titles(profile)
    content = {
        "uuid": uid("plan", f"{profile.id} {stamp(at)}"),
        "metadata": head(f"Plan of action: {profile.title}", contents, at),
        "system-id": {"identifier-type": NS, "id": line(profile.id, "-")},
        "risks": [_risk(measure, title) for measure in contents.measures],
        "poam-items": [_item(measure) for measure in contents.measures],
    }
    return write_document("plan-of-action-and-milestones", content)


def _risk(measure: Measure, title: Callable[[str], str]) -> dict[str, Any]:
    return {
        "uuid": uid("risk", measure.id),
        "title": title(measure.question),
        "description": measure.gap or NOTHING,
        "statement": measure.gap or NOTHING,
        "status": RISKS[measure.state],
        **({"deadline": f"{measure.due.isoformat()}T00:00:00+00:00"} if measure.due else {}),
        "remediations": [
            {
                "uuid": uid("remediation", measure.id),
                "lifecycle": "completed" if measure.state == "done" else "planned",
                "title": line(measure.action),
                "description": measure.action,
            }
        ],
    }


def _item(measure: Measure) -> dict[str, Any]:
    return {
        "uuid": uid("measure", measure.id),
        "title": line(measure.action),
        "description": measure.action,
        **rest(measure, ("action",)),
        "related-risks": [{"risk-uuid": uid("risk", measure.id)}],
    }


def measures_of(content: Mapping[str, Any]) -> tuple[Measure, ...]:
    """The measures of a plan."""
    return tuple(checked(Measure, {**told(item), "action": item["description"]}) for item in content["poam-items"])
