"""The formats of registers, by the name that `--format` takes."""

from __future__ import annotations

from tocsin.sources.gifts.base import GiftFormat
from tocsin.sources.gifts.fec_itcont import Itcont
from tocsin.sources.gifts.fec_table import FEC_TABLE
from tocsin.sources.gifts.gift_table import GIFT_TABLE
from tocsin.sources.gifts.table import TableOfGifts

_ALL: tuple[GiftFormat, ...] = (Itcont(), FEC_TABLE, GIFT_TABLE, TableOfGifts())
FORMATS: dict[str, GiftFormat] = {known.id: known for known in _ALL}
