"""Ownership data: one file a format, all to the tables `ENTITIES` and `HOLDINGS`."""

from tocsin.sources.owners.reading import Owners, read_owners

__all__ = ["Owners", "read_owners"]
