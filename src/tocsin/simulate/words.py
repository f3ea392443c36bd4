"""Words of the simulated country, and posts made of them: a small grammar in five languages and four scripts.

The lists are files in `words/`; people, places and outlets in them are invented (domains end in `.example`,
RFC 2606). A text is drawn slot by slot for all rows at once.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tocsin.simulate.draws import Floats, Ints, Keys, pick, uniform

Bools = npt.NDArray[np.bool_]
Column: TypeAlias = "pa.Array[Any]"

CODES = ("en", "es", "ru", "ar", "hi")
TOPICS = ("water", "roads", "schools", "health", "farms", "energy")


@dataclass(frozen=True, slots=True)
class Slot:
    """The choices for one place in a sentence: all groups' words in one array, and where each group's begin."""

    words: Column
    starts: Ints
    counts: Ints

    def draw(self, groups: Ints, keys: Keys, salt: int, where: Bools | None = None) -> Column:
        """One choice a row (shape of `keys`); null where `where` is False."""
        index = self.starts[groups] + pick(keys, salt, self.counts[groups])
        return self.words.take(pa.array(index, mask=None if where is None else ~where))


def _slot(lists: Sequence[Sequence[str]]) -> Slot:
    counts = np.array([len(words) for words in lists], dtype=np.int64)
    return Slot(pa.array([w for words in lists for w in words], pa.string()), np.cumsum(counts) - counts, counts)


def _load(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((files("tocsin.simulate") / "words" / f"{name}.json").read_text("utf-8"))
    return content


@dataclass(frozen=True, slots=True)
class Words:
    """All lists. Slots in `by_language` are indexed by language, those in `by_topic` by language * 6 + topic."""

    by_language: dict[str, Slot]
    by_topic: dict[str, Slot]
    moments: list[list[str]]
    swarm: list[list[str]]
    zone_h: Floats
    shares: Floats
    names: dict[str, Any]


@cache
def words() -> Words:
    """Read the word files once."""
    languages = [_load(code) for code in CODES]
    plain = ("open", "act", "where", "close", "short", "headline", "answer", "common")
    return Words(
        by_language={name: _slot([one[name] for one in languages]) for name in plain},
        by_topic={
            name: _slot([one["topics"][topic][name] for one in languages for topic in TOPICS])
            for name in ("what", "tags")
        },
        moments=[one["moments"] for one in languages],
        swarm=[one["swarm"] for one in languages],
        zone_h=np.array([one["zone_h"] for one in languages], dtype=np.float64),
        shares=np.array([one["share"] for one in languages], dtype=np.float64),
        names=_load("names"),
    )


def join(*parts: Any, sep: str = " ") -> Column:
    """Join columns (arrays or single strings) row by row, leaving nulls out."""
    joined: Column = pc.binary_join_element_wise(*parts, sep, null_handling="skip")
    return joined


def sentences(keys: Keys, language: Ints, topic: Ints) -> Column:
    """A post's own words for each row: one or two clauses on the topic; one in 25 is only a short exclamation."""
    lists, group = words(), language * len(TOPICS) + topic
    one, what = lists.by_language, lists.by_topic["what"]
    full = uniform(keys, 10) >= 0.04
    twice = full & (uniform(keys, 11) < 0.6)
    return join(
        one["short"].draw(language, keys, 12, ~full),
        one["open"].draw(language, keys, 13, full & (uniform(keys, 14) < 0.7)),
        one["act"].draw(language, keys, 15, full),
        what.draw(group, keys, 16, full),
        one["where"].draw(language, keys, 17, full),
        one["close"].draw(language, keys, 18, full),
        one["act"].draw(language, keys, 19, twice),
        what.draw(group, keys, 20, twice),
        one["where"].draw(language, keys, 21, twice & (uniform(keys, 22) < 0.5)),
        one["close"].draw(language, keys, 23, twice),
    )


def headlines(keys: Keys, language: Ints, topic: Ints) -> Column:
    """The headline of an article for each row."""
    lists, group = words(), language * len(TOPICS) + topic
    return join(
        lists.by_language["headline"].draw(language, keys, 30),
        lists.by_language["act"].draw(language, keys, 31),
        lists.by_topic["what"].draw(group, keys, 32),
        lists.by_language["where"].draw(language, keys, 33),
    )


def links(keys: Keys, numbers: Ints) -> Column:
    """The address of an article: one of the outlets, and the article's number."""
    outlets = pa.array(words().names["outlets"], pa.string())
    host = outlets.take(pick(keys, 34, len(outlets)))
    return join("https://", host, "/", pa.array(numbers).cast(pa.string()), sep="")


def handles(numbers: Ints) -> Column:
    """A handle for each account number, distinct for distinct numbers below 2**32."""
    scrambled = (numbers.astype(np.uint64) * np.uint64(2_654_435_761) + np.uint64(12_345)) & np.uint64(0xFFFFFFFF)
    stems, tails = (pa.array(words().names[name], pa.string()) for name in ("stems", "tails"))
    return join(
        stems.take(pick(scrambled, 40, len(stems))),
        tails.take(pick(scrambled, 41, len(tails))),
        pa.array(scrambled).cast(pa.string()),
        sep="",
    )


def media_hashes(keys: Keys) -> Column:
    """16 hexadecimal digits for each key: the 64-bit perceptual hash of a picture."""
    digits = np.frombuffer(keys.astype(">u8").tobytes().hex().encode(), dtype="S16")
    return pa.array(digits, pa.binary()).cast(pa.string())
