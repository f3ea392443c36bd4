"""Names of hosts: official ones, and those seen in certificate logs, zones, passive DNS and lists."""

from tocsin.sources.names.reading import NamesFile, read_observed, read_official

__all__ = ["NamesFile", "read_observed", "read_official"]
