"""Which names resemble a protected one, in what way, and how often names like that come about by chance.

The search is `kernels.lookalike`. Chance is taken from names at hand: an n-gram model (`kernels.spelling`) of the
registered names in which nothing protected was found, and the share of vetted names (official ones of others, and names
under endings that are given to public bodies alone) in which the same was found.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from anyascii import anyascii

from tocsin.kernels import lookalike, spelling
from tocsin.kernels.lookalike import BELOW, LABEL, OTHER, PART, TYPO, WORDS, Folded, Hits
from tocsin.kernels.utf8 import utf8
from tocsin.sources.names import hosts
from tocsin.stats.tails import gamma_poisson_tail

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]
KINDS = 6
LEARNT = 1_000_000  # registered names that are enough to learn the spelling of names from
STRONG = (LABEL, BELOW, WORDS, TYPO)  # ways of being alike that count; the others show how ordinary a word is
BESIDE = 0.2  # names like a common word, in each such way, for one that uses it beside words of its own (measured)
CLEAR = 0.5  # share of the names like it that chance does not account for, from which a name is shown
FEW = 3  # names that set a word beside words of their own, up to which they may be imitations themselves
USE = 2e-7  # share of registered names that set a given word beside words of their own, spelling apart (measured)
SHAPE, SHAPE_SHORT = (
    20.0,
    0.3,
)  # of how far words stray from what their spelling lets expect; of three letters (measured)
#: Endings that a registry gives to public bodies alone, after vetting: their first label, or the whole ending.
VETTED_LABELS = frozenset(["gov", "mil", "gob", "gouv", "govt"])
_LOCAL = re.compile(r"(.+\.)?[a-z]{2}\.us")  # localities of the United States (RFC 1480)
VETTED = frozenset(["edu", "int", "go.jp", "go.kr", "go.th", "go.id", "go.ke", "go.tz", "go.ug", "gv.at", "gc.ca"])


@dataclass(frozen=True, slots=True)
class Protected:
    """A word that stands for an official name: its label, the whole name before the ending, or a word of its brands.
    `rows`: the rows of the official table it stands for."""

    word: str
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Matches:
    """The best match of each name that has one, in the order of `name`.

    `name`: position in `asked`. `word`: position in `protected`. `kind`: of `kernels.lookalike`. `rates`: the share of
    registered names that match a word (row) in a way (column) for no reason. `vetted`: the name is of a body that was
    checked. `group`: number of the registered name. `names`: registered names looked at that are neither official nor
    vetted. `known`: official and vetted ones. `general`: words too general to be protected.
    """

    asked: list[str]
    parts: list[hosts.Parts] = field(repr=False)
    protected: tuple[Protected, ...]
    general: tuple[str, ...]
    name: Longs
    word: Longs
    kind: Longs
    rates: Floats
    vetted: npt.NDArray[np.bool_]
    group: Longs
    names: int
    known: int


def match(official: pa.Table, names: Any) -> Matches:
    """Match host names (an array of strings as `sources.names.hosts.clean` makes them) with those of `official`
    (schema OFFICIAL). Names under a registered name of `official` are nobody's imitation and are passed over. The
    answer does not depend on the order of either."""
    owned = [hosts.parts(str(name)) for name in official["name"].to_pylist()]
    own = {parts.registered for parts in owned}
    distinct = sorted(names.unique().to_pylist())
    split = [hosts.parts(name) for name in distinct]
    kept = [n for n, parts in enumerate(split) if parts.registered not in own]
    asked, parts = [distinct[n] for n in kept], [split[n] for n in kept]
    return _Search(official, owned, asked, parts).matches()


@dataclass(frozen=True, slots=True)
class Imitated:
    """A protected word and the names that resemble it more often than chance makes them.

    `names`: positions in the arrays of `Matches`; `score`: of each, the share of names like it that chance does not
    account for. `p`: chance of so many names as good, allowing for the ways in which they may be alike; `p_mean`: the
    same averaged over all protected words, since a word that nothing resembles by chance can hardly reach `p` (what
    multiple testing needs where tests are discrete; Heyse 2011). `found`: registered names that count, `expected` how
    many of them by chance; `ordinary`: names that use the word beside words of their own.
    """

    word: int
    names: Longs
    score: Floats
    p: float
    p_mean: float
    found: int
    expected: float
    ordinary: int


def weigh(matches: Matches, counted: npt.NDArray[np.bool_]) -> tuple[Imitated, ...]:
    """The protected words with names that resemble them, by word. `counted` says which matches to weigh; vetted ones
    and those otherwise explained are left out by the caller.

    For each way of being alike, from the rarest, the registered names found so far are held against what chance gives:
    the best tail of a gamma-Poisson variable (`SHAPE`), allowing for the number of ways. Names that use
    the word beside words of their own show how ordinary it is, and `BESIDE` of their number is expected in each other
    way; up to `FEW` of them are a way by themselves.
    """
    order = np.flatnonzero(counted)
    order = order[np.argsort(matches.word[order], kind="stable")]
    starts = np.flatnonzero(np.diff(matches.word[order], prepend=-1))
    found = [_weighed(matches, rows) for rows in np.split(order, starts[1:]) if rows.size]
    return _shared([one for one in found if one is not None], matches)


def _weighed(matches: Matches, rows: Longs) -> Imitated | None:
    word = int(matches.word[rows[0]])
    kind, group = matches.kind[rows], matches.group[rows]
    chance = matches.rates[word, kind]
    beside = np.isin(kind, (PART, OTHER))
    ordinary = int(np.unique(group[beside]).size)
    share = np.zeros(rows.size)
    shape = SHAPE if len(matches.protected[word].word) > lookalike.SHORTEST else SHAPE_SHORT
    tests, mean = [(1.0, 0, 0.0, -1.0)], 0.0
    for rate, way in sorted({(float(chance[n]), int(kind[n])) for n in np.flatnonzero(~beside)}):
        expected = matches.names * rate + BESIDE * ordinary
        mean += expected
        share[kind == way] = max(0.0, 1 - expected / np.unique(group[kind == way]).size)
        found = int(np.unique(group[~beside & (chance <= rate)]).size)
        tests.append((float(gamma_poisson_tail(found, mean, shape)), found, mean, rate))
    if (kind == PART).any() and ordinary <= FEW:
        used, expected = int(np.unique(group[kind == PART]).size), float(_beside(matches)[word])
        share[beside] = min(max(0.0, 1 - expected / used), share[~beside].max(initial=0) or 1.0)
        tests.append((float(gamma_poisson_tail(used, expected, SHAPE_SHORT)), used, expected, -1.0))
    p, found, mean, rate = min(tests)
    alike = ~beside & ((chance <= rate) | (share > CLEAR))
    if ordinary < found:
        share[beside] = np.maximum(share[beside], found / (found + ordinary))
    if ordinary < found or (found and rate < 0):
        alike |= beside
    return Imitated(word, rows[alike], share[alike], p, p, found, mean, ordinary) if alike.any() else None


def _beside(matches: Matches) -> Floats:
    """Names expected to set each word beside other words, where few do."""
    return matches.names * (matches.rates[:, PART] + USE)


def _shared(found: list[Imitated], matches: Matches) -> tuple[Imitated, ...]:
    """With `p` and `p_mean` out of the best tail of each word: the chance that a word reaches it in some way is at most
    that tail, and at most the number of names expected, for each way; most words nothing resembles by chance."""
    ways = matches.names * matches.rates[:, STRONG]
    for one in found:
        ways[one.word] += BESIDE * one.ordinary
    ways = np.cumsum(np.sort(ways, axis=1), axis=1)  # each way is held against expectation with the rarer ones
    tails = [gamma_poisson_tail(few, _beside(matches), SHAPE_SHORT) for few in range(FEW, 0, -1)]
    made = []
    for one in found:
        parts = np.zeros(len(ways))
        for tail in tails:  # the more of them are allowed, the greater
            parts = np.where(tail <= one.p, tail, parts)
        reach = np.minimum(np.minimum(one.p, ways).sum(axis=1) + parts, 1.0)
        made.append(replace(one, p=float(reach[one.word]), p_mean=float(reach.mean())))
    return tuple(made)


class _Search:
    """One search: the names asked for, then the official ones, which are vetted names of each other."""

    def __init__(
        self, official: pa.Table, owned: list[hosts.Parts], asked: list[str], parts: list[hosts.Parts]
    ) -> None:
        self._asked, self._parts = asked, parts
        everyone = [*parts, *owned]
        self._vetted = np.array([_vetted(one.suffix) for one in parts] + [True] * len(owned), np.bool_)
        numbers = {name: n for n, name in enumerate(sorted({one.registered for one in everyone}))}
        self._group = np.array([numbers[one.registered] for one in everyone], np.int64)
        self._groups = len(numbers)
        self._extra = lookalike.folded(utf8(pa.array(_added(owned))))
        self.protected, self.general, self._words = _protected(official, owned, self._extra)
        bodies = utf8(pa.array([readable(one.body) for one in everyone], pa.string()))
        self._names = lookalike.folded(bodies)
        hits = lookalike.search(self._names, _digits(bodies, self._names), self._words, self._extra)
        self._hits = self._others(hits, official, owned)

    def _others(self, hits: Hits, official: pa.Table, owned: list[hosts.Parts]) -> dict[str, Longs]:
        """The hits, without those of an official name on words that are its owner's own."""
        office = official["office"].to_pylist()
        name, word = hits.name.astype(np.int64), hits.word.astype(np.int64)
        keep = np.ones(name.size, np.bool_)
        for n in np.flatnonzero(name >= len(self._asked)):
            row = int(name[n]) - len(self._asked)
            rows = self.protected[int(word[n])].rows
            keep[n] = not any(
                office[row] == office[one] or owned[row].registered == owned[one].registered for one in rows
            )
        return {
            "name": name[keep],
            "word": word[keep],
            "kind": hits.kind[keep].astype(np.int64),
            "long": (hits.stop - hits.start)[keep].astype(np.int64),
        }

    def matches(self) -> Matches:
        """The best match of each name."""
        name, word, kind = (self._hits[key] for key in ("name", "word", "kind"))
        rates = self._rates()
        chance = rates[word, kind]
        first = _first(np.lexsort((chance, kind, word, name)), name, word)  # of each word in a name, what says most
        word_of, long = word[first], self._hits["long"][first]
        best = _first(np.lexsort((word_of, -long, chance[first], name[first])), name[first])
        first = first[best]
        first = first[name[first] < len(self._asked)]
        loose = np.unique(self._group[: len(self._asked)][~self._vetted[: len(self._asked)]]).size
        return Matches(
            self._asked,
            self._parts,
            self.protected,
            self.general,
            name[first],
            word[first],
            kind[first],
            rates,
            self._vetted[name[first]],
            self._group[name[first]],
            int(loose),
            self._known(),
        )

    def _known(self) -> int:
        return int(np.unique(self._group[self._vetted]).size)

    def _rates(self) -> Floats:
        """Share of registered names that would match each word in each way: by spelling, and as vetted names do."""
        name, word, kind = (self._hits[key] for key in ("name", "word", "kind"))
        vetted = self._vetted[name]
        seen = np.unique((word * KINDS + kind)[vetted] * self._groups + self._group[name[vetted]]) // max(
            self._groups, 1
        )
        known = np.bincount(seen, minlength=len(self.protected) * KINDS).reshape(-1, KINDS)
        return self._spelling() + known / max(self._known(), 1)

    def _spelling(self) -> Floats:
        labels, model, parts, added = self._language()
        rates = np.zeros((len(self.protected), KINDS))
        letters, at = self._words.letters, self._words.at
        whole, start, end, within = spelling.chances(model, letters, at).T
        rates[:, LABEL], rates[:, BELOW], rates[:, PART] = whole, whole * parts, whole * parts
        rates[:, WORDS], rates[:, OTHER] = (start + end * labels) * added + whole * parts, within * labels
        rates[:, TYPO] = spelling.chances_near(model, letters, at) * parts
        for w in np.flatnonzero(at[1:] - at[:-1] < lookalike.NEAR_LEAST):  # of these, letters that sound alike only
            others = lookalike.sounding(self._letters(int(w)))
            rates[w, TYPO] = sum(spelling.chance(model, other, True, True) for other in others) * parts
        return rates

    def _letters(self, w: int) -> Any:
        return self._words.letters[self._words.at[w] : self._words.at[w + 1]]

    def _language(self) -> tuple[float, spelling.Model, float, float]:
        """Letters in a label, the model of parts of labels, parts in all the names under a registered name, and the
        share of labels with an added word at either end."""
        asked = self._group[: len(self._asked)]
        groups, first = np.unique(asked, return_index=True)
        labels = utf8(pa.array([readable(self._parts[n].body.rpartition(".")[2]) for n in first], pa.string()))
        folded = lookalike.folded(labels)
        told = self._hits["kind"] != OTHER
        hit = np.unique(self._group[self._hits["name"][told]])
        taken = ~np.isin(groups, hit)
        taken &= np.arange(taken.size) % (1 + taken.size // LEARNT) == 0
        at, owner = _cut(folded)
        model = spelling.empty(int(folded.letters.size * taken.mean()) if taken.size else 0)
        spelling.learn(model, folded.letters, at, taken[owner])
        added = lookalike.beside(folded, self._extra)[taken]
        n_parts = int((self._names.edge[: int(self._names.at[len(self._asked)]) + len(self._asked)] > 0).sum()) - len(
            self._asked
        )
        size = folded.letters.size / max(groups.size, 1)
        return size, model, n_parts / max(groups.size, 1), (added.sum() + 1) / (added.size + 2)


def _first(order: Longs, *keys: Longs) -> Longs:
    """The first of `order` in each run of equal keys."""
    new = np.zeros(order.size, np.bool_)
    new[:1] = True
    for key in keys:
        new[1:] |= key[order[1:]] != key[order[:-1]]
    return order[new]


def _cut(names: Folded) -> tuple[Longs, Longs]:
    """Where the parts of names between edges begin and end in their letters, and which name each is of."""
    count = names.at[1:] - names.at[:-1]
    owner = np.repeat(np.arange(count.size), count)
    starts = np.flatnonzero(names.edge[np.arange(names.letters.size) + owner] > 0)
    return np.r_[starts, names.letters.size], owner[starts]


def _digits(texts: Any, names: Folded) -> npt.NDArray[np.bool_]:
    shown = texts.data[names.byte]
    return np.asarray((shown >= ord("0")) & (shown <= ord("9")))


def _vetted(suffix: str) -> bool:
    return suffix in VETTED or suffix.partition(".")[0] in VETTED_LABELS or bool(_LOCAL.fullmatch(suffix))


def _protected(
    official: pa.Table, owned: list[hosts.Parts], extra: Folded
) -> tuple[tuple[Protected, ...], tuple[str, ...], Folded]:
    """The distinct words that stand for the official names, those too general for it, and the first as letters."""
    rows: dict[str, set[int]] = {}
    for row, (parts, brands) in enumerate(zip(owned, official["brands"].to_pylist(), strict=True)):
        label = parts.registered.partition(".")[0]
        for word in (parts.body, label, *(brands or ())):
            plain = "".join(char for char in readable(word.lower()) if char.isalnum())
            if plain:
                rows.setdefault(plain, set()).add(row)
    texts = sorted(rows)
    column = utf8(pa.array(texts, pa.string()))
    folded = lookalike.folded(column)
    size = folded.at[1:] - folded.at[:-1]
    general = lookalike.spelt_of(folded, _digits(column, folded), extra) | (size < lookalike.SHORTEST)
    alike: dict[bytes, list[str]] = {}
    for n in np.flatnonzero(~general):
        alike.setdefault(folded.letters[folded.at[n] : folded.at[n + 1]].tobytes(), []).append(texts[n])
    made = tuple(
        Protected(words[0], tuple(sorted(set().union(*(rows[word] for word in words))))) for words in alike.values()
    )
    return (
        made,
        tuple(texts[n] for n in np.flatnonzero(general)),
        lookalike.folded(utf8(pa.array([one.word for one in made], pa.string()))),
    )


def _added(owned: list[hosts.Parts]) -> list[str]:
    """Words that imitations add: the general ones, and the labels of the official names' own endings."""
    lines = (files("tocsin.resolve") / "data" / "added_words.txt").read_text("utf-8").splitlines()
    general = {word for line in lines if not line.startswith("#") for word in line.split()}
    return sorted(general | {label for parts in owned for label in parts.suffix.split(".") if len(label) > 2})


@cache
def _letters() -> dict[int, str]:
    lines = (files("tocsin.resolve") / "data" / "letters.txt").read_text("utf-8").splitlines()
    pairs = [line.split() for line in lines if line and not line.startswith("#")]
    return {ord(other): latin for latin, others in pairs for other in others if not unicodedata.combining(other)}


def readable(body: str) -> str:
    """A name in Latin letters as a reader takes them: A-labels shown, accents left out, letters of other scripts as the
    Latin ones they look like, the rest transliterated."""
    if body.isascii() and "xn--" not in body:
        return body
    plain = unicodedata.normalize("NFKD", hosts.unicode(body)).translate(_letters())
    return "".join(char for char in anyascii(plain).lower() if char.isalnum() or char in ".-")
