"""Records for the tests of the store."""

from datetime import UTC, datetime, timedelta

from tocsin.model.case import Lead
from tocsin.model.evidence import Item

START = datetime(2026, 9, 1, 12, tzinfo=UTC)


def lead(number=0, **fields):
    """A lead that differs from those of other numbers in its score and its times."""
    at = START + timedelta(seconds=number)
    return Lead(
        **{"title": f"Lead {number}", "score": number, "first": at, "last": at, "updated": at, "added_by": "a"} | fields
    )


def item(stored, **fields):
    """The record of a file in the vault."""
    facts = {"sha256": stored.sha256, "size": stored.size, "media_type": "text/plain", "name": "a.txt"}
    return Item(**facts | {"captured_by": "a", "captured": START} | fields)
