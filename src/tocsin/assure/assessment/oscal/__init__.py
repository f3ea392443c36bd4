"""OSCAL in and out: catalogues, profiles, component definitions, assessment results, plans of action."""

from tocsin.assure.assessment.oscal.controls import (
    catalogue_document,
    profile_documents,
    read_oscal_catalogue,
    read_profile,
)
from tocsin.assure.assessment.oscal.results import (
    Contents,
    components_document,
    plan_document,
    read_contents,
    results_document,
)

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
