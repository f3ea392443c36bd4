"""How often words in use are names by themselves, counted by hand."""

import numpy as np
import pyarrow as pa
import pytest

from tocsin.kernels import lookalike
from tocsin.kernels.utf8 import utf8
from tocsin.resolve.uses import BESIDE, WEIGHT, learnt


def test_rates_are_those_of_words_used_as_often():
    labels = ["fen-ab", "fen-cd", "fen", "fen", *(f"moor-{n}a" for n in "bcdfghkm"), "moor-left-out", "cove"]
    folded = lookalike.folded(utf8(pa.array(labels, pa.string())))
    uses = learnt(folded, np.array([label != "moor-left-out" for label in labels]))
    every = (2 + BESIDE * WEIGHT) / (2 + 8 + WEIGHT)
    twice, often = (2 + every * WEIGHT) / (2 + WEIGHT), every * WEIGHT / (8 + WEIGHT)
    assert uses.rate([2, 3, 8, 900]) == pytest.approx([twice, twice, often, often])
    assert uses.rate(0) == pytest.approx(every), "no word is used once: the rate over all"


def test_of_nothing_a_guess():
    assert learnt(lookalike.folded(utf8(pa.array([], pa.string()))), np.empty(0, np.bool_)).rate(7) == BESIDE
