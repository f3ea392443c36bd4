"""Documents as they lie in a leak: PDF, Office, OpenDocument, pages, texts, pictures, also those attached to mails."""

from tocsin.sources.papers.reading import LeakReader, read_leak, read_papers

__all__ = ["LeakReader", "read_leak", "read_papers"]
