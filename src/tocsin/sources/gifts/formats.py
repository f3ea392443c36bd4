"""The formats of registers, by the name that `--format` takes."""

from __future__ import annotations

from tocsin.sources.gifts.aec import AEC, AEC_EXPORT
from tocsin.sources.gifts.base import GiftFormat
from tocsin.sources.gifts.bundestag import BUNDESTAG
from tocsin.sources.gifts.committees import CommitteeMaster
from tocsin.sources.gifts.fec_filing import Filing
from tocsin.sources.gifts.fec_itcont import Itcont
from tocsin.sources.gifts.fec_table import FEC_TABLE
from tocsin.sources.gifts.gift_table import GIFT_TABLE
from tocsin.sources.gifts.netfile import NetFile
from tocsin.sources.gifts.nl import NL
from tocsin.sources.gifts.nyc_cfb import NewYorkCity
from tocsin.sources.gifts.table import TableOfGifts
from tocsin.sources.gifts.uk_ec import UK_DONATIONS
from tocsin.sources.gifts.uk_loans import UK_EC_LOANS, UK_LOANS

_ALL: tuple[GiftFormat, ...] = (
    *(Itcont(), Filing(), FEC_TABLE, UK_DONATIONS, UK_EC_LOANS, UK_LOANS, BUNDESTAG, AEC, AEC_EXPORT, NL),
    *(NewYorkCity(), NetFile(), GIFT_TABLE, TableOfGifts(), CommitteeMaster()),
)
FORMATS: dict[str, GiftFormat] = {known.id: known for known in _ALL}
