"""Rumour to evidence: which audit, reconciliation, tally, test or finding bears on what is said of an election.

`suggest` tells the kind of a rumour by its words, `gather` makes items of evidence from files, `ties` puts both
together with what the evidence cannot show, `confirm` and `reject` are a person's. Nothing says whether it is true.
"""

from tocsin.assure.rumour.gather import Columns, from_audit, from_comparison, from_items, from_scan
from tocsin.assure.rumour.kinds import kind_of, kinds, suggest
from tocsin.assure.rumour.ties import confirm, reject, ties

__all__ = [
    "Columns",
    "confirm",
    "from_audit",
    "from_comparison",
    "from_items",
    "from_scan",
    "kind_of",
    "kinds",
    "reject",
    "suggest",
    "ties",
]
