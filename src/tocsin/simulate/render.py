"""From scheduled rows to posts: texts, links, hashtags and ids, for any rows in any order, always the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tocsin.model.post import POSTS
from tocsin.simulate.crowd import CAMPS, EVENT, LINK, REPLY, REPOST, Schedule
from tocsin.simulate.draws import Ints, Keys, bits, keys_of, pick, uniform
from tocsin.simulate.words import (
    CODES,
    TOPICS,
    Bools,
    Column,
    handles,
    headlines,
    join,
    links,
    media_hashes,
    sentences,
    words,
)

#: Invented networks, the largest first.
PLATFORMS = ("chirp", "plaza", "ringo", "veche")

#: Low bits of a post id that number the row; planted posts set the bit above them.
ROW_BITS = 21


def post_ids(time_s: Ints, rows: Ints, planted: bool = False) -> Column:
    """Ids of the kind that grow with time: milliseconds, then the row's number (unique among 2 million per second)."""
    low = rows & ((1 << ROW_BITS) - 1) | (int(planted) << ROW_BITS)
    ids = (time_s.astype(np.uint64) * np.uint64(1000) << np.uint64(ROW_BITS + 1)) | low.astype(np.uint64)
    column: Column = pa.array(ids).cast(pa.string())
    return column


def render(schedule: Schedule, rows: Ints) -> pa.RecordBatch:
    """The posts at `rows` of the schedule (schema `POSTS`; `file` and `row` are set by the caller).

    A repost carries what the post it repeats carries, so both are drawn from the key of the repeated row.
    """
    kind, source = schedule.kind[rows], schedule.source[rows].astype(np.int64)
    repost, reply = kind == REPOST, kind == REPLY
    content = np.where(repost, source, rows)
    pointed = np.where(repost | reply, source, 0)
    target = post_ids(schedule.time[pointed], pointed)
    author = handles(schedule.account[pointed].astype(np.int64))
    text, lists = _content(schedule, content)
    group = schedule.crowd.group_of(schedule.account[rows])
    columns: dict[str, Column] = {
        "post": post_ids(schedule.time[rows], rows),
        "account": handles(schedule.account[rows].astype(np.int64)),
        "time": pa.array(schedule.time[rows] * 1_000_000, pa.timestamp("us", tz="UTC")),
        "platform": _platform(schedule, group),
        "text": _if(repost, join("RT @", author, ": ", text, sep=""), text),
        "language": pa.array(CODES, pa.string()).take(schedule.crowd.language_of(group)),
        "client": _client(schedule.account[rows].astype(np.int64), schedule.seed),
        "repost_of": _if(repost, target, None),
        "reply_to": _if(reply, target, None),
        **lists,
        "objects": pa.nulls(len(rows), pa.list_(pa.string())),
        "file": pa.repeat("simulation", len(rows)),
        "row": pa.array(rows + 1),
    }
    return pa.RecordBatch.from_arrays(
        [columns[name].cast(POSTS.field(name).type) for name in POSTS.names], schema=POSTS
    )


def _content(schedule: Schedule, rows: Ints) -> tuple[Column, dict[str, Column]]:
    """Text of the rows as first posted, and their links, hashtags, mentions and media."""
    keys, kind = keys_of(rows, schedule.seed), schedule.kind[rows]
    thing = np.maximum(schedule.source[rows].astype(np.int64), 0)
    account = schedule.account[rows].astype(np.int64)
    group = schedule.crowd.group_of(account)
    language = schedule.crowd.language_of(group)
    topic = _topics(schedule, keys, kind, thing, group)
    linked, reply = kind == LINK, kind == REPLY
    article = keys_of(np.where(linked, thing, 0), schedule.seed + 1)
    titled = linked & (uniform(keys, 50) < 0.6)
    body = _if(titled, headlines(article, language, topic), sentences(keys, language, topic))
    answer = words().by_language["answer"].draw(language, keys, 51)
    body = _if(reply & (uniform(keys, 52) < 0.5), answer, body)
    urls = _lists([_if(linked, links(article, thing), None)])
    mentions = _lists(_mentioned(schedule, keys, kind, thing, group))
    hashtags = _lists(_hashtags(keys, kind, thing, language, topic, schedule.seed))
    media = _lists([_media(keys, language, schedule.seed)])
    text = join(_written(mentions, "@"), body, _written(urls, ""), _written(hashtags, "#"))
    return text, {"urls": urls, "hashtags": hashtags, "mentions": mentions, "media": media}


def _topics(schedule: Schedule, keys: Keys, kind: Any, thing: Ints, group: Ints) -> Ints:
    """The event's or article's topic; else, three times in five, one of the two the camp cares for most."""
    own = (group % len(CAMPS)) * 2 + pick(keys, 60, 2)
    topic = np.where(uniform(keys, 61) < 0.6, own, pick(keys, 62, len(TOPICS)))
    topic = np.where(kind == EVENT, schedule.event_topic[np.where(kind == EVENT, thing, 0)], topic)
    return np.where(kind == LINK, schedule.article_topic[np.where(kind == LINK, thing, 0)], topic)


def _mentioned(schedule: Schedule, keys: Keys, kind: Any, thing: Ints, group: Ints) -> list[Column]:
    """The author answered, and in one post of eight a well-known account of the same group (rank by a power law)."""
    starts, reply = schedule.crowd.starts, kind == REPLY
    author = schedule.account[np.where(reply, thing, 0)].astype(np.int64)
    known = starts[group] + ((starts[group + 1] - starts[group]) * uniform(keys, 70) ** 5).astype(np.int64)
    named = (uniform(keys, 71) < 0.125) & ~(reply & (known == author))
    return [_if(reply, handles(author), None), _if(named, handles(known), None)]


def _hashtags(keys: Keys, kind: Any, thing: Ints, language: Ints, topic: Ints, seed: int) -> list[Column]:
    """Up to four: the event's, a common one, one of the topic, and a rare one of a long tail."""
    lists, event = words(), kind == EVENT
    group = language * len(TOPICS) + topic
    moments = pa.array([tag for tags in lists.moments for tag in tags], pa.string())
    event_keys = keys_of(thing, seed + 2)
    moment = moments.take(language * 8 + pick(event_keys, 80, 8))
    tags = lists.by_topic["tags"]
    rank = np.minimum((1 - uniform(keys, 81)) ** -2.5, 1e9).astype(np.int64)  # density exponent 1.4
    rare = join(tags.draw(group, keys, 82), pa.array(rank).cast(pa.string()), sep="")
    return [
        _if(event, join(moment, pa.array(thing % 100).cast(pa.string()), sep=""), None),
        _common(keys, language),
        tags.draw(group, keys, 85, uniform(keys, 86) < 0.4),
        _if(uniform(keys, 87) < 0.25, rare, None),
    ]


def _common(keys: Keys, language: Ints) -> Column:
    """The tags of the whole campaign, in two posts of three: the first of a language's list in 70 % of these."""
    tags = words().by_language["common"]
    rank = (uniform(keys, 83) ** 5 * tags.counts[language]).astype(np.int64)
    return tags.words.take(pa.array(tags.starts[language] + rank, mask=uniform(keys, 84) >= 0.67))


def _media(keys: Keys, language: Ints, seed: int) -> Column:
    """A picture in one post of eight; one in four of them is a known one, passed round in that language."""
    rank = np.minimum((1 - uniform(keys, 90)) ** -1.5, 1e6).astype(np.int64)
    known = keys_of(rank * len(CODES) + language, seed + 3)
    chosen = np.where(uniform(keys, 91) < 0.25, known, bits(keys, 92))
    return _if(uniform(keys, 93) < 0.125, media_hashes(chosen), None)


def _platform(schedule: Schedule, group: Ints) -> Column:
    names = pa.array([PLATFORMS[i] for i in range(schedule.crowd.platforms)], pa.string())
    return names.take(group // len(CAMPS) % schedule.crowd.platforms)


def _client(account: Ints, seed: int) -> Column:
    names = words().names
    at = np.searchsorted(np.cumsum(names["client_shares"]), uniform(keys_of(account, seed + 4), 95), "right")
    return pa.array(names["clients"], pa.string()).take(np.minimum(at, len(names["clients"]) - 1))


def _if(condition: Bools, then: Column, otherwise: Column | None) -> Column:
    other = pa.scalar(None, pa.string()) if otherwise is None else otherwise
    chosen: Column = pc.if_else(pa.array(condition), then, other)
    return chosen


def _lists(columns: list[Column]) -> Column:
    """One list a row from columns side by side, nulls left out."""
    width, rows = len(columns), len(columns[0])
    present = np.stack([column.is_valid().to_numpy(zero_copy_only=False) for column in columns], axis=1)
    offsets = np.concatenate([[0], np.cumsum(present.sum(axis=1))]).astype(np.int32)
    row, column = np.nonzero(present)
    values = pa.concat_arrays(columns).take(column * rows + row) if width > 1 else columns[0].drop_null()
    lists: Column = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), values)
    return lists


def _written(column: Column, mark: str) -> Column:
    """Lists as they stand in a text, each word with its mark; null where there is none."""
    written = join(mark, pc.binary_join(column, " " + mark), sep="")
    some = pc.list_value_length(column).to_numpy(zero_copy_only=False) > 0
    return _if(some, written, None)
