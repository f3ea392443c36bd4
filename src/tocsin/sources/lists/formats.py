"""The formats of lists, in the order in which they are tried."""

from __future__ import annotations

from tocsin.sources.lists import dfat, eu_fsf, ofac_csv, ofac_xml, opensanctions, seco, sema, uksl
from tocsin.sources.lists.base import Format

FORMATS: dict[str, Format] = {
    one.id: one
    for one in (
        ofac_xml.FORMAT,
        eu_fsf.FORMAT,
        uksl.XML,
        sema.FORMAT,
        seco.FORMAT,
        uksl.CSV,
        opensanctions.FORMAT,
        dfat.FORMAT,
        ofac_csv.CSV,
        ofac_csv.DELIMITED,
    )
}
