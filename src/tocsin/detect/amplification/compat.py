"""The networks of two other tools, edge for edge, for comparison and for users who must repeat earlier work.

`cnt` follows coordination-network-toolkit 1.5.2, `coortweet` follows CooRTweet 2.1.3. Where a peer does what it should
not, the network says so in its notes: either the mode does the same, or it departs and tells how.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tocsin.errors import UsageError

Column: TypeAlias = "pa.ChunkedArray[Any]"
Kind = Literal["co_retweet", "co_link", "co_hashtag", "co_reply", "co_tweet", "co_similar_tweet"]

#: What each kind of network shares: the column of `POSTS`, and whether reposts take part.
_COLUMNS: dict[Kind, tuple[str, bool]] = {
    "co_retweet": ("repost_of", True),
    "co_link": ("urls", False),
    "co_hashtag": ("hashtags", False),
    "co_reply": ("reply_to", False),
    "co_tweet": ("text", False),
    "co_similar_tweet": ("text", False),
}


@dataclass(frozen=True, slots=True)
class PeerNetwork:
    """Edges as the peer names them, and what to know before trusting them."""

    edges: pa.Table
    notes: tuple[str, ...]


def cnt(
    posts: pa.Table,
    kind: Kind,
    window_s: float,
    *,
    min_weight: int = 2,
    loops: bool = False,
    threshold: float = 0.8,
) -> PeerNetwork:
    """The network coordination-network-toolkit 1.5.2 makes of posts (schema `POSTS`).

    Two messages match if they share an object within `window_s` seconds, inclusive; a message id counts once, the first
    time. The weight from `user_1` to `user_2` is the number of distinct messages of the first with a match in the
    second, and edges of at least `min_weight` are kept, each direction by itself. Reposts take part in co_retweet only.
    co_tweet compares texts in lower case without mentions; co_similar_tweet their sets of words (UAX 29) by Jaccard
    index, at least `threshold`. co_hashtag gives the tool hashtags in place of links. `loops` keeps edges from an
    account to itself, between different messages as in the tool's repository after 1.5.2.
    """
    if kind not in _COLUMNS:
        raise UsageError(f"{kind!r} is not a network of this tool", hint=f"one of {', '.join(_COLUMNS)}")
    from tocsin.kernels import peers

    column, reposts = _COLUMNS[kind]
    messages = _first_of_each(posts, reposts)
    accounts, names = _encode(messages["account"])
    options: dict[str, Any] = {}
    notes = []
    if kind == "co_similar_tweet":
        options = {"sets": _token_sets(messages["text"]), "threshold": threshold}
        obj, message = peers.prefixes(*options["sets"], threshold)
        notes += _note_of_empty_sets(options["sets"])
    elif kind == "co_tweet":
        obj, message, notes = _same_text(messages["text"])
    else:
        obj, message = _shared(messages[column])
        if kind == "co_link":
            notes.append("An empty link is no link here; the tool's CSV import makes one, which all such posts share.")
    times = messages["time"].cast(pa.timestamp("us", tz="UTC")).to_numpy().astype("datetime64[us]").astype(np.int64)
    found = peers.directed(
        obj, message, accounts, times, round(window_s * 1e6), keep=min_weight, loops=loops, **options
    )
    if loops:
        notes.append("A message is not compared with itself; release 1.5.2 does so and adds one to every self edge.")
    edges = {"user_1": names.take(found.a), "user_2": names.take(found.b), "weight": found.weight}
    return PeerNetwork(pa.table(edges), tuple(notes))


def coortweet(
    shares: pa.Table, window_s: float, *, min_participation: int = 2, edge_weight: float = 0.5
) -> PeerNetwork:
    """The network CooRTweet 2.1.3 makes: `detect_groups` then `generate_coordinated_network`.

    shares: columns object, account, post (the tool's content_id) and time (timestamp), one row a share. Edges have
    `account_a` < `account_b`, `weight` (the number of pairs of rows within `window_s` seconds, inclusive),
    `avg_time_delta` in seconds, and `weight_threshold`: 1 where the weight exceeds the `edge_weight` quantile (type 7).
    """
    from tocsin.kernels import peers

    both, _ = _encode(pa.chunked_array([*_text(shares["object"]).chunks, *_text(shares["post"]).chunks], pa.string()))
    accounts, names = _encode(shares["account"], ordered=True)
    times = shares["time"].cast(pa.timestamp("us", tz="UTC")).to_numpy().astype("datetime64[us]").astype(np.int64)
    rows = shares.num_rows
    found = peers.weighted(both[:rows], both[rows:], accounts, times, round(window_s * 1e6), min_participation)
    above = found.weight > np.quantile(found.weight, edge_weight) if found.weight.size else np.empty(0, np.bool_)
    edges = {
        "account_a": names.take(found.a),
        "account_b": names.take(found.b),
        "weight": found.weight,
        "avg_time_delta": found.apart_us / np.maximum(found.weight, 1) / 1e6,
        "weight_threshold": above.astype(np.int64),
    }
    notes = (
        "The weight counts pairs of rows: an account with 3 and one with 2 matching shares of one object can give 6.",
        "min_participation counts rows, not posts, and keeps a pair if either side has enough, as the tool does.",
        "n_content_id, n_content_id_y and edge_symmetry_score are left out: the tool puts the accounts of a pair in "
        "order but not their contents, so the three mix the two accounts.",
    )
    return PeerNetwork(pa.table(edges), notes)


def _text(column: Column) -> Column:
    return column.cast(pa.string())


def _encode(column: Column, *, ordered: bool = False) -> tuple[npt.NDArray[np.int32], Any]:
    """Codes from 0 in order of appearance, or of the values, and the value of each code."""
    coded = _text(column).combine_chunks().dictionary_encode()
    values, indices = coded.dictionary, coded.indices.to_numpy()
    if ordered:
        order = pc.sort_indices(values).to_numpy()
        rank = np.empty(order.size, np.int32)
        rank[order] = np.arange(order.size, dtype=np.int32)
        values, indices = values.take(order), rank[indices]
    return indices.astype(np.int32), values


def _first_of_each(posts: pa.Table, reposts: bool) -> pa.Table:
    """The first post of each id; without reposts where they do not take part."""
    ids, _ = _encode(posts["post"])
    posts = posts.take(np.unique(ids, return_index=True)[1])
    if reposts:
        return posts
    return posts.filter(~_given(posts["repost_of"]))


def _given(values: Any) -> npt.NDArray[np.bool_]:
    """Which values are neither null nor empty."""
    lengths = pc.fill_null(pc.utf8_length(values), 0)
    return np.asarray(lengths) > 0


def _shared(column: Column) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """(object, message) rows of a column of ids or of lists of them; empty ids are none, repeats in a list are one."""
    values = column.combine_chunks()
    if pa.types.is_list(values.type) or pa.types.is_large_list(values.type):
        message, values = pc.list_parent_indices(values).to_numpy(), pc.list_flatten(values)
    else:
        message = np.arange(len(values))
    given = _given(values)
    obj, _ = _encode(pa.chunked_array([values.filter(given)]))
    rows = np.unique(np.stack([message[given], obj]), axis=1)
    return rows[1].astype(np.int32), rows[0].astype(np.int32)


def _plain(text: str) -> str:
    """Lower case, mentions deleted from the @ to the next white space, white space merged."""
    words = (word.partition("@")[0] for word in text.lower().split())
    return " ".join(word for word in words if word)


def _same_text(texts: Column) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], list[str]]:
    plain = [None if text is None else _plain(text) for text in texts.to_pylist()]
    message = np.array([m for m, text in enumerate(plain) if text is not None], np.int32)
    obj, _ = _encode(pa.chunked_array([pa.array([text for text in plain if text is not None], pa.string())]))
    empty = sum(text == "" for text in plain)
    note = f"{empty:,} texts are empty once mentions are deleted; the tool counts them as identical, so does this mode."
    return obj, message, [note] if empty else []


def _token_sets(texts: Column) -> Any:
    """The distinct words of each text, rarest first; as in the tool, an apostrophe that begins a word is dropped."""
    import regex

    from tocsin.kernels.peers import TokenSets

    boundary = regex.compile(r"(?wV1)\b")

    @cache
    def tokens(word: str) -> tuple[str, ...]:  # with the blank before it, to which a combining mark may attach
        return tuple(chain.from_iterable(piece.removeprefix("'").split() for piece in boundary.split(word)))

    words = (_plain(text or "").replace(" ", "\n ").split("\n") for text in texts.to_pylist())
    sets = [frozenset(chain.from_iterable(map(tokens, text))) for text in words]
    often: Counter[str] = Counter(chain.from_iterable(sets))
    rank = {token: place for place, (token, _) in enumerate(sorted(often.items(), key=lambda item: (item[1], item[0])))}
    sizes = np.fromiter(map(len, sets), np.int64, len(sets))
    starts = np.concatenate(([0], np.cumsum(sizes)))
    ranks = np.fromiter(_ranked(sets, rank), np.int32, int(starts[-1]))
    return TokenSets(starts, ranks)


def _ranked(sets: Iterable[frozenset[str]], rank: dict[str, int]) -> Iterable[int]:
    return chain.from_iterable(sorted(rank[token] for token in tokens) for tokens in sets)


def _note_of_empty_sets(sets: Any) -> list[str]:
    empty = int((np.diff(sets.starts) == 0).sum())
    if not empty:
        return []
    return [f"{empty:,} texts have no words and match nothing here; two of them in one window stop the tool."]
