"""What others say of a bundle: the OASIS validator, strict and interoperable, and the stix2 library."""

import json

import stix2
from stix2validator import ValidationOptions, validate_string

STRICT = ValidationOptions(strict=True, version="2.1")
INTEROP = ValidationOptions(interop=True, version="2.1")


def findings(text):
    """Every error and warning of the OASIS validator in both modes."""
    found = []
    for options in (STRICT, INTEROP):
        result = validate_string(text, options)
        found += [str(error) for error in result.errors] + [str(warning) for warning in result.warnings]
    return found


def strict(text):
    """Errors in strict mode only."""
    return [str(error) for error in validate_string(text, STRICT).errors]


def parsed(text):
    """The bundle as the stix2 library writes it again, having taken nothing but the specification's content."""
    return json.loads(stix2.parse(text, allow_custom=False).serialize())
