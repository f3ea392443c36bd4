"""Which leads a list shows: the filter as it stands in the address, its page, and all that match."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Literal, NamedTuple
from urllib.parse import urlencode

from pydantic import BaseModel, Field, field_validator

from tocsin.cases import acts
from tocsin.errors import RefusedError
from tocsin.model.case import Lead
from tocsin.store.records import Between, Reader

ROWS = 50
MOST = 5_000  # leads of one act
LOOKS = 10  # pages read for one where a filter is not kept in an index
BY_HAND = "by hand"

Order = Literal["-score", "-last", "-updated", "first"]


class Filter(BaseModel):
    """What the list is narrowed to. `detector`: "" is any. `since`, `until`: days the lead's posts touch."""

    state: Literal["new", "dismissed", "in case", "all"] = "new"
    detector: str = Field(default="", max_length=300)
    standing: Literal["", "lead", "explained", "interest"] = ""
    platform: str = Field(default="", max_length=300)
    since: date | None = None
    until: date | None = None
    order: Order = "-score"

    @field_validator("since", "until", mode="before")
    @classmethod
    def _empty(cls, value: object) -> object:
        """An empty field of a form is no day."""
        return value or None

    @property
    def where(self) -> dict[str, object]:
        """The part of it that the store looks up."""
        found: dict[str, object] = {} if self.state == "all" else {"state": self.state}
        if self.detector:
            found["detector"] = "" if self.detector == BY_HAND else self.detector
        if self.standing:
            found["standing"] = self.standing
        if self.since:
            found["last"] = Between(low=datetime.combine(self.since, time.min, UTC))
        if self.until:
            found["first"] = Between(high=datetime.combine(self.until, time.max, UTC))
        return found

    def fits(self, lead: Lead) -> bool:
        """Whether a lead that the store found belongs in the list."""
        return not self.platform or self.platform in lead.platforms

    def fields(self) -> dict[str, str]:
        """Its values as fields of a form, those that say nothing left out."""
        return {name: str(value) for name, value in self.model_dump(mode="json", exclude_defaults=True).items()}

    def address(self, **more: str) -> str:
        """The page of this list."""
        query = urlencode(self.fields() | more)
        return f"/leads?{query}" if query else "/leads"


class Rows(NamedTuple):
    """A page of the list; `total` is None where no index counts the leads: then they are counted when they are acted
    on."""

    leads: tuple[Lead, ...]
    next: str
    total: int | None


def rows(reader: Reader, wanted: Filter, after: str) -> Rows:
    """The page after a cursor. With a platform at most `LOOKS` pages are read for it, so it may hold few."""
    found: list[Lead] = []
    for _ in range(LOOKS if wanted.platform else 1):
        page = reader.page(Lead, wanted.where, wanted.order, after, ROWS)
        found += filter(wanted.fits, page.items)
        after = page.next
        if not after or len(found) >= ROWS:
            break
    counted = not wanted.platform and wanted.where.keys() <= {"state"}
    total = reader.count(Lead, wanted.where) if counted else None
    return Rows(tuple(found), after, total)


def all_of(reader: Reader, wanted: Filter) -> tuple[str, ...]:
    """The ids of all leads that match. Raises `RefusedError` for more than `MOST`."""
    found = tuple(_ids(reader, wanted))
    if len(found) > MOST:
        raise RefusedError(f"More than {MOST:,} leads match.", hint="Narrow the list, or act on it in parts.")
    return found


def _ids(reader: Reader, wanted: Filter) -> Iterator[str]:
    number = 0
    for lead in acts.every(reader, Lead, wanted.where):
        if wanted.fits(lead):
            number += 1
            yield lead.id
            if number > MOST:
                return


def about(lead: Lead) -> str:
    """What a lead is about, as `words.LABELS` has it: the sign of its finding; "" for one typed in by hand."""
    body = lead.body
    if body is None:
        return ""
    signed = body.targeting or body.content or body.leak
    return signed.sign if signed else "money" if body.money else "joint activity"


def accounts(lead: Lead) -> int | None:
    """How many accounts a lead is about; None where it is about files, such as mails and documents of a leak."""
    body = lead.body
    if body is None or (body.leak and body.leak.sign != "quoted"):
        return None
    return body.content.accounts if body.content else len(body.subjects)
