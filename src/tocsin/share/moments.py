"""What the evidence posts of one finding show in time: posts per interval, and the same things side by side."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_SECOND = 1_000_000
_WIDTHS_S = (1, 5, 10, 30, 60, 300, 900, 1800, 3600, 10_800, 21_600, 43_200, 86_400, 604_800, 2_592_000, 31_536_000)
_MOST_BINS = 60
_ACCOUNTS, _OBJECTS, _CANDIDATES, _TEXT = 4, 6, 60, 420
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Equal intervals of `width_s` from `start`. `joint`: distinct evidence posts in each; `posts`: all posts of the
    members in each, where known and the intervals are whole hours."""

    start: datetime
    width_s: int
    joint: list[int]
    posts: list[int] | None

    def time(self, i: int) -> datetime:
        """When interval `i` begins."""
        return self.start + timedelta(seconds=i * self.width_s)


@dataclass(frozen=True, slots=True)
class Sample:
    """One object and, for each account shown, its post of it: (seconds after the first, time, text) or None."""

    layer: str
    object: str
    posts: list[tuple[float, datetime, str] | None]


def of_finding(evidence: pa.Table, finding: str) -> pa.Table:
    """The evidence rows of one finding, in time order."""
    rows = evidence.filter(pc.field("finding") == finding)
    return rows.sort_by(
        [("time", "ascending"), ("account", "ascending"), ("post", "ascending"), ("layer", "ascending")]
    )


def micros(times: pa.ChunkedArray[Any]) -> _Ints:
    """Timestamps as integer microseconds since 1970, UTC."""
    whole: _Ints = times.cast(pa.timestamp("us", tz="UTC")).cast(pa.int64()).to_numpy()
    return whole


def texts(column: pa.ChunkedArray[Any]) -> list[str]:
    """A column of strings without nulls, as a list."""
    return [str(value) for value in column.to_pylist()]


def timeline(rows: pa.Table, by_hour: pa.Table | None) -> Timeline | None:
    """Posts per interval over the time the evidence `rows` span; at most 60 intervals of a round width."""
    if not rows.num_rows:
        return None
    distinct = rows.group_by("post").aggregate([("time", "min")])
    times = micros(distinct["time_min"])
    span = int(times.max() - times.min()) // _SECOND + 1
    width = next((w for w in _WIDTHS_S if span <= w * (_MOST_BINS - 1)), -(-span // (_MOST_BINS - 1)))
    start = int(times.min()) // (width * _SECOND) * width * _SECOND
    bins = int(times.max() - start) // (width * _SECOND) + 1
    posts = None
    if by_hour is not None and by_hour.num_rows and width % 3600 == 0:
        posts = _counts(micros(by_hour["hour"]), by_hour["posts"].to_numpy(), start, width, bins)
    joint = _counts(times, np.ones(len(times), dtype=np.int64), start, width, bins)
    return Timeline(_EPOCH + timedelta(microseconds=start), width, joint, posts)


def _counts(times: _Ints, weights: _Ints, start: int, width: int, bins: int) -> list[int]:
    at = (times - start) // (width * _SECOND)
    inside = (at >= 0) & (at < bins)
    return [int(n) for n in np.bincount(at[inside], weights=weights[inside], minlength=bins)]


def side_by_side(rows: pa.Table) -> tuple[list[str], list[Sample]]:
    """The accounts that share most distinct objects (up to 4), and the objects (up to 6) that most of them posted
    close together, each with the posts nearest its tightest moment. Ties go by name, never by the order of rows."""
    spread = rows.group_by(["layer", "object", "account"]).aggregate([("time", "count")])
    by_account = spread.group_by("account").aggregate([("object", "count")])
    order = by_account.sort_by([("object_count", "descending"), ("account", "ascending")])
    accounts = texts(order["account"][:_ACCOUNTS])
    among = rows.filter(pc.is_in(rows["account"], value_set=pa.array(accounts, pa.string())))
    shares = among.group_by(["layer", "object"]).aggregate([("account", "count_distinct"), ("time", "min")])
    shares = shares.filter(pc.field("account_count_distinct") > 1)
    most = shares.sort_by(
        [("account_count_distinct", "descending"), ("time_min", "ascending"), ("object", "ascending")]
    )[:_CANDIDATES]
    named = zip(texts(most["layer"]), texts(most["object"]), strict=True)
    samples = [_sample(among, layer, thing, accounts) for layer, thing in named]
    return accounts, sorted(samples, key=_loose)[:_OBJECTS]


def _loose(sample: Sample) -> tuple[int, float]:
    """Sorts samples: first those with most posts within an hour of the first, then by how far those are apart."""
    near = [post[0] for post in sample.posts if post and post[0] <= 3600]
    return -len(near), max(near)


def _sample(rows: pa.Table, layer: str, thing: str, accounts: list[str]) -> Sample:
    same = rows.filter((pc.field("layer") == layer) & (pc.field("object") == thing))
    times, who = micros(same["time"]), texts(same["account"])
    anchor = _tightest(times, who)
    chosen = {}
    for account in accounts:
        at = [i for i, name in enumerate(who) if name == account]
        if at:
            chosen[account] = min(at, key=lambda i: abs(int(times[i]) - anchor))
    zero = min(int(times[i]) for i in chosen.values())
    return Sample(layer, thing, [_post(same, chosen.get(account), times, zero) for account in accounts])


def _tightest(times: _Ints, who: list[str]) -> int:
    """The earlier time of the two successive posts by different accounts that are closest together."""
    gaps = [(int(times[i + 1] - times[i]), i) for i in range(len(who) - 1) if who[i] != who[i + 1]]
    return int(times[min(gaps)[1]])


def _post(rows: pa.Table, at: int | None, times: _Ints, zero: int) -> tuple[float, datetime, str] | None:
    if at is None:
        return None
    text: Any = pc.utf8_slice_codeunits(rows["text"].slice(at, 1), 0, _TEXT + 1)[0].as_py() or ""
    cut = f"{text[:_TEXT]}…" if len(text) > _TEXT else text
    return (int(times[at]) - zero) / _SECOND, _EPOCH + timedelta(microseconds=int(times[at])), cut
