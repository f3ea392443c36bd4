"""Draws of ballots and batches, reproducible byte for byte from a public seed with SHA-256 alone.

`sample` (cards) and `weighted` (batches) are Tocsin's own; the others reproduce draws made elsewhere: `corla`
(ColoradoRLA), `tickets` (consistent_sampler), `Cryptorandom` (cryptorandom), `arlo_ballots` and `arlo_batches` (Arlo).
"""

from tocsin.assure.audit.draw.arlo import arlo_ballots, arlo_batches
from tocsin.assure.audit.draw.cards import sample
from tocsin.assure.audit.draw.consistent import Ticket, tickets
from tocsin.assure.audit.draw.counter import corla, weighted
from tocsin.assure.audit.draw.crypto import Cryptorandom

__all__ = ["Cryptorandom", "Ticket", "arlo_ballots", "arlo_batches", "corla", "sample", "tickets", "weighted"]
