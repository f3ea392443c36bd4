"""A checked claim as a file has it, before its dates and its id are worked out."""

from __future__ import annotations

import hashlib
import unicodedata
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from tocsin.sources.base import ReadOptions
from tocsin.sources.times import TimeReader

KINDS = ("check", "official", "open", "own")


class Row(NamedTuple):
    """All texts, "" where the file says nothing."""

    text: str
    claim: str = ""
    kind: str = ""
    title: str = ""
    language: str = ""
    claimant: str = ""
    said: str = ""
    publisher: str = ""
    date: str = ""
    verdict: str = ""
    url: str = ""
    appearances: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()

    def cells(self, file: str, number: int, kind: str, publisher: str) -> dict[str, Any]:
        """A row of `CLAIMS`. The id is the file's own, else a digest of publisher, address and claim, so that the same
        review has it in every edition."""
        who = self.publisher or publisher
        told = kind or (self.kind if self.kind in KINDS else "check")
        parts = (who.casefold(), self.url, folded(self.text))
        made = hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:16]
        return {
            "claim": self.claim or made,
            "kind": told,
            "text": self.text,
            "title": self.title or None,
            "language": self.language.split("-")[0].split("_")[0].lower() or None,
            "claimant": self.claimant or None,
            "said": day(self.said),
            "publisher": who,
            "date": day(self.date),
            "verdict": self.verdict or None if told in ("check", "own") else None,
            "url": self.url if _is_address(self.url) else None,
            "appearances": [one for one in self.appearances if _is_address(one)],
            "pictures": list(self.pictures),
            "file": file,
            "row": number,
        }


def _is_address(text: str) -> bool:
    """Whether it leads to a page: nothing else, such as javascript:, is handed on as an address."""
    return text[:8].lower().startswith(("http://", "https://"))


def folded(text: str) -> str:
    """What two copies of a claim have in common: letters and digits, in one case."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return " ".join("".join(char if char.isalnum() else " " for char in plain).split())


def day(text: str) -> date | None:
    """The day that a text names; None where it names none for certain."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        pass
    try:
        micros = TimeReader(ReadOptions()).parse(text)
        return datetime.fromtimestamp(micros / 1e6, UTC).date()
    except (ValueError, OverflowError, OSError):
        return None
