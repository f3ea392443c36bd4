"""Sanctions lists: one edition from its files, and many editions as a history."""

from tocsin.sources.lists.reading import ListFile, read_list

__all__ = ["ListFile", "read_list"]
