"""Records out of any of our OSCAL documents."""

from __future__ import annotations

from pathlib import Path

from tocsin.assure.assessment.oscal.base import checked, read_document, told
from tocsin.assure.assessment.oscal.components import answers_of
from tocsin.assure.assessment.oscal.contents import Contents
from tocsin.assure.assessment.oscal.plan import measures_of
from tocsin.assure.assessment.oscal.results import of_results
from tocsin.model.assessment import Party, Product


def read_contents(path: Path) -> Contents:
    """The records in OSCAL assessment results, a component definition or a POA&M that Tocsin wrote.

    Raises `InputError` where a part does not say what a record of ours needs, such as a finding without a party.
    """
    kind, content = read_document(path, ["assessment-results", "component-definition", "plan-of-action-and-milestones"])
    parties = tuple(checked(Party, told(party)) for party in content["metadata"].get("parties") or ())
    if kind == "assessment-results":
        return Contents(parties=parties, **of_results(content))
    if kind == "component-definition":
        components = content.get("components") or ()
        products = tuple(checked(Product, told(component)) for component in components)
        return Contents(parties=parties, products=products, answers=tuple(answers_of(components)))
    return Contents(parties=parties, measures=measures_of(content))
