"""Redaction: what each audience may see of a set of STIX objects, as objects of its own."""

from tocsin.share.redaction.ids import derived_id
from tocsin.share.redaction.view import View, view

__all__ = ["View", "derived_id", "view"]
