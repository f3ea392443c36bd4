"""Registers of donations: one file a format, all to the table `GIFTS`."""

from tocsin.sources.gifts.base import GiftBatch, GiftOptions
from tocsin.sources.gifts.reading import GiftFiles, GiftOutcome, iter_gifts, read_gifts

__all__ = ["GiftBatch", "GiftFiles", "GiftOptions", "GiftOutcome", "iter_gifts", "read_gifts"]
