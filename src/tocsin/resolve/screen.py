"""Screen names against sanctions lists: who of many people or organisations may be on a list, in order of likelihood.

Candidates are names of the list that share words, or words spelt much alike, with the name asked
(kernels.names_search). Each is then compared word by word and weighed by what is learned (`weights`), with birth date
and country where they are told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from tocsin.kernels import names_search as search
from tocsin.kernels.names import FEATURES, Names
from tocsin.model.arrow import pc, schema
from tocsin.progress import Progress, Silent
from tocsin.resolve.frequency import Frequency
from tocsin.resolve.match import Subject, describe, fact_levels
from tocsin.resolve.names import Lexicon, Word
from tocsin.resolve.weights import MEASURES, Context, load, pick, probability

_TEXT = pa.string()

#: Who is asked for, one row each; all but `name` may be missing or null. `country` is a nationality or place of
#: registration (ISO 3166-1 alpha-2), not that of an address. Without `schema` both persons and organisations are meant.
QUERIES = schema(
    [
        pa.field("name", _TEXT, nullable=False),
        pa.field("last_name", _TEXT),
        pa.field("first_name", _TEXT),
        pa.field("schema", _TEXT),  # Person | Organization
        pa.field("birth_date", _TEXT),  # year, year-month or day
        pa.field("country", _TEXT),
    ]
)
PART = pa.struct([pa.field("part", _TEXT), pa.field("weight", pa.float64()), pa.field("detail", _TEXT)])

#: One row an entry that may be who was asked for, the likeliest first for each `query` (row number of QUERIES). `rank`
#: are the log odds, made unequal where they are equal: no two rows of a table have the same.
HITS = schema(
    [
        pa.field("query", pa.int64(), nullable=False),
        pa.field("list", _TEXT, nullable=False),
        pa.field("entry", _TEXT, nullable=False),
        pa.field("name", _TEXT, nullable=False),  # of the entry, as published: the one that fits best
        pa.field("probability", pa.float64(), nullable=False),
        pa.field("rank", pa.float64(), nullable=False),
        pa.field("parts", pa.list_(PART), nullable=False),
    ]
)
_BATCH = 25_000  # names at a time
_CANDIDATES = 40  # names of the list that are compared with each name asked
_SHARE = 0.4  # of the lighter name's weight that a candidate must share
_FACTS_ADD = 8.0  # log odds that birth date and country can add at most
_NEARLY = 1.5


class Found(NamedTuple):
    """Entries that may be who was asked for: number of the query, of the subject and of its name, and the measures."""

    query: Any
    subject: Any
    name: Any
    measures: Any


class _Index(NamedTuple):
    """The names of persons, or of all others, ready for search; `owner` is the subject each name belongs to."""

    lexicon: Lexicon
    names: Names
    owner: Any
    place: Any  # of the name among the subject's names
    context: Context


class Screen:
    """The entries of one or more lists (LISTED), ready to be searched. `progress` hears of all work."""

    def __init__(self, listed: pa.Table, progress: Progress | None = None) -> None:
        self._progress = progress or Silent()
        self._progress.start("Reading the names of the lists", listed.num_rows)
        self._lists, self._entries = listed["list"].to_pylist(), listed["entry"].to_pylist()
        self.subjects = subjects(listed)
        persons = [k for k, subject in enumerate(self.subjects) if subject.schema == "Person"]
        others = [k for k, subject in enumerate(self.subjects) if subject.schema != "Person"]
        self._persons = self._index(persons, "screen")
        self._others = self._index(others, "screen-organisation")

    def _index(self, which: Sequence[int], context: Context) -> _Index:
        lexicon = Lexicon(Frequency.load("persons" if context == "screen" else "organisations"))
        words = [name for k in which for name in self.subjects[k].words]
        sizes = [len(self.subjects[k].words) for k in which]
        owner = np.repeat(np.array(which, np.int64), sizes)
        place = np.concatenate([np.arange(0), *(np.arange(size) for size in sizes)])
        self._progress.advance(len(which))
        return _Index(lexicon, lexicon.add(words), owner, place, context)

    def search(self, people: pa.Table, threshold: float = 0.3, limit: int = 10) -> pa.Table:
        """HITS of QUERIES: at most `limit` entries a query, of at least `threshold` probability.

        The probability is that of the development screens, where one donor in 65 was on the list. It says how sure the
        comparison is, not how many donors of a register are listed: there the order counts (docs/methods/resolve.md).
        """
        self._progress.start("Screening names", people.num_rows)
        found = []
        for begin in range(0, people.num_rows, _BATCH):
            batch = people.slice(begin, _BATCH)
            found.append(self._hits(batch, begin, float(np.log(threshold / (1 - threshold))), limit))
            self._progress.advance(batch.num_rows)
        table = pa.concat_tables([HITS.empty_table(), *found])
        rank = _unequal(table["rank"].to_numpy())
        return table.set_column(HITS.get_field_index("rank"), HITS.field("rank"), pa.array(rank))

    def _hits(self, people: pa.Table, begin: int, least: float, limit: int) -> pa.Table:
        asked = queries(people)
        rows: list[dict[str, Any]] = []
        for index, wanted in ((self._persons, "Person"), (self._others, "Organization")):
            chosen = [k for k, subject in enumerate(asked) if subject.schema in (wanted, "")]
            found = self._measure(index, asked, chosen, least)
            weights = load(index.context)
            odds = weights.log_odds(found.measures)
            for k in np.flatnonzero(odds >= least):
                rows.append(self._row(index, asked, found, int(k), float(odds[k]), begin))
        rows.sort(key=lambda row: (row["query"], -row["rank"], row["list"], row["entry"]))
        kept, place, before = [], 0, -1
        for row in rows:
            place = place + 1 if row["query"] == before else 0
            before = row["query"]
            if place < limit:
                kept.append(row)
        return pa.Table.from_pylist(kept, HITS)

    def measure(self, people: pa.Table, *, organisations: bool = False) -> Found:
        """What is measured of names and their candidates on the lists; what the weights are learned from."""
        asked = queries(people)
        index = self._others if organisations else self._persons
        return self._measure(index, asked, range(len(asked)), -np.inf)

    def _measure(self, index: _Index, asked: Sequence[Subject], chosen: Sequence[int], least: float) -> Found:
        """Measures of each query and each entry that has a candidate name; without facts below what facts can mend."""
        queried = _words(asked, chosen, index.context)
        lexicon = index.lexicon.fork()
        mine = lexicon.add(queried)
        words = lexicon.words()
        near = search.neighbours(words, np.unique(mine.words), np.unique(index.names.words))
        by_word = search.postings(index.names, words.weight.size)
        heavy = search.totals(words, index.names)
        found = search.candidates(words, mine, index.names, by_word, near, heavy, _CANDIDATES, _SHARE)
        scores, features = search.measure(words, mine, index.names, found, pick())
        result = self._best(index, np.asarray(chosen, np.int64), found, scores, features)
        odds = load(index.context).log_odds(result.measures)
        told = np.array([bool(subject.birth_dates or subject.countries) for subject in asked])
        for k in np.flatnonzero((odds >= least - _FACTS_ADD) & told[result.query]):
            for level in fact_levels(asked[result.query[k]], self.subjects[result.subject[k]]):
                result.measures[k, MEASURES.index(level)] = 1
        return result

    def _best(self, index: _Index, chosen: Any, found: Any, scores: Any, features: Any) -> Found:
        """The name of each entry that fits each query best, how many of its names and how many other entries fit."""
        query, column = np.nonzero(found >= 0)
        score, name = scores[query, column], found[query, column]
        owner = index.owner[name]
        order = np.lexsort((name, -score, owner, query))
        query, column, score, name, owner = (a[order] for a in (query, column, score, name, owner))
        first = np.flatnonzero(np.r_[True, (query[1:] != query[:-1]) | (owner[1:] != owner[:-1])][: query.size])
        entry = np.cumsum(np.isin(np.arange(query.size), first)) - 1
        fits = np.bincount(entry, np.exp(np.maximum(score - score[first][entry], -50)), first.size)
        sizes = np.array([max(len(self.subjects[k].words), 1) for k in owner[first]])
        top = np.maximum.reduceat(score, np.flatnonzero(np.r_[True, query[1:] != query[:-1]])) if query.size else score
        asked = np.cumsum(np.r_[False, query[first][1:] != query[first][:-1]]) if query.size else query
        nearly = np.bincount(asked, score[first] > top[asked] - _NEARLY, top.size) if query.size else score
        measures = np.zeros((first.size, len(MEASURES)))
        measures[:, : len(FEATURES)] = features[query[first], column[first]]
        measures[:, MEASURES.index("aliases")] = np.log(sizes)
        measures[:, MEASURES.index("support")] = fits / sizes
        measures[:, MEASURES.index("rivals")] = np.log(np.maximum(nearly[asked], 1)) if query.size else 0
        return Found(chosen[query[first]], owner[first], index.place[name[first]], measures)

    def _row(self, index: _Index, asked: Sequence[Subject], found: Found, k: int, odds: float, begin: int) -> Any:
        query, subject, name = int(found.query[k]), int(found.subject[k]), int(found.name[k])
        entry = self.subjects[subject]
        details = describe(replace(asked[query], schema=entry.schema), entry, 0, name)
        parts = load(index.context).parts(found.measures[k])
        return {
            "query": begin + query,
            "list": self._lists[subject],
            "entry": self._entries[subject],
            "name": entry.names[name],
            "probability": float(probability(odds)),
            "rank": odds,
            "parts": [{"part": p, "weight": w, "detail": details.get(p, "")} for p, w in parts.items()],
        }


def subjects(listed: pa.Table) -> list[Subject]:
    """The rows of LISTED as subjects."""
    columns = ("schema", "names", "birth_dates", "countries", "birth_places", "genders", "numbers")
    rows = zip(*(listed[column].to_pylist() for column in columns), strict=True)
    return [
        Subject(
            tuple(name["name"] for name in names),
            schema,
            tuple(dates),
            tuple(countries),
            tuple(places),
            tuple(genders),
            tuple((n["kind"], n["number"], n["country"] or "") for n in numbers),
        )
        for schema, names, dates, countries, places, genders, numbers in rows
    ]


def queries(people: pa.Table) -> list[Subject]:
    """The rows of QUERIES as subjects; the schema is "" where none is told."""
    columns = [
        pc.fill_null(people[field.name], "").to_pylist()
        if field.name in people.column_names
        else [""] * people.num_rows
        for field in QUERIES
    ]
    return [
        Subject((name,), schema, _told(birth_date), _told(country), last_name=last, first_name=first)
        for name, last, first, schema, birth_date, country in zip(*columns, strict=True)
    ]


def _told(text: str) -> tuple[str, ...]:
    return (text,) if text else ()


def _words(asked: Sequence[Subject], chosen: Sequence[int], context: Context) -> list[list[Word]]:
    schema = "Person" if context == "screen" else "Organization"
    return [replace(asked[k], schema=schema).words[0] for k in chosen]


def _unequal(rank: Any) -> Any:
    """The same numbers with ties taken apart by the least that can be told, in the order of the rows."""
    order = np.lexsort((np.arange(rank.size), -rank))
    falling = rank[order].copy()
    for k in range(1, falling.size):
        if falling[k] >= falling[k - 1]:
            falling[k] = np.nextafter(falling[k - 1], -np.inf)
    result = np.empty_like(rank)
    result[order] = falling
    return result
