"""Documents as they lie in a leak: PDF, Office, OpenDocument, pages, texts, pictures, also those attached to mails."""

from tocsin.sources.papers.reading import read_papers

__all__ = ["read_papers"]
