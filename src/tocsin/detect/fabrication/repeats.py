"""fabrication.repeats: one thing said by several accounts, in the same words, in others, or in other languages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from pydantic import Field

from tocsin.detect.fabrication import base, chance, ordinary
from tocsin.detect.fabrication.same import Clusters
from tocsin.detect.fabrication.series import clusters_of, short
from tocsin.kernels.text import text_hash
from tocsin.model.arrow import pc, positions
from tocsin.model.finding import Interval, Test, Wording
from tocsin.progress import Progress
from tocsin.stats import stated, tails

_CANNOT = (
    "whether the accounts acted together: see amplification.coordination",
    "that two texts mean the same: a model found them alike, and a person has to read them side by side",
)
_SHOWN = 40  # wordings in a finding, the first of each
_WORDS = ("copy", "near copy", "rewording", "translation")


class Parameters(base.Parameters):
    """What a user may set."""

    min_accounts: int = Field(default=5, ge=2, description="Fewest accounts that say it in posts of their own.")
    min_words: int = Field(
        default=6, ge=4, description="Fewest words of the first wording (pairs of characters in dense scripts)."
    )


@dataclass(frozen=True)
class Said:
    """One cluster: its posts (`rows`, in order of time), and those of them that are no reposts."""

    first: int
    rows: Any
    own: Any
    accounts: Any  # distinct, of the own posts


class Repeats(base.Detector):
    """Clusters of the same thing said, against chance in these very posts."""

    id = "fabrication.repeats"
    title = "The same thing said"
    params = Parameters
    wants = ("posts",)

    def look(self, tables: base.ContentTables, params: Parameters, progress: Progress) -> base.Result:
        """A candidate for each thing that enough accounts say: by an exact rule where enough say it in the same or
        nearly the same letters, else by the chance that so many wordings are so alike."""
        clusters = clusters_of(tables, progress)
        progress.start(self.title)
        null = chance.of(clusters)
        hashes = text_hash(pa.array(clusters.texts, pa.large_string()))
        made = []
        for said in _said(tables.posts, clusters, hashes.tokens, params):
            about = _About(tables, clusters, hashes.hash, said, null, params)
            made.append(about.candidate())
        relations = {word: clusters.relation.count(word) for word in _WORDS}
        measured = {
            "posts by what they are to an earlier one": ", ".join(f"{n:,} {word}" for word, n in relations.items()),
            "similarity of unrelated wordings": null.words,
            "how texts were compared": "; ".join(clusters.words) or "by their letters alone",
        }
        return base.Result(tuple(made), int(np.unique(clusters.first).size), "", measured, clusters.encoders)


def _said(posts: pa.Table, clusters: Clusters, tokens: Any, params: Parameters) -> Iterator[Said]:
    """Clusters with enough accounts and words."""
    reposted = pc.fill_null(pc.match_substring_regex(posts["text"], r"^\s*RT @"), False)
    own = pc.and_(pc.is_null(posts["repost_of"]), pc.invert(reposted)).to_numpy()
    accounts = posts["account"].combine_chunks().dictionary_encode().indices.to_numpy()
    order = np.lexsort((clusters.times, clusters.first))
    begins = np.flatnonzero(np.diff(clusters.first[order], prepend=-1))
    for rows in np.split(order, begins[1:]) if order.size else ():
        first = int(clusters.first[rows[0]])
        if rows.size < params.min_accounts or tokens[first] < params.min_words:
            continue
        mine = rows[own[rows]]
        who = np.unique(accounts[mine])
        if who.size >= params.min_accounts:
            yield Said(first, rows, mine, who)


class _About:
    """One cluster, and what is stated of it."""

    def __init__(
        self,
        tables: base.ContentTables,
        clusters: Clusters,
        hashes: Any,
        said: Said,
        null: chance.Null,
        params: Parameters,
    ) -> None:
        self.clusters, self.said, self.null, self.params = clusters, said, null, params
        self.hashes = hashes[said.rows]
        self.posts = tables.posts.select(_READ).take(positions(said.rows))
        self.tables = tables
        self.who = np.array(self.posts["account"].to_pylist(), object)
        self.relations = np.array(clusters.relation, object)[said.rows]
        self.languages = sorted({language for language in self.posts["language"].to_pylist() if language})

    def candidate(self) -> base.Candidate:
        """The candidate; its rows are all posts of the cluster, reposts too."""
        tests, p = self._tests()
        counted = {word: int((self.relations == word).sum()) for word in _WORDS}
        how = ", ".join(f"{n:,} {_MANY[word] if n != 1 else word}" for word, n in counted.items() if n)
        tongues = (
            f" in {len(self.languages)} languages ({', '.join(self.languages)})" if len(self.languages) > 1 else ""
        )
        who = f"{self.said.accounts.size:,} accounts"
        return base.Candidate(
            detector=Repeats.id,
            sign="same thing said",
            layer="text",
            object=base.said_object(self.clusters.texts[self.said.first]),
            table="posts",
            rows=base.sorted_rows(self.said.rows),
            title=f"{who} say “{short(self.clusters.texts[self.said.first])}”{tongues}",
            sentence=(
                f"{who} said the same thing in {self.said.own.size:,} posts of their own{tongues}; after the first: "
                f"{how}. {self.said.rows.size - self.said.own.size:,} more posts repost them."
            ),
            p=p,
            tests=tests,
            effects=self._effects(),
            explanations=ordinary.explanations(self.tables, self.posts, self.said.rows, self.clusters, self.said.first),
            wordings=self._wordings(),
            cannot_show=_CANNOT,
        )

    def _tests(self) -> tuple[tuple[Test, ...], float | None]:
        """By letters where enough accounts share them, else by meaning and time together (Fisher 1932)."""
        letters = self.clusters.wording[self.said.rows]
        own = np.isin(self.said.rows, self.said.own)
        most = max(len(set(self.who[own & (letters == wording)])) for wording in np.unique(letters))
        if most >= self.params.min_accounts:
            asked = "How many accounts say it in the same or nearly the same letters, each in a post of its own?"
            return (stated.test(asked, "exact rule", _EXACT, most, self.params.min_accounts, None),), None
        joined = self.null.joined(self.clusters, self.said.first)
        asked = "Are so many wordings of the collection so like the first one by chance?"
        like = stated.test(
            asked, "gamma-Poisson", self.null.words, joined.number, joined.expected, max(joined.p, _LEAST)
        )
        when = self._together(own)
        return (like, when), tails.lancaster([p for p in (like.p, when.p) if p is not None], [1.0, 1.0])

    def _together(self, own: Any) -> Test:
        """The range of uniform draws (order statistics): k s^(k-1) - (k-1) s^k."""
        begun = dict(zip(self.who[own][::-1], self.said.rows[own][::-1], strict=True))  # the first post of each
        times = self.clusters.times[list(begun.values())]
        every, k = self.clusters.times, len(begun)
        share = float(((every >= times.min()) & (every <= times.max())).mean())
        p = min(max(k * share ** (k - 1) - (k - 1) * share**k, _LEAST), 1.0)
        asked = "Do the accounts begin to say it closer together than posts of this collection are?"
        return stated.test(asked, "range of k uniform draws", _ANY_TIME, share, (k - 1) / (k + 1), p)

    def _effects(self) -> tuple[Interval, ...]:
        span = np.ptp(self.clusters.times[self.said.rows]) / 3_600_000_000
        return (
            stated.exact("accounts", self.said.accounts.size, "accounts", "accounts that say it in posts of their own"),
            stated.exact("wordings", np.unique(self.hashes).size, "wordings", "different texts, links left out"),
            stated.exact("languages", len(self.languages), "languages", "languages it is said in"),
            stated.exact("span", round(float(span), 2), "hours", "from the first post to the last"),
        )

    def _wordings(self) -> tuple[Wording, ...]:
        """The different texts, by their first posts; the most said of them where they are many."""
        _, begin, group = np.unique(self.hashes, return_index=True, return_inverse=True)
        posts = np.bincount(group)
        chosen = sorted(np.lexsort((begin, -posts))[:_SHOWN], key=lambda n: begin[n])
        return tuple(self._wording(np.flatnonzero(group == n)) for n in chosen)

    def _wording(self, at: Any) -> Wording:
        row = int(self.said.rows[at[0]])
        part = self.posts.take(positions(at))
        times: list[Any] = part["time"].to_pylist()
        return Wording(
            relation=self.clusters.relation[row],
            text=self.clusters.texts[row],
            language=self.clusters.languages[row],
            posts=at.size,
            accounts=len(set(self.who[at])),
            platforms=tuple(sorted({name for name in part["platform"].to_pylist() if name})),
            first=min(times),
            last=max(times),
            similarity=round(float(self.clusters.similarity[row]), 4),
            by=self.clusters.by[row],
        )


_READ = ["account", "time", "platform", "language", "urls", "text"]
_MANY = {"copy": "copies", "near copy": "near copies", "rewording": "rewordings", "translation": "translations"}
_EXACT = "none: texts of six words and more are not found twice by chance; what is observed is counted"
_ANY_TIME = "each account begins with any post of the collection; shown is the share of all posts in between"
_LEAST = 1e-300
DETECTOR = Repeats()
