"""Records out of any of our OSCAL documents."""

from __future__ import annotations

from pathlib import Path

from tocsin.assure.assessment.oscal.base import checked, read_document, token, told, uid
from tocsin.assure.assessment.oscal.components import answers_of
from tocsin.assure.assessment.oscal.contents import Contents
from tocsin.assure.assessment.oscal.plan import measures_of
from tocsin.assure.assessment.oscal.results import Content, Outside, of_results
from tocsin.errors import InputError
from tocsin.model.assessment import Answer, Party, Product, Profile


def read_contents(path: Path, party: str = "", profile: Profile | None = None) -> Contents:
    """The records in OSCAL assessment results, a component definition or a POA&M that Tocsin wrote; where `party` and
    `profile` are given, also the answers in assessment results of another tool.

    There each finding is taken as what the party says about itself: satisfied is met, not-satisfied not met. Raises
    `InputError` where a part does not say what a record of ours needs, or a finding is about no question that is asked.
    """
    kind, content = read_document(path, ["assessment-results", "component-definition", "plan-of-action-and-milestones"])
    parties = tuple(checked(Party, told(one)) for one in content["metadata"].get("parties") or () if told(one))
    if kind == "assessment-results":
        return Contents(parties=parties, **of_results(content, _outside(party, profile)))
    if kind == "component-definition":
        components = content.get("components") or ()
        products = tuple(checked(Product, told(component)) for component in components)
        return Contents(parties=parties, products=products, answers=tuple(answers_of(components)))
    return Contents(parties=parties, measures=measures_of(content))


def _outside(party: str, profile: Profile | None) -> Outside:
    asked = {token(question.id): question for question in profile.questions} if profile and party else {}

    def answer(finding: Content, at: str, statement: str) -> Answer:
        target = finding["target"]
        question = asked.get(target["target-id"])
        if question is None or not target.get("status"):
            raise InputError(
                f"finding {finding['uuid']} is about {target['target-id']}, which is no question asked here",
                hint="load its catalogue or profile first, or answer by the table",
            )
        return checked(
            Answer,
            {
                "id": uid("outside", f"{party} {finding['uuid']}"),
                "party": party,
                "subject": party,
                "component": question.component,
                "question": question.id,
                "state": "met" if target["status"]["state"] == "satisfied" else "not met",
                "statement": statement or finding["description"],
                "at": at,
            },
        )

    return answer
