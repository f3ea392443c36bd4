"""The formats of lists, in the order in which they are tried."""

from __future__ import annotations

from tocsin.sources.lists import ofac_csv
from tocsin.sources.lists.base import Format

FORMATS: dict[str, Format] = {one.id: one for one in (ofac_csv.CSV, ofac_csv.DELIMITED)}
