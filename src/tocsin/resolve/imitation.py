"""Which names resemble a protected one, in what way, and how often names like that come about by chance.

The search is `kernels.lookalike`. Chance is taken from names at hand: an n-gram model (`kernels.spelling`) of the
registered names in which nothing protected was found, and how often words in ordinary use are names by themselves
(`uses`). Uses are names that set a word beside words of their own, and vetted bodies that bear it (official names of
others, and names under endings that are given to public bodies alone).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from anyascii import anyascii

from tocsin.kernels import lookalike, spelling
from tocsin.kernels.lookalike import APART, BELOW, DOT, LABEL, OTHER, PART, TYPO, WORDS, Folded, Hits
from tocsin.kernels.utf8 import utf8
from tocsin.resolve.uses import BESIDE, Uses, cut, learnt
from tocsin.sources.names import hosts
from tocsin.stats.tails import gamma_poisson_tail

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]
KINDS = 7
LEARNT = 1_000_000  # registered names that are enough to learn the spelling of names from
STRONG = (LABEL, BELOW, APART, WORDS, TYPO)  # ways of being alike that count; the others show how ordinary a word is
CLEAR = 0.5  # share of the names like it that chance does not account for, from which a name is shown
FEW = 3  # names that set a word beside words of their own, up to which they may be imitations themselves
EXACT = 1e-9  # to which a sum of chances is exact
USE = 2e-7  # share of registered names that set a given word beside words of their own, spelling apart (measured)
#: Of how far words stray from what is expected of them: by spelling; by spelling of three letters, and beside other
#: words; by use (measured).
SHAPE, SHAPE_SHORT, SHAPE_USE = 20.0, 0.3, 0.9
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
    registered names that match a word (row) in a way (column) by their spelling alone. `bodies`: vetted bodies that
    bear each word. `vetted`: the name is of a body that was checked. `group`: number of the registered name. `names`:
    registered names looked at that are neither official nor vetted. `known`: official and vetted ones. `general`: words
    too general to be protected. `in_use`: words one edit from a protected one that are words of their own, the
    protected word, and how many registered names have them; such names are no matches.
    """

    asked: list[str]
    parts: list[hosts.Parts] = field(repr=False)
    protected: tuple[Protected, ...]
    general: tuple[str, ...]
    name: Longs
    word: Longs
    kind: Longs
    rates: Floats
    bodies: Longs
    uses: Uses
    vetted: npt.NDArray[np.bool_]
    group: Longs
    names: int
    known: int
    in_use: tuple[tuple[str, str, int], ...]

    def expected(self, uses: npt.ArrayLike, word: Any = slice(None)) -> tuple[Floats, Floats]:
        """Names alike by chance for each word in each way, by spelling and by ordinary use, where so many
        names use the word; up to `FEW` of them may be imitations themselves."""
        used = np.asarray(uses, float)
        more = np.maximum(used - FEW, 0.0)[..., None]
        spelt = self.names * self.rates[word][..., :OTHER]
        spelt[..., PART] += self.names * USE
        use = np.zeros_like(spelt)
        use[..., [LABEL, BELOW]] = more * self.uses.rate(used)[..., None]
        use[..., [APART, WORDS]] = more * BESIDE
        return spelt, use


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
    the best tail of a gamma-Poisson variable (`SHAPE` and its like), allowing for the number of ways. Names that use
    the word beside words of their own are such a way where they are no more than `FEW`; more of them show how ordinary
    the word is.
    """
    order = np.flatnonzero(counted)
    order = order[np.argsort(matches.word[order], kind="stable")]
    starts = np.flatnonzero(np.diff(matches.word[order], prepend=-1))
    found = [_weighed(matches, rows) for rows in np.split(order, starts[1:]) if rows.size]
    return _shared([one for one in found if one is not None], matches)


def in_use(matches: Matches, counted: npt.NDArray[np.bool_]) -> tuple[tuple[str, int, tuple[str, ...]], ...]:
    """Protected words that more than `FEW` names use, most used first: the word, its uses, and the names that are its
    copies or set it beside what imitations add, which chance accounts for up to a number."""
    copies = counted & np.isin(matches.kind, (LABEL, BELOW, APART, WORDS))
    found: dict[int, set[str]] = {}
    for n in np.flatnonzero(copies):
        found.setdefault(int(matches.word[n]), set()).add(matches.asked[matches.name[n]])
    beside = np.flatnonzero(counted & np.isin(matches.kind, (PART, OTHER)))
    pairs = np.unique(np.stack((matches.word, matches.group))[:, beside], axis=1)
    uses = matches.bodies + np.bincount(pairs[0], minlength=matches.bodies.size)
    told = [(matches.protected[w].word, int(uses[w]), tuple(sorted(found[w]))) for w in found if uses[w] > FEW]
    return tuple(sorted(told, key=lambda one: (-one[1], one[0])))


def _weighed(matches: Matches, rows: Longs) -> Imitated | None:
    word = int(matches.word[rows[0]])
    kind, group = matches.kind[rows], matches.group[rows]
    beside = np.isin(kind, (PART, OTHER))
    ordinary = int(np.unique(group[beside]).size)
    uses = ordinary + int(matches.bodies[word])
    spelt, use = matches.expected(uses, word)
    counts = ~beside | ((kind == PART) & (uses <= FEW))
    ways = sorted(set(kind[counts].tolist()), key=lambda way: (spelt[way] + use[way], way))
    share, upto = np.zeros(rows.size), np.zeros(rows.size, np.int64)
    for n, way in enumerate(ways):
        one = kind == way
        share[one] = max(0.0, 1 - float(spelt[way] + use[way]) / np.unique(group[one]).size)
        upto[one] = n
    means, shapes = _cumulative(spelt[ways], use[ways], _shapes(matches)[word, ways])
    tests = [(1.0, 0, 0.0, -1)]
    for n in range(len(ways)):
        found = int(np.unique(group[counts & (upto <= n)]).size)
        tests.append((float(gamma_poisson_tail(found, means[n], shapes[n])), found, float(means[n]), n))
    p, found, mean, last = min(tests)
    alike = counts & ((upto <= last) | (share > CLEAR))
    if ordinary < found:
        share[beside] = np.maximum(share[beside], found / (found + ordinary))
        alike |= beside
    return Imitated(word, rows[alike], share[alike], p, p, found, mean, ordinary) if alike.any() else None


def _shapes(matches: Matches) -> Floats:
    """How far names of each word stray, in each way, from what their spelling lets expect."""
    short = np.array([len(one.word) <= lookalike.SHORTEST for one in matches.protected], np.bool_)
    made = np.where(short[:, None], SHAPE_SHORT, np.full((short.size, OTHER), SHAPE))
    made[:, PART] = SHAPE_SHORT
    return made


def _cumulative(spelt: Floats, use: Floats, shapes: Floats) -> tuple[Floats, Floats]:
    """Means of the sums of the first ways, and the shapes of gamma variables of the same variance."""
    means = np.cumsum(spelt + use, axis=-1)
    spread = np.cumsum(spelt**2 / shapes + use**2 / SHAPE_USE, axis=-1)
    return means, np.where(spread > 0, means**2 / np.maximum(spread, 1e-300), SHAPE)


def _shared(found: list[Imitated], matches: Matches) -> tuple[Imitated, ...]:
    """With `p` and `p_mean` out of the best tail of each word: the chance that a word reaches it in some way is at most
    that tail, and at most the number of names expected, for each way; where names beside other words count, the
    greatest tail below it that a few of them have. Most words nothing resembles by chance."""
    uses = matches.bodies.astype(float)
    for one in found:
        uses[one.word] += one.ordinary
    spelt, use = matches.expected(uses)
    order = np.argsort(spelt + use, axis=1)  # each way is held against expectation with the rarer ones
    means, shapes = _cumulative(*(np.take_along_axis(what, order, axis=1) for what in (spelt, use, _shapes(matches))))
    parts = np.cumsum(order == PART, axis=1) > 0  # more than a few of them are no such way: a bound would be too wide
    tails = [gamma_poisson_tail(few, means, shapes) for few in range(FEW, 0, -1)]
    made = []
    for one in found:
        reach = np.where(tails[0] <= one.p, tails[0], one.p)
        for tail in tails[1:]:
            reach = np.where(tail <= one.p, tail, reach)
        reach = np.where(parts, reach, np.minimum(one.p, means))
        reach = np.minimum(reach.sum(axis=1), 1.0)
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
        self._names, self._shown = lookalike.folded(bodies), bodies.data
        hits = lookalike.search(self._names, _digits(bodies, self._names), self._words, self._extra)
        self._hits = self._others(hits, official, owned)
        self._in_use = self._without_words_of_their_own()

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
            "start": hits.start[keep].astype(np.int64),
            "stop": hits.stop[keep].astype(np.int64),
        }

    def _without_words_of_their_own(self) -> tuple[tuple[str, str, int], ...]:
        """Leave out the hits one edit away whose form is a word of its own: more than `FEW` registered names set it
        beside other words, or a vetted body bears it. They are told as in `Matches.in_use`."""
        near = np.flatnonzero(self._hits["kind"] == TYPO)
        name, word, start, stop = (self._hits[key][near] for key in ("name", "word", "start", "stop"))
        first = self._names.at[name]
        start, stop = start + first, stop + first
        form = np.unique(lookalike.hashes(self._names.letters, start, stop), return_inverse=True)[1]
        edge, vetted = self._names.edge, self._vetted[name]
        beside = (edge[start + name] != DOT) | (edge[stop + name] != DOT)
        pairs = np.unique(np.stack((form, self._group[name]))[:, beside & ~vetted], axis=1)
        size = int(form.max(initial=-1)) + 1
        own = (np.bincount(pairs[0], minlength=size) > FEW) | (np.bincount(form, vetted, size) > 0)
        left = np.flatnonzero(own[form])
        self._hits = {key: np.delete(column, near[left]) for key, column in self._hits.items()}
        left = left[~vetted[left]]
        alike, at, count = np.unique(np.stack((word, form))[:, left], axis=1, return_index=True, return_counts=True)
        at = left[at]
        self._own = [(int(w), self._names.letters[start[n] : stop[n]]) for w, n in zip(alike[0], at, strict=True)]
        texts = (self._text(start[n], stop[n]) for n in at)
        found = zip(texts, (self.protected[w].word for w in alike[0]), count.tolist(), strict=True)
        return tuple(sorted(found, key=lambda one: (-one[2], one)))

    def _text(self, start: int, stop: int) -> str:
        """Letters [start, stop) of the names as they are written."""
        last = self._names.byte[stop - 1] + 1 + self._names.double[stop - 1]
        return bytes(self._shown[self._names.byte[start] : last]).decode("ascii")

    def matches(self) -> Matches:
        """The best match of each name."""
        name, word, kind = (self._hits[key] for key in ("name", "word", "kind"))
        rates, uses = self._spelling()
        chance = rates[word, kind]
        first = _first(np.lexsort((chance, kind, word, name)), name, word)  # of each word in a name, what says most
        word_of, long = word[first], (self._hits["stop"] - self._hits["start"])[first]
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
            self._bodies(),
            uses,
            self._vetted[name[first]],
            self._group[name[first]],
            int(loose),
            int(np.unique(self._group[self._vetted]).size),
            self._in_use,
        )

    def _bodies(self) -> Longs:
        """How many vetted bodies bear each word, in whatever way."""
        name, word = self._hits["name"], self._hits["word"]
        vetted = self._vetted[name] & (self._hits["kind"] != TYPO)
        pairs = np.unique(np.stack((word, self._group[name]))[:, vetted], axis=1)
        return np.bincount(pairs[0], minlength=len(self.protected))

    def _spelling(self) -> tuple[Floats, Uses]:
        """Share of registered names that would match each word in each way by their spelling, and how often words in
        use are names by themselves."""
        labels, model, parts, added, uses = self._language()
        rates = np.zeros((len(self.protected), KINDS))
        letters, at = self._words.letters, self._words.at
        whole, start, end, within = spelling.chances(model, letters, at).T
        rates[:, LABEL] = whole
        rates[:, [BELOW, APART, PART]] = (whole * parts)[:, None]
        rates[:, WORDS], rates[:, OTHER] = (start + end * labels) * added, within * labels
        rates[:, TYPO] = spelling.chances_near(model, letters, at) * parts
        short = lookalike.written(self._words) < lookalike.NEAR_LEAST
        for w in np.flatnonzero(short):  # of these, letters that sound alike only
            others = lookalike.sounding(self._letters(int(w)))
            rates[w, TYPO] = sum(spelling.chance(model, other, True, True) for other in others) * parts
        for own, form in self._own:  # a word of its own is no match: what is left is the chance of all other forms
            rest = rates[own, TYPO] - spelling.chance(model, form, True, True) * parts
            rates[own, TYPO] = max(rest, rates[own, TYPO] * EXACT)
        return rates, uses

    def _letters(self, w: int) -> Any:
        return self._words.letters[self._words.at[w] : self._words.at[w + 1]]

    def _language(self) -> tuple[float, spelling.Model, float, float, Uses]:
        """Letters in a label, the model of parts of labels, parts in all the names under a registered name, the share
        of labels with an added word at either end, and the use of words."""
        asked = self._group[: len(self._asked)]
        groups, first = np.unique(asked, return_index=True)
        labels = utf8(pa.array([readable(self._parts[n].body.rpartition(".")[2]) for n in first], pa.string()))
        folded = lookalike.folded(labels)
        told = self._hits["kind"] != OTHER
        hit = np.unique(self._group[self._hits["name"][told]])
        taken = ~np.isin(groups, hit)
        taken &= np.arange(taken.size) % (1 + taken.size // LEARNT) == 0
        at, owner = cut(folded)
        model = spelling.empty(int(folded.letters.size * taken.mean()) if taken.size else 0)
        spelling.learn(model, folded.letters, at, taken[owner])
        added = lookalike.beside(folded, self._extra)[taken]
        n_parts = int((self._names.edge[: int(self._names.at[len(self._asked)]) + len(self._asked)] > 0).sum()) - len(
            self._asked
        )
        size = folded.letters.size / max(groups.size, 1)
        share = (added.sum() + 1) / (added.size + 2)
        return size, model, n_parts / max(groups.size, 1), share, learnt(folded, taken)


def _first(order: Longs, *keys: Longs) -> Longs:
    """The first of `order` in each run of equal keys."""
    new = np.zeros(order.size, np.bool_)
    new[:1] = True
    for key in keys:
        new[1:] |= key[order[1:]] != key[order[:-1]]
    return order[new]


def _digits(texts: Any, names: Folded) -> npt.NDArray[np.bool_]:
    shown = texts.data[names.byte]
    return np.asarray((shown >= ord("0")) & (shown <= ord("9")))


def _vetted(suffix: str) -> bool:
    return suffix in VETTED or suffix.partition(".")[0] in VETTED_LABELS or bool(_LOCAL.fullmatch(suffix))


def _protected(
    official: pa.Table, owned: list[hosts.Parts], extra: Folded
) -> tuple[tuple[Protected, ...], tuple[str, ...], Folded]:
    """The distinct words that stand for the official names, those too general for it, and the first as letters. The
    first label of an office below another name is such a word, unless several have it: then it says what an office is,
    not whose."""
    rows: dict[str, set[int]] = {}
    firsts = Counter(label for label, _ in {(_first_label(one), one.registered) for one in owned})
    for row, (parts, brands) in enumerate(zip(owned, official["brands"].to_pylist(), strict=True)):
        label = parts.registered.partition(".")[0]
        first = _first_label(parts)
        for word in (parts.body, label, *([first] if firsts[first] == 1 else []), *(brands or ())):
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


def _first_label(parts: hosts.Parts) -> str:
    return parts.body.partition(".")[0] if "." in parts.body else ""


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
