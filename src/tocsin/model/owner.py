"""Companies, persons and who owns what, with the days on which it was so: beneficial-ownership data of any format."""

from __future__ import annotations

import pyarrow as pa

from tocsin.model.arrow import schema

_TEXT, _DAY, _TEXTS = pa.string(), pa.date32(), pa.list_(pa.string())

#: One row a person, company or arrangement that the source tells of; `entity` is unique within a source.
ENTITIES = schema(
    [
        pa.field("entity", _TEXT, nullable=False),
        pa.field("kind", _TEXT, nullable=False),  # person | company | arrangement | state | anonymous | unknown
        pa.field("names", _TEXTS, nullable=False),  # the first is the one to show; empty for an anonymous person
        pa.field("country", _TEXT),  # of registration or nationality, ISO 3166-1 alpha-2 in lower case
        pa.field("residence", _TEXT),  # of a person: country of residence
        pa.field("birth_date", _TEXT),  # year, year-month or day, as given
        pa.field("company_number", _TEXT),
        pa.field("status", _TEXT),  # as the register has it: active, dissolved, ...
        pa.field("formed", _DAY),
        pa.field("dissolved", _DAY),
        pa.field("accounts", _DAY),  # day to which the last accounts were made up; null: none filed or not told
        pa.field("net_assets_minor", pa.int64()),
        pa.field("profit_minor", pa.int64()),
        pa.field("currency", _TEXT),
        pa.field("address", _TEXT),
        pa.field("postcode", _TEXT),
        pa.field("agent", _TEXT),  # registered agent
        pa.field("officers", _TEXTS),
        pa.field("file", _TEXT, nullable=False),
        pa.field("row", pa.int64(), nullable=False),
    ]
)

#: One row an interest of `owner` in `held`. Shares are fractions of 1; a single figure has both bounds alike; null: not
#: told. `until` null: still so, or not told.
HOLDINGS = schema(
    [
        pa.field("owner", _TEXT, nullable=False),
        pa.field("held", _TEXT, nullable=False),
        pa.field("share_min", pa.float64()),
        pa.field("share_max", pa.float64()),
        pa.field("control", pa.bool_(), nullable=False),  # by votes, board, trusteeship or other influence
        pa.field("interest", _TEXT, nullable=False),  # as the source calls it: shareholding, voting-rights, ...
        pa.field("since", _DAY),
        pa.field("until", _DAY),
        pa.field("file", _TEXT, nullable=False),
        pa.field("row", pa.int64(), nullable=False),
    ]
)
