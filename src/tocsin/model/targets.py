"""What is watched around election offices: official names, names that were observed, and what logs and results say."""

from __future__ import annotations

import pyarrow as pa

from tocsin.model.arrow import schema

_TEXT, _TIME = pa.string(), pa.timestamp("us", tz="UTC")
_WHERE = [pa.field("file", _TEXT, nullable=False), pa.field("row", pa.int64(), nullable=False)]

#: Names that are somebody's own: the reference, never a guess such as "not .gov". One row a name and owner.
OFFICIAL = schema(
    [
        pa.field("name", _TEXT, nullable=False),  # domain, ASCII form, lower case, without www.
        pa.field("office", _TEXT, nullable=False),  # whose: an election office, outlet, party, platform
        pa.field("kind", _TEXT, nullable=False),  # office | government | outlet | party | other
        pa.field("jurisdiction", _TEXT, nullable=False),  # such as us-co-denver; "" where none
        pa.field("brands", pa.list_(_TEXT), nullable=False),  # words that stand for it beside the name's own label
        *_WHERE,
    ]
)

#: Names seen in the world: a certificate-log feed, a zone file, passive DNS, any list. One row a name and sighting.
OBSERVED = schema(
    [
        pa.field("name", _TEXT, nullable=False),  # ASCII form, lower case
        pa.field("time", _TIME),  # first seen there, where told
        pa.field("how", _TEXT, nullable=False),  # certificate | zone | passive-dns | list
        pa.field("detail", _TEXT),  # issuer, address, ...
        *_WHERE,
    ]
)

#: One row an event in a log of an office, of any format.
EVENTS = schema(
    [
        pa.field("time", _TIME, nullable=False),
        pa.field("office", _TEXT, nullable=False),  # whose log
        pa.field("kind", _TEXT, nullable=False),  # web | auth | ids | flow | tls | outage
        pa.field("source", _TEXT, nullable=False),  # address or token of the client; "" where there is none
        pa.field("user", _TEXT),  # account that was tried, a pseudonym
        pa.field("method", _TEXT),
        pa.field("path", _TEXT),  # as sent, with the query
        pa.field("status", pa.int32()),
        pa.field("size", pa.int64()),
        pa.field("referrer", _TEXT),
        pa.field("agent", _TEXT),
        pa.field("action", _TEXT),  # auth: success | failure; ids: signature; tls: finding; outage: what
        pa.field("severity", _TEXT),
        *_WHERE,
    ]
)

#: Results of one contest by polling station. `votes` has one figure a choice, in the order of `CHOICES` metadata.
STATIONS = schema(
    [
        pa.field("region", _TEXT, nullable=False),
        pa.field("unit", _TEXT, nullable=False),
        pa.field("registered", pa.int64()),
        pa.field("cast", pa.int64()),  # ballots cast, valid or not
        pa.field("valid", pa.int64()),
        pa.field("votes", pa.list_(pa.int64()), nullable=False),
        *_WHERE,
    ]
)
#: Key of a STATIONS table's schema metadata: names of the choices, a JSON list.
CHOICES = b"choices"
#: Another key of it: what was voted on, where the file says it.
CONTEST = b"contest"
