"""Who is on a sanctions list: one row an entry, the same for every list, with what the edition said on its day."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

import pyarrow as pa
from pydantic import Field

from tocsin.model.arrow import schema
from tocsin.model.finding import Record
from tocsin.model.record import Stored

_TEXT, _DAY, _TEXTS = pa.string(), pa.date32(), pa.list_(pa.string())

#: primary: the list's main name; alias: also known as; weak: low-quality alias; former: formerly known as.
NameKind = Literal["primary", "alias", "weak", "former"]
NAME = pa.struct([pa.field("name", _TEXT, nullable=False), pa.field("kind", _TEXT, nullable=False)])
NUMBER = pa.struct(
    [pa.field("kind", _TEXT, nullable=False), pa.field("number", _TEXT, nullable=False), pa.field("country", _TEXT)]
)

#: One row an entry of one edition of a list. `list` is one of LISTS; `entry` is the list's own id, the same in every
#: edition.
LISTED = schema(
    [
        pa.field("list", _TEXT, nullable=False),
        pa.field("entry", _TEXT, nullable=False),
        pa.field("schema", _TEXT, nullable=False),  # Person | Organization | Vessel | Airplane | Address | Other
        pa.field("names", pa.list_(NAME), nullable=False),  # every script as published
        pa.field("birth_dates", _TEXTS, nullable=False),  # year, year-month or day
        pa.field("birth_places", _TEXTS, nullable=False),
        pa.field("countries", _TEXTS, nullable=False),  # nationality, or place of an organisation; ISO alpha-2
        pa.field("genders", _TEXTS, nullable=False),  # male | female
        pa.field("numbers", pa.list_(NUMBER), nullable=False),  # passport, national, tax, IMO, wallet, ...
        pa.field("addresses", _TEXTS, nullable=False),
        pa.field("positions", _TEXTS, nullable=False),
        pa.field("programmes", _TEXTS, nullable=False),  # as the list names its regimes
        pa.field("measures", _TEXTS, nullable=False),  # asset freeze, travel ban, ...
        pa.field("legal_bases", _TEXTS, nullable=False),
        pa.field("listed", _DAY),  # first listed, as this list says today; null: the format does not tell
        pa.field("inherited", _DAY),  # the older day of a listing taken over from another law (UK: before 31/12/2020)
        pa.field("delisted", _DAY),
        pa.field("reason", _TEXT),
        pa.field("related", _TEXTS, nullable=False),  # ids of entries of this list it is tied to, "relation:id"
        pa.field("file", _TEXT, nullable=False),
        pa.field("row", pa.int64(), nullable=False),
    ]
)

#: The lists that are read, with the jurisdiction each belongs to.
LISTS: dict[str, str] = {
    "us-ofac-sdn": "us",
    "us-ofac-cons": "us",
    "eu-fsf": "eu",
    "gb-uksl": "gb",
    "ca-sema": "ca",
    "ch-seco": "ch",
    "au-dfat": "au",
    "opensanctions": "",  # by dataset of the entry: see its programmes
}


class Edition(Record):
    """One publication of a list. `published` is the day it bears, or that the user gives (ISO 8601). `sha256` is that
    of the file; of several files, of their sorted digests, one a line."""

    list: str
    published: str
    file: str
    sha256: str
    entries: int
    rejected: int
    notes: tuple[str, ...] = ()


class KeptFile(Record):
    """A file of an edition as it came: its name and where the vault keeps it."""

    name: str = Field(max_length=255)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size: int = Field(ge=0, description="Bytes.")


class ListEdition(Stored):
    """An edition kept in a workspace: its files are in the vault, its table is `tables/lists/<digest>.parquet`."""

    kind: ClassVar[str] = "list_edition"
    indexed: ClassVar[tuple[str, ...]] = ("list", "published", "digest", "added")

    list: str = Field(max_length=100)
    published: str = Field(pattern=r"^\d{4}-\d\d-\d\d$")
    digest: str = Field(pattern=r"^[0-9a-f]{64}$", description="The edition's sha256.")
    files: tuple[KeptFile, ...] = Field(min_length=1, max_length=100)
    entries: int = Field(ge=0)
    rejected: int = Field(ge=0)
    notes: tuple[str, ...] = ()
    added: datetime
    added_by: str = Field(max_length=100)

    def edition(self) -> Edition:
        """What it is an edition of, as its reader said."""
        return Edition(
            list=self.list,
            published=self.published,
            file=", ".join(file.name for file in self.files),
            sha256=self.digest,
            entries=self.entries,
            rejected=self.rejected,
            notes=self.notes,
        )
