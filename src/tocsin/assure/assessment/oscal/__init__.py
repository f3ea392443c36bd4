"""OSCAL in and out: catalogues, profiles, component definitions, assessment results, plans of action.

| ours | OSCAL |
| --- | --- |
| question | control of a catalogue that a profile imports |
| party | metadata: party |
| product | component |
| use | inventory item of an office that implements the component |
| answer about an office | observation and finding of assessment results |
| answer about a product | the same, and implemented requirement of a component definition |
| roll-up | a result of its own, one finding a question |
| measure | POA&M item and risk |
"""

from tocsin.assure.assessment.oscal.components import components_document
from tocsin.assure.assessment.oscal.contents import Contents
from tocsin.assure.assessment.oscal.controls import (
    catalogue_document,
    profile_documents,
    read_oscal_catalogue,
    read_profile,
)
from tocsin.assure.assessment.oscal.plan import plan_document
from tocsin.assure.assessment.oscal.reading import read_contents
from tocsin.assure.assessment.oscal.results import results_document

__all__ = [
    "Contents",
    "catalogue_document",
    "components_document",
    "plan_document",
    "profile_documents",
    "read_contents",
    "read_oscal_catalogue",
    "read_profile",
    "results_document",
]
