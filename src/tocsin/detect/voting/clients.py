"""What clients did, as counts that scanners cannot keep low, and how high such counts get by chance.

The null model of a count is zero-inflated log-normal: pages in a visit are about log-normal (Mitzenmacher 2004, A brief
history of generative models for power law and lognormal distributions). It is fitted to the clients of the same logs,
with an upper tail that covers theirs; twenty ordinary clients (`TYPICAL`) stand in where the logs hold few.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tocsin.detect.voting.base import VotingTables
from tocsin.model.arrow import Array, pc, positions
from tocsin.model.arrow import whole as whole_column

Numbers = npt.NDArray[Any]
WINDOW_US = 600_000_000
_ASSET = r"(?i)\.(css|js|mjs|png|jpe?g|gif|ico|svg|woff2?|ttf|otf|eot|map|mp4|webm|mp3|webp|avif|swf)$"
_WIDEST, _NARROWEST = 1.6, 0.8  # of the log-normal's sigma: what a few scanners among the clients may do to it
_ROUNDS, _CORE, _BEYOND_DOUBT = 20, 0.9, 0.001
_STEEP = ("missing",)  # counts of which ordinary clients have no wide tail, though many may have the same few
_ODD = 0.2  # of a client's own counts, for it to be counted among those of its network
#: What pages add to their own requests: the moment, so that no answer is kept; the place of a piece of a map.
_MOMENT = (
    r"([?&](?:_|cb|nocache|cache_?bust(?:er)?|rnd|rand|random|t|ts|time|timestamp)=)"
    r"(?:0?\.\d{3,20}|\d{10,17})(&|$)"
)
_TILE = r"\?(?:z=\d+&x=\d+&y=\d+|x=\d+&y=\d+&z=\d+)$"

#: Count -> what it counts, in words, and that count of twenty ordinary clients of a small site.
COUNTS: dict[str, str] = {
    "missing": "pages asked for that are not there or fail",
    "variants": "variants of query strings",
    "submissions": "requests that are neither GET nor HEAD",
    "targets": "different pages and queries in ten minutes",
    "pace": "requests for pages in ten minutes",
    "offices": "further offices where it asked for what is not there or submitted",
}
TYPICAL: dict[str, tuple[int, ...]] = {
    "missing": (0,) * 17 + (1, 1, 2),
    "variants": (0,) * 15 + (1, 1, 2, 3, 6),
    "submissions": (0,) * 17 + (1, 1, 3),
    "targets": (0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4, 4, 5, 6, 8, 12, 20),
    "pace": (0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4, 4, 5, 6, 8, 10, 15, 25),
    "offices": (0,) * 19 + (1,),
}


@dataclass(frozen=True)
class Requests:
    """The requests of web logs as arrays, one element a request. `at` is its row in the events."""

    at: Numbers
    source: Numbers  # code of the client
    sources: Array
    office: Numbers
    time: Numbers  # microseconds
    plain: Numbers  # code of the path without its query
    page: Numbers  # the same, at its office
    target: Numbers  # code of the path with its query, at its office
    queried: Numbers
    missing: Numbers
    submitted: Numbers
    asset: Numbers
    agent: Numbers  # code of what the client calls itself
    agents: Array
    paths: Array  # by code of `plain`

    @property
    def size(self) -> int:
        """How many requests."""
        return int(self.at.size)

    @cached_property
    def _by_client(self) -> tuple[Numbers, Numbers]:
        order = np.argsort(self.source, kind="stable")
        return order, np.searchsorted(self.source[order], np.arange(len(self.sources) + 1))

    def of(self, client: int) -> Numbers:
        """Positions of a client's requests."""
        order, starts = self._by_client
        found: Numbers = order[starts[client] : starts[client + 1]]
        return found


def requests(tables: VotingTables) -> Requests:
    """The requests of the events that tell their client; made once for all detectors."""
    made: Requests = tables.once("requests", lambda: _requests(tables.events))
    return made


def _requests(events: pa.Table) -> Requests:
    asked = pc.and_(pc.equal(events["kind"], "web"), pc.not_equal(events["source"], ""))
    at = np.flatnonzero(pc.fill_null(asked, False).to_numpy())
    rows = events.take(positions(at))
    source, sources = clients_of(rows["source"])
    office, _ = codes(rows["office"])
    path = whole_column(pc.fill_null(rows["path"], ""))
    queried = pc.match_substring(path, "?")
    tile = pc.and_(queried, pc.match_substring_regex(path, _TILE))
    path = pc.replace_with_mask(path, queried, _plain_queries(path.filter(queried)))
    page = pc.list_element(pc.split_pattern(path, "?", max_splits=1), 0) if at.size else path
    whole, (plain, paths) = codes(path)[0], codes(page)
    status = pc.fill_null(rows["status"], 0).to_numpy()
    agent, agents = codes(pc.fill_null(rows["agent"], ""))
    method = pc.utf8_upper(pc.fill_null(rows["method"], "?"))
    return Requests(
        at=at,
        source=source,
        sources=sources,
        office=office,
        time=rows["time"].cast(pa.int64()).to_numpy(),
        plain=plain,
        page=joint(office, plain),
        target=joint(office, whole),
        queried=queried.to_numpy(zero_copy_only=False),
        missing=(status >= 400) & ~np.isin(status, (401, 429)),
        submitted=pc.invert(pc.is_in(method, pa.array(["GET", "HEAD"]))).to_numpy(),
        asset=pc.or_(pc.match_substring_regex(page, _ASSET), tile).to_numpy(zero_copy_only=False),
        agent=agent,
        agents=agents,
        paths=paths,
    )


def _plain_queries(paths: Array) -> Array:
    """Paths without what pages add to their own requests."""
    return pc.replace_substring_regex(pc.replace_substring_regex(paths, _TILE, "?"), _MOMENT, r"\1\2")


def codes(column: Any) -> tuple[Numbers, Array]:
    """A code for each value, in the order of values so that no order of rows shows, and the values."""
    values = pc.unique(column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column)
    values = values.take(pc.sort_indices(values))
    return pc.index_in(column, values).to_numpy().astype(np.int64), values


def clients_of(column: Any) -> tuple[Numbers, Array]:
    """As `codes`, of clients: one that has a network of IPv6 (/64) changes its address in it as it likes."""
    code, values = codes(column)
    names = pa.array([_client(source) for source in values.to_pylist()], pa.string())
    place, clients = codes(names)
    return place[code], clients


def _client(source: str) -> str:
    if ":" not in source:
        return source
    try:
        return str(ipaddress.IPv6Network(f"{source}/64", strict=False))
    except ValueError:
        return source


def joint(*parts: Numbers) -> Numbers:
    """One code for each combination of codes, in their order."""
    code = np.zeros(parts[0].size, np.int64)
    for part in parts:
        code = np.unique(code * (int(part.max(initial=0)) + 1) + part, return_inverse=True)[1]
    return code


def counts(asked: Requests, unit: Numbers, units: int) -> dict[str, Numbers]:
    """Each of `COUNTS` by unit (client or network); `unit` is a code a request, -1 for those that are left out."""
    odd = asked.missing | asked.submitted
    queried = distinct(unit, asked.target, asked.queried, units) - distinct(unit, asked.page, asked.queried, units)
    return {
        "missing": distinct(unit, asked.page, asked.missing, units),
        "variants": queried,
        "submissions": np.bincount(unit[(unit >= 0) & asked.submitted], minlength=units),
        "targets": _busiest(asked, unit, units, alike=True),
        "pace": _busiest(asked, unit, units, alike=False),
        "offices": np.maximum(distinct(unit, asked.office, odd, units) - 1, 0),
    }


def distinct(unit: Numbers, what: Numbers, chosen: Numbers, units: int) -> Numbers:
    """How many different `what` each unit has among the chosen."""
    known = chosen & (unit >= 0)
    width = int(what.max(initial=0)) + 1
    return np.bincount(np.unique(unit[known] * width + what[known]) // width, minlength=units)


def _busiest(asked: Requests, unit: Numbers, units: int, *, alike: bool) -> Numbers:
    """Most requests for pages in ten minutes of the clock; `alike`: the same target counts once in them."""
    known = ~asked.asset & (unit >= 0)
    window = asked.time[known] // WINDOW_US
    cell = joint(unit[known], np.unique(window, return_inverse=True)[1])
    if alike:
        width = int(asked.target.max(initial=0)) + 1
        number = np.bincount(np.unique(cell * width + asked.target[known]) // width, minlength=1)
    else:
        number = np.bincount(cell, minlength=1)
    most = np.zeros(units, np.int64)
    if cell.size:
        np.maximum.at(most, unit[known], number[cell])
    return most


def tails(
    found: dict[str, Numbers], typical: Mapping[str, tuple[int, ...]] = TYPICAL
) -> tuple[dict[str, Numbers], dict[str, float]]:
    """P(an ordinary unit's count is as high) by count and unit, and the mean of each count among ordinary units.

    The first fit is without the highest tenth of each count; after it each unit that is not improbable is taken in, and
    the fit is made again, until no more are: a few scanners do not hide each other (outward testing). `typical` has
    the counts of twenty ordinary units.
    """
    units = next(iter(found.values())).size
    ordinary = np.ones(units, bool)
    for name, values in found.items():
        ordinary &= values <= np.quantile([*values, *typical[name]], _CORE)
    for _ in range(_ROUNDS):
        p = {
            name: _tail(values, values[ordinary], typical[name], steep=name in _STEEP) for name, values in found.items()
        }
        least = np.min(list(p.values()), axis=0) * len(p) if units else np.empty(0)
        before, ordinary = ordinary, least * max(units, 1) > 1
        if (before == ordinary).all():
            break
    return p, {name: float(np.mean([*values[ordinary], *typical[name]])) for name, values in found.items()}


def _tail(values: Numbers, ordinary: Numbers, typical: tuple[int, ...], *, steep: bool) -> Numbers:
    """P(X >= value) of the zero-inflated log-normal fitted to `ordinary` and `typical`; where `steep`, the less of that
    and of one with the slope of their upper quarter, lifted until it covers the quarter."""
    from scipy.special import ndtr, ndtri

    known = np.concatenate([ordinary, typical])
    positive = np.sort(np.log(known[known > 0]))[::-1]
    some = (positive.size + 0.5) / (known.size + 1)
    rank = (np.arange(positive.size) + 0.5) / max(positive.size, 1)
    upper = (rank >= 0.005) & (rank <= 0.25)
    z, high = -ndtri(rank[upper]), positive[upper]
    median = float(np.median(positive)) if positive.size else 0.0
    log = np.log(np.maximum(values, 1) - 0.5)
    sigma = float(np.clip(((high - median) / z).max(initial=0.0), _NARROWEST, _WIDEST))
    tail = ndtr((median - log) / sigma)
    if steep:
        sigma = float(np.clip(_slope(z, high), _NARROWEST, _WIDEST))
        tail = np.minimum(tail, ndtr((max(median, float((high - sigma * z).max(initial=0.0))) - log) / sigma))
    return np.where(values > 0, some * tail, 1.0)


def _slope(z: Numbers, high: Numbers) -> float:
    """How fast the logarithms of the upper quarter rise with the normal quantiles of their ranks (least squares): many
    that have the same do not make a wide tail."""
    wide = z - z.mean() if z.size else z
    square = float((wide * wide).sum())
    return float((wide * high).sum()) / square if square else 0.0


@dataclass(frozen=True, slots=True)
class Unit:
    """A client, network or account whose counts are improbable. `p` is the least of its counts', times their number; of
    a network it is Fisher's combination of those of its clients; `statistic` is then -2 times the sum of their
    logarithms, and what chance gives, twice the number of clients."""

    members: tuple[int, ...]
    p: float
    of: str
    found: dict[str, tuple[int, float, float]]  # count -> observed, expected, p
    statistic: tuple[float, float] = (0.0, 0.0)


def improbable(
    what: dict[str, Numbers], number: Numbers, fewest: int, of: str, typical: Mapping[str, tuple[int, ...]] = TYPICAL
) -> tuple[list[Unit], int]:
    """Units with `fewest` rows (`number`) or more that chance would give less than once among all, and how many units
    there are: those with few rows count as looked at, since who does little has low counts."""
    tested = int(number.size)
    if not tested:
        return [], 0
    p, expected = tails(what, typical)
    least = _least(p)
    made = []
    for code in np.flatnonzero((number >= fewest) & (least * tested <= 1)):
        told = {name: (int(what[name][code]), expected[name], float(p[name][code])) for name in p}
        made.append(Unit((int(code),), float(least[code]), of, told))
    return made, tested


def _least(p: Mapping[str, Numbers]) -> Numbers:
    """The least p of each unit's counts, times their number."""
    least: Numbers = np.minimum(np.min(list(p.values()), axis=0) * len(p), 1.0)
    return least


def networks(sources: Array) -> tuple[Numbers, list[str]]:
    """The network of each client (IPv4 /24, IPv6 /48) as a code, -1 where it is no address, and the networks."""
    names = [_network(source) for source in sources.to_pylist()]
    known = sorted({name for name in names if name})
    place = {name: number for number, name in enumerate(known)}
    return np.array([place.get(name, -1) for name in names], np.int64), known


def together(
    what: dict[str, Numbers],
    number: Numbers,
    sources: Array,
    alone: Sequence[Unit],
    fewest: tuple[int, int],
    typical: Mapping[str, tuple[int, ...]] = TYPICAL,
    telling: Sequence[str] = ("missing", "variants", "submissions"),
) -> tuple[list[Unit], int]:
    """Networks whose clients together are improbable, where one by one they are little so (Fisher 1932), and how many
    networks there are. `what` and `number` are those of each client; `fewest`: clients of a network, and rows of all
    of them. A client that is beyond doubt by itself (of `alone`) does not count. Members are only those clients that
    have one of the `telling` counts higher than four of five ordinary ones: neighbours are none.

    It takes the clients of a network for as unlike as any others; people behind one gateway are not, which is why a
    shared address is among the explanations.
    """
    from tocsin.stats.tails import lancaster

    network, _ = networks(sources)
    network[[unit.members[0] for unit in alone if unit.p * len(sources) <= _BEYOND_DOUBT]] = -1
    kept, size = np.unique(network[network >= 0], return_counts=True)
    several = kept[size >= fewest[0]]
    if not several.size:
        return [], 0
    p, expected = tails(what, typical)
    least, made = _least(p), []
    for code in several:
        clients = np.flatnonzero(network == code)
        joined = lancaster(least[clients], np.ones(clients.size))
        members = clients[np.min([p[name][clients] for name in telling], axis=0) <= _ODD]
        if members.size < fewest[0] or number[members].sum() < fewest[1] or joined * several.size > 1:
            continue
        told = {name: _summed(what[name], expected[name], p[name], clients) for name in p}
        statistic = (-2 * float(np.log(np.maximum(least[clients], 1e-300)).sum()), 2.0 * clients.size)
        made.append(Unit(tuple(members.tolist()), joined, "network", told, statistic))
    return made, int(several.size)


def by_network(units: Sequence[Unit], sources: Array) -> list[list[Unit]]:
    """Units whose clients are in one network go together; one without an address stands alone."""
    network, _ = networks(sources)
    groups: dict[tuple[int, int], list[Unit]] = {}
    for unit in units:
        code = int(network[unit.members[0]])
        groups.setdefault((code, -1 if code >= 0 else unit.members[0]), []).append(unit)
    return list(groups.values())


def _summed(counts_: Numbers, expected: float, p: Numbers, clients: Numbers) -> tuple[int, float, float]:
    """Of a network: the sum of its clients' counts, what ordinary clients give, and Fisher's combination of their p."""
    from tocsin.stats.tails import lancaster

    return int(counts_[clients].sum()), expected * clients.size, lancaster(p[clients], np.ones(clients.size))


@lru_cache(1 << 17)
def _network(source: str) -> str:
    try:
        found = ipaddress.ip_address(source.partition("/")[0])  # an address, or a client's network of IPv6
    except ValueError:
        return ""
    return str(ipaddress.ip_network(f"{found}/{24 if found.version == 4 else 48}", strict=False))
