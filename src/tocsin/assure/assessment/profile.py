"""The election profile that ships: questions in plain words by component and phase, each resting on controls.

The questions are our own; effort and priority are our judgement. A state that has its own profile loads it as OSCAL.
"""

from __future__ import annotations

from functools import cache

from tocsin.assure.assessment.catalogues import rows_of
from tocsin.assure.assessment.threats import closing
from tocsin.model.assessment import Profile, Question

ID = "tocsin-election"
EDITION = "1"
CATALOGUES = ("nist-csf-2-0", "cisa-cpg-2-0", "nist-800-53-r5", "vvsg-2-0")  # columns of the table that hold ids


@cache
def shipped() -> Profile:
    """The profile that ships. `why` of a question are the attack steps that it closes, of the threat trees."""
    questions = tuple(_question(row) for row in rows_of("profile.csv"))
    return Profile(id=ID, title="Election systems", edition=EDITION, questions=questions)


def _question(row: dict[str, str]) -> Question:
    told = {name: row[name] for name in ("id", "component", "priority", "effort_days", "name", "text")}
    return Question.model_validate(
        {
            **told,
            "priority": int(row["priority"]),
            "phases": row["phases"].split(),
            "why": "\n".join(step.text for step in closing(row["id"])),
            "controls": [{"catalogue": name, "control": key} for name in CATALOGUES for key in row[name].split()],
        }
    )
