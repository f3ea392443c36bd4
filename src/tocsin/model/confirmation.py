"""A person's word that a rule says what its source says: from then on it is no longer unverified here."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from tocsin.model.record import Stored


class RuleConfirmation(Stored):
    """One confirmation. It holds for the rule as it was read: `digest` is the SHA-256 of the rule as JSON, so that a
    rule which a later version changes is unverified again."""

    kind: ClassVar[str] = "rule_confirmation"
    indexed: ClassVar[tuple[str, ...]] = ("rule", "confirmed")

    rule: str = Field(max_length=200)
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    read_in: str = Field(min_length=1, max_length=2_000)  # where the person read it: source, edition, day
    confirmed: datetime
    confirmed_by: str = Field(max_length=100)
