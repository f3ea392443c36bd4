"""Claims that somebody checked, and what lists say of domains: always somebody's words, with source and date."""

from __future__ import annotations

import pyarrow as pa

from tocsin.model.arrow import schema

_TEXT, _DAY, _TEXTS = pa.string(), pa.date32(), pa.list_(pa.string())
_WHERE = [pa.field("file", _TEXT, nullable=False), pa.field("row", pa.int64(), nullable=False)]

#: One row a checked claim, of any source: ClaimReview, a feed, a table, our own published cases, official facts.
CLAIMS = schema(
    [
        pa.field("claim", _TEXT, nullable=False),  # id, the same for the same review in every edition
        pa.field("kind", _TEXT, nullable=False),  # check | official | open (being looked at) | own (published case)
        pa.field("text", _TEXT, nullable=False),  # the claim as its publisher words it
        pa.field("title", _TEXT),
        pa.field("language", _TEXT),
        pa.field("claimant", _TEXT),  # who said it, as the publisher has it
        pa.field("said", _DAY),
        pa.field("publisher", _TEXT, nullable=False),
        pa.field("date", _DAY),  # of the review; of an open one, since when
        pa.field("verdict", _TEXT),  # in the publisher's own words; null for official facts and open ones
        pa.field("url", _TEXT),
        pa.field("appearances", _TEXTS, nullable=False),  # addresses where the claim appeared
        pa.field("pictures", _TEXTS, nullable=False),  # PDQ hashes (64 hex digits) of its pictures
        *_WHERE,
    ]
)

#: One row a domain in somebody's list of domains. Shown as that list's opinion of that day, never as ours.
OPINIONS = schema(
    [
        pa.field("domain", _TEXT, nullable=False),
        pa.field("list", _TEXT, nullable=False),  # who says so
        pa.field("date", _DAY),  # of the list
        pa.field("opinion", _TEXT, nullable=False),  # in the list's own words or figures
        *_WHERE,
    ]
)
