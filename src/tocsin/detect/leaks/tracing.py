"""Where a leak is quoted: passages of it in posts, weighed by how rarely such words are said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
from pydantic import Field

from tocsin.detect.leaks.base import Candidate, Detector, LeakTables, Parameters, Result
from tocsin.detect.leaks.texts import Words, flat, mail_text, words_of
from tocsin.kernels import quotes as kernel
from tocsin.kernels import text
from tocsin.model.arrow import pc, positions
from tocsin.model.finding import Explanation, Interval, Quote
from tocsin.progress import Progress
from tocsin.stats import intervals, stated
from tocsin.stats.tails import gamma_poisson_tail

ID = "leaks.tracing"
BATCH = 200_000  # posts whose words are held at a time
OLDER = 200  # fewer older posts give no rate worth telling
BLOCKS = 20  # of time, into which the older posts are cut
WORDS = 8  # in common, from which a post may quote the leak where no rate can be stated
REGION = 30  # words of the leak that one passage spans at most, so that quotes of one sentence count as one

CANNOT_SHOW = (
    "That a post has words of the leak does not say where its author read them.",
    "Translations, rewordings, pictures of the text and quotes of fewer than five words are not seen.",
    "A false-alarm rate from older posts holds for posts as those were; a new topic brings new phrases.",
)


class TracingParameters(Parameters):
    """What counts as a quote."""

    least_bits: float = Field(default=30.0, ge=0, description="least weight of a quote, in bits")
    false_share: float = Field(
        default=0.05, gt=0, lt=1, description="expected share of false quotes, by posts older than the leak"
    )


@dataclass(frozen=True, slots=True)
class Hits:
    """The passages found: row of the post and columns of `kernels.quotes.Passages`, heaviest first."""

    row: Any
    bits: Any
    place: Any
    length: Any
    same: Any
    differ: Any

    def of(self, chosen: Any) -> Hits:
        """Some of them, by a mask or positions."""
        return Hits(*(getattr(self, name)[chosen] for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class Traced:
    """What was found in posts after the leak (`hits`, those that count) and before it.

    `least` is the weight from which a quote counts, `false` the older posts that reach it, of `older`; `newer` posts
    were searched. `weaker` hits have less weight, `weaker_false` older posts like them. `known` hits stand in older
    posts and do not count.
    """

    words: Words
    index: kernel.Index
    hits: Hits
    known: Hits
    weaker: Hits
    least: float
    false: int
    weaker_false: int
    older: int
    newer: int
    rates: tuple[tuple[float, int], ...]  # weight, older posts that reach it


class Tracing(Detector):
    """Passages of five words and more that a leak and a post have in common, one gap allowed."""

    id = ID
    title = "Quotes of the leak in posts"
    params = TracingParameters
    wants = ("posts",)

    def look(self, tables: LeakTables, params: TracingParameters, progress: Progress) -> Result:
        """Look in `tables`; `made["tracing"]` then holds what was found (`Traced`)."""
        if not (tables.messages or tables.papers):
            return Result(skipped="no mails and no documents were given")
        if tables.public is None:
            return Result(skipped="the day from which the leak could be read was not told")
        older = pc.sum(pc.less(tables.posts["time"], pa.scalar(tables.public, tables.posts["time"].type))).as_py() or 0
        if older == tables.posts.num_rows:
            return Result(skipped=f"all {older:,} posts are older than the leak: later ones are wanted")
        if older < OLDER:
            return _without_rate(tables, params, older, progress)
        traced = tables.once("tracing", lambda: trace(tables, params, progress))
        return _result(tables, traced)


def leaked_words(tables: LeakTables) -> Words:
    """The words of all documents and mails."""
    papers = ((paper.name, "\n".join(paper.pages)) for paper in flat(tables.papers))
    mails = ((f"{one.file}:{one.row}", mail_text(one.raw)) for one in tables.messages)
    return words_of(sorted({*papers, *mails}))


def trace(tables: LeakTables, params: TracingParameters, progress: Progress) -> Traced:
    """Find quotes of the leak in `tables.posts`.

    Posts before `tables.public` are the null: words are weighed by the first half of them, by time, and the second half
    gives the rate at which a weight is reached by chance; and the other way round. A passage that stands in any older
    post does not count after the leak; so one of an older post does not count where it stands in a post of another
    twentieth of their time. A quote counts from the least weight on at which that rate expects at most `false_share` of
    the newer posts found to be false; see `_least`.
    """
    words = leaked_words(tables)
    index = kernel.index(words.tokens)
    time = tables.posts["time"].cast(pa.int64()).to_numpy()
    order = np.lexsort((_row_order(tables.posts), time))
    public = int(tables.public.timestamp() * 1_000_000) if tables.public else 0
    old = int(np.searchsorted(time[order], public))
    half = old // 2
    progress.start("Weighing words by older posts", old)
    weights = [_weights(tables.posts, order[part], index, progress) for part in (slice(half), slice(half, old))]
    progress.start("Looking for quotes", order.size)
    found = [
        _search(rows, tokens, index, weights[own], progress)
        for own, part in ((1, slice(half)), (0, slice(half, None)))
        for rows, tokens in _tokens(tables.posts, order[part])
    ]
    hits = _joined(found)
    rank = np.empty(order.size, np.int64)
    rank[order] = np.arange(order.size)
    return _sorted_out(words, index, hits, rank, old, order.size, params)


def _weights(posts: pa.Table, rows: Any, index: kernel.Index, progress: Progress) -> kernel.Weights:
    """The weights of words in the background of some posts."""
    counts = kernel.no_counts(index)
    for some, tokens in _tokens(posts, rows):
        kernel.count(tokens, index, counts)
        progress.advance(some.size)
    return kernel.weigh(index, counts)


def _joined(found: list[Hits]) -> Hits:
    return Hits(*(np.concatenate([getattr(one, name) for one in found]) for name in Hits.__slots__))


def _row_order(posts: pa.Table) -> Any:
    """A number for each post that does not depend on the order of rows."""
    keys = pc.binary_join_element_wise(pc.fill_null(posts["platform"], ""), posts["post"], "\t")
    return pc.rank(keys, tiebreaker="dense").to_numpy()


def _tokens(posts: pa.Table, rows: Any) -> Iterator[tuple[Any, text.Tokens]]:
    texts = posts["text"]
    for at in range(0, rows.size, BATCH):
        some = np.sort(rows[at : at + BATCH])
        yield some, text.words(texts.take(positions(some)))


def _search(rows: Any, tokens: text.Tokens, index: kernel.Index, weights: kernel.Weights, progress: Progress) -> Hits:
    made = kernel.search(tokens, index, weights)
    hit = np.flatnonzero(made.bits > 0)
    progress.advance(rows.size)
    return Hits(rows[hit], made.bits[hit], made.place[hit], made.length[hit], made.same[hit], made.differ[hit])


def _sorted_out(
    words: Words, index: kernel.Index, hits: Hits, rank: Any, old: int, total: int, params: TracingParameters
) -> Traced:
    """Older hits from newer ones, those that stand in older posts set aside, and the weight from which one counts."""
    at = rank[hits.row]
    older, newer = hits.of(at < old), hits.of(at >= old)
    chance = older.of(~_elsewhere(older, at[at < old] * BLOCKS // old))
    known = _covered(newer, older)
    fresh = newer.of(~known)
    times = (total - old) / old
    least = _least(fresh.bits, chance.bits, times, params)
    fresh = fresh.of(np.lexsort((rank[fresh.row], -fresh.bits)))
    weak = _weak(fresh.bits, chance.bits, times, (params.least_bits, least))
    false = int((chance.bits >= least).sum())
    return Traced(
        words=words,
        index=index,
        hits=fresh.of(fresh.bits >= least),
        known=newer.of(known & (newer.bits >= params.least_bits)),
        weaker=fresh.of((fresh.bits >= weak) & (fresh.bits < least)),
        least=least,
        false=false,
        weaker_false=int((chance.bits >= weak).sum()) - false,
        older=old,
        newer=total - old,
        rates=tuple((weight, int((chance.bits >= weight).sum())) for weight in (30.0, 40.0, 50.0, 60.0, 80.0)),
    )


def _least(found: Any, chance: Any, times: float, params: TracingParameters) -> float:
    """The least weight at which chance, `times` as often as in the older posts, makes up the share allowed. Where that
    would lose more than half of what exceeds chance, the weight at which most exceeds it."""
    weights = np.unique(found[found >= params.least_bits])
    if not weights.size:
        return params.least_bits
    many = found.size - np.searchsorted(np.sort(found), weights)
    false = (chance.size - np.searchsorted(np.sort(chance), weights)) * times
    good, most = np.flatnonzero(false <= params.false_share * many), int(np.argmax(many - false))
    strict = good.size and 2 * (many - false)[good[0]] >= (many - false)[most]
    return float(weights[good[0] if strict else most])


def _weak(found: Any, chance: Any, times: float, bounds: tuple[float, float]) -> float:
    """The least weight within bounds from which on, up to the upper one, chance makes up no more than half."""
    found, chance = (np.sort(bits[(bits >= bounds[0]) & (bits < bounds[1])]) for bits in (found, chance))
    weights = np.unique(found)
    many = found.size - np.searchsorted(found, weights)
    good = np.flatnonzero(2 * times * (chance.size - np.searchsorted(chance, weights)) <= many)
    return float(weights[good[0]]) if good.size else bounds[1]


def _elsewhere(hits: Hits, block: Any) -> Any:
    """Whether the passage of each hit stands in a hit of another block of time."""
    answer = np.zeros(hits.row.size, bool)
    for one in np.unique(block):
        answer[block == one] = _covered(hits.of(block == one), hits.of(block != one))
    return answer


def _covered(hits: Hits, by: Hits) -> Any:
    """Whether the passage of each hit stands, but for two words at its ends, in one of the passages of `by`."""
    answer = np.zeros(hits.row.size, bool)
    if not by.row.size:
        return answer
    order = np.argsort(by.place, kind="stable")
    begins, furthest = by.place[order], np.maximum.accumulate((by.place + by.length)[order])
    for slack in range(3):
        before = np.searchsorted(begins, hits.place + slack, "right")
        reached = np.where(before > 0, furthest[np.maximum(before - 1, 0)], 0)
        answer |= reached >= hits.place + hits.length - 2 + slack
    return answer


def _result(tables: LeakTables, traced: Traced) -> Result:
    measured = {
        f"Posts older than the leak that reach {weight:g} bits": _rate(count, traced.older)
        for weight, count in traced.rates
    }
    if not traced.hits.row.size:
        return Result(tested=1, measured=measured)
    return Result((_candidate(tables, traced), *_possible(tables, traced)), 1, measured=measured)


def _possible(tables: LeakTables, traced: Traced) -> tuple[Candidate, ...]:
    """Posts with passages of less weight, of which no more than half are to be expected by chance."""
    many = traced.weaker.row.size
    if not many:
        return ()
    said = f"{many:,} more posts have passages of less weight; {_expected(traced.weaker_false, traced)}."
    return (_unsure(tables, replace(traced, hits=traced.weaker), said),)


def _expected(false: int, traced: Traced) -> str:
    """How many of the newer posts are expected by chance, where `false` of the older ones are."""
    most = intervals.share(false, traced.older)[2] * traced.newer
    return (
        f"by posts older than the leak {false * traced.newer / traced.older:.1f} of them are expected by chance, "
        + (f"with 95 % confidence at most {most:.1f}")
    )


def _unsure(tables: LeakTables, traced: Traced, said: str) -> Candidate:
    """Posts of which too many may be there by chance to speak of quotes: for reading, no lead."""
    return Candidate(
        detector=ID,
        sign="quoted",
        table="posts",
        rows=np.sort(traced.hits.row),
        title=f"{traced.hits.row.size:,} posts that may quote the leak, or may not",
        sentence=said,
        p=None,
        quotes=quotes(tables, traced),
        cannot_show=CANNOT_SHOW,
        objects=_regions(traced),
        why="may have a passage of the leak",
        interest=True,
    )


def _without_rate(tables: LeakTables, params: TracingParameters, older: int, progress: Progress) -> Result:
    """What may be quotes where too few posts are older than the leak to say how often chance looks like one: passages
    of many words, weighed by all posts."""
    words = leaked_words(tables)
    index = kernel.index(words.tokens)
    rows = np.argsort(tables.posts["time"].cast(pa.int64()).to_numpy(), kind="stable")
    progress.start("Weighing words", rows.size)
    weights = _weights(tables.posts, rows, index, progress)
    progress.start("Looking for quotes", rows.size)
    hits = _joined([_search(some, tokens, index, weights, progress) for some, tokens in _tokens(tables.posts, rows)])
    new = pc.greater_equal(tables.posts["time"], pa.scalar(tables.public, tables.posts["time"].type)).to_numpy()
    fresh = hits.of(new[hits.row] & ~_covered(hits, hits.of(~new[hits.row])))
    fresh = fresh.of((fresh.same >= WORDS) & (fresh.bits >= params.least_bits))
    fresh = fresh.of(np.lexsort((_row_order(tables.posts)[fresh.row], -fresh.bits)))
    why = f"{older:,}: fewer than {OLDER:,}, so that how often chance looks like a quote cannot be told"
    measured = {"Posts older than the leak": why}
    if not fresh.row.size:
        return Result(tested=0, measured=measured)
    said = (
        f"{fresh.row.size:,} posts have {WORDS} words and more in common with the leak. How many of them are there by "
        f"chance cannot be told: only {older:,} posts are older than it, and {OLDER:,} are wanted."
    )
    traced = Traced(words, index, fresh, fresh.of([]), fresh.of([]), params.least_bits, 0, 0, older, int(new.sum()), ())
    return Result((_unsure(tables, traced, said),), 0, measured=measured)


def _rate(count: int, older: int) -> str:
    share, low, high = intervals.share(count, older)
    return (
        f"{count:,} of {older:,}, {share * 1e6:,.0f} in a million (95 % interval {low * 1e6:,.0f} to {high * 1e6:,.0f})"
    )


def _candidate(tables: LeakTables, traced: Traced) -> Candidate:
    hits, regions = traced.hits, _regions(traced)
    shown = quotes(tables, traced)
    accounts = len({quote.account for quote in shown})
    documents = len({quote.document for quote in shown})
    times = traced.newer / traced.older
    expected = traced.false * times
    p = float(gamma_poisson_tail(hits.row.size, (traced.false + 1) * times, traced.false + 1))
    said = f"{hits.row.size:,} posts by {accounts:,} accounts"
    return Candidate(
        detector=ID,
        sign="quoted",
        table="posts",
        rows=np.sort(hits.row),
        title=f"Quotes of the leak in {said}",
        sentence=f"{said} have passages of {documents:,} documents of the leak, each of {traced.least:.0f} bits and "
        f"more; {_expected(traced.false, traced)}.",
        p=p,
        tests=(
            stated.test(
                "Do more posts quote the leak than posts older than it seem to?",
                "gamma-Poisson tail of the number of posts",
                "posts after the leak have its words as often as posts before it, which cannot quote it",
                hits.row.size,
                expected,
                p,
            ),
        ),
        effects=_effects(traced, accounts, documents, len(set(regions.values()))),
        explanations=_explanations(tables, traced),
        quotes=shown,
        cannot_show=CANNOT_SHOW,
        objects=regions,
        notes={},
        why="has a passage of the leak",
    )


def quotes(tables: LeakTables, traced: Traced) -> tuple[Quote, ...]:
    """Every quote that counts, heaviest first."""
    hits = traced.hits
    posts = tables.posts.select(["post", "account", "time"]).take(positions(hits.row)).to_pylist()
    return tuple(
        Quote(
            document=document,
            passage=passage,
            post=post["post"],
            account=post["account"],
            time=post["time"],
            words=int(hits.same[k]),
            gaps=int(hits.differ[k]),
            weight=round(float(hits.bits[k]), 1),
        )
        for k, (post, (document, passage)) in enumerate(zip(posts, _passages(traced), strict=True))
    )


def _passages(traced: Traced) -> list[tuple[str, str]]:
    """Document and words of each passage."""
    hits, offsets, words = traced.hits, traced.index.offsets, traced.words
    texts = np.searchsorted(offsets, hits.place, "right") - 1
    begin = hits.place - offsets[texts]
    spans = zip(texts.tolist(), begin.tolist(), (begin + hits.length).tolist(), strict=True)
    return [(words.names[text], words.between(text, first, end)[:500]) for text, first, end in spans]


def _regions(traced: Traced) -> dict[int, str]:
    """Name of the passage that each post quotes, by row: overlapping quotes within REGION words count as one, named
    after the document and the place of its first word there."""
    hits, offsets = traced.hits, traced.index.offsets
    named: dict[int, str] = {}
    begin = end = -1
    for k in np.lexsort((hits.length, hits.place)).tolist():
        place = int(hits.place[k])
        if place >= end or place > begin + REGION:
            begin = end = place
        end = max(end, place + int(hits.length[k]))
        text = int(np.searchsorted(offsets, begin, "right")) - 1
        named[int(hits.row[k])] = f"{traced.words.names[text]}, from word {begin - int(offsets[text]) + 1:,}"
    return named


def _effects(traced: Traced, accounts: int, documents: int, regions: int) -> tuple[Interval, ...]:
    return (
        stated.share(
            "False-alarm rate",
            traced.false,
            traced.older,
            f"share of posts older than the leak, which cannot quote it, that reach {traced.least:.0f} bits",
        ),
        stated.exact("Posts that quote", traced.hits.row.size, "posts", f"of {traced.newer:,} after the leak"),
        stated.exact("Accounts that quote", accounts, "accounts", "distinct accounts"),
        stated.exact("Documents quoted", documents, "documents", "mails and documents with a passage in a post"),
        stated.exact("Passages quoted", regions, "passages", "overlapping quotes count as one"),
    )


def _explanations(tables: LeakTables, traced: Traced) -> tuple[Explanation, ...]:
    rows = tables.posts.select(["text", "urls", "repost_of"]).take(positions(traced.hits.row))
    total = rows.num_rows
    texts = pc.count_distinct(rows["text"]).as_py()
    linked = sum(
        bool(urls) or "http://" in (text or "") or "https://" in (text or "")
        for urls, text in zip(rows["urls"].to_pylist(), rows["text"].to_pylist(), strict=True)
    )
    known = traced.known.row.size
    return (
        stated.explanation(
            "older-source",
            "Were the passages public before, as quotations that the document took from elsewhere?",
            "does not fit",
            f"Passages that stand in a post older than the leak are left out: {known:,} later posts have one.",
        ),
        stated.explanation(
            "common-phrase",
            "Are they phrases that anybody says?",
            "does not fit",
            f"Words are weighed by how often older posts say them; {traced.false:,} of {traced.older:,} older posts "
            f"reach the weight.",
        ),
        stated.explanation(
            "press",
            "Do the posts pass on articles of the press that quote the leak?",
            "fits in part" if 2 * linked >= total else "cannot tell",
            f"{linked:,} of {total:,} posts have a link; what stands behind it was not looked at.",
        ),
        stated.explanation(
            "one-post",
            "Is it one post that was passed on?",
            "fits in part" if total > 1 and texts * 5 <= total else "does not fit",
            f"The {total:,} posts have {texts:,} different texts.",
        ),
    )


DETECTOR = Tracing()
