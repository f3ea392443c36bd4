"""From groups in a span to findings: the posts behind them are fetched whole and read again."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from tocsin.detect.amplification import innocent
from tocsin.detect.amplification.breakout import COMMON, steps
from tocsin.detect.amplification.describe import Shares, moment, shared_object, shared_words
from tocsin.detect.amplification.incidence import Incidence, Ints, Longs
from tocsin.detect.amplification.incidence import Shares as SharesOf
from tocsin.detect.amplification.layers import Content
from tocsin.detect.amplification.live.held import LAYERS, keyed, read_layer
from tocsin.detect.amplification.live.snapshot import Snapshot
from tocsin.detect.amplification.live.ties import Ties
from tocsin.detect.amplification.synchrony import Synchrony
from tocsin.model.arrow import pc, positions
from tocsin.model.finding import Finding, Interval, Member, Test
from tocsin.model.tables import EDGES, EVIDENCE
from tocsin.stats.intervals import share

if TYPE_CHECKING:
    from tocsin.detect.amplification.live.detector import Detector, Fetch, Parameters, Result

OBJECTS = 20  # objects listed in a finding
POSTS_SHOWN = 2_000  # newest joint posts that are read again for one finding, and as many of others
BACKGROUND, BLOCKS = 1_000, 4  # other posts that the group is set beside, in runs of neighbours
LEADS = 50  # groups that are described in one look, those with most ties first
NULL = (
    "Within each five minutes and language the posts are dealt at random to the accounts that posted then; content and "
    "times stay as they are."
)
PACE_NULL = "On objects of the same layer and like popularity, as many other accounts follow one another as fast."


def describe(
    data: Snapshot,
    ties: Ties,
    label: Ints,
    leads: Mapping[int, Synchrony],
    params: Parameters,
    detector: Detector,
    fetch: Fetch,
) -> Result:
    """Findings of the groups that are fast, with their ties and posts. Other groups are counted in a warning."""
    from tocsin.detect.amplification.live.detector import Result

    order = sorted(leads, key=lambda g: (-int((label[ties.a] == g).sum()), g))[:LEADS]
    tied = _Tied(data, np.isin(label, order))
    groups = [_Group(data, tied, ties, label, g, leads[g], params) for g in order]
    world = _World(data, groups, fetch) if groups else None
    made = [_Description(world, group, params, detector) for group in groups if world]
    made = [one for one in made if len(one.shares.posts)]  # nothing shared but hashes: nothing is said
    findings = [one.finding() for one in made]
    rank = sorted(
        range(len(made)), key=lambda k: (findings[k].standing != "lead", -len(made[k].ties.a), findings[k].id)
    )
    edges = [made[k].edges(findings[k].id) for k in rank]
    evidence = [made[k].shares.evidence(made[k].data, findings[k].id) for k in rank]
    return Result(
        tuple(findings[k] for k in rank),
        pa.concat_tables([EDGES.empty_table(), *edges]),
        pa.concat_tables([EVIDENCE.empty_table(), *evidence]),
        tuple(_warnings(data, int(label.max(initial=-1)) + 1, len(leads), len(order), params.max_posts)),
    )


def _warnings(data: Snapshot, groups: int, leads: int, shown: int, most: int) -> list[str]:
    told = []
    if groups > leads:
        told.append(
            f"{groups - leads:,} groups meet more than chance allows but are no faster than others: people with a "
            "common interest. They are not shown."
        )
    if leads > shown:
        told.append(f"{leads - shown:,} leads with fewer ties than the {shown} shown were left out.")
    if data.n >= most:
        first = moment(data.time[0]).isoformat(timespec="seconds")
        told.append(f"The newest {most:,} posts are compared, as many as may be held; they begin at {first}.")
    return told


class _Tied:
    """The shares of some accounts, as `Shares` reads them."""

    def __init__(self, data: Snapshot, accounts: Any) -> None:
        s = data.all
        mine = np.flatnonzero(accounts[s.account])
        self.all, self.time = SharesOf(s.obj[mine], s.post[mine], s.account[mine]), data.time


class _Group:
    """One group in the span: its members, ties, joint shares, and the posts to be read again."""

    def __init__(
        self, data: Snapshot, tied: Any, ties: Ties, label: Ints, code: int, pace: Synchrony, params: Parameters
    ) -> None:
        self.pace = pace
        inside = label == code
        self.members = np.flatnonzero(inside)
        self.ties = ties.but(inside[ties.a] & inside[ties.b])
        self.shares = Shares(tied, inside, round(params.window_s * 1e6))
        self.poster = data.account[self.shares.posts]
        self.own = np.bincount(data.account, minlength=len(inside))[self.members]
        last = np.zeros(len(inside), np.int64)
        last[self.poster] = self.shares.posts
        self.face = last[self.members]  # a joint post of each member, which tells its name
        self.rows = np.union1d(self.face, self.shares.posts[-POSTS_SHOWN:])
        self.around = self._around(data)

    def _around(self, data: Snapshot) -> Longs:
        """The earliest posts that share the group's objects, whoever made them."""
        s = data.all
        low, high = np.searchsorted(s.obj, self.shares.objects), np.searchsorted(s.obj, self.shares.objects, "right")
        places = [np.arange(a, b) for a, b in zip(low, high, strict=True) if b - a <= COMMON]
        return np.unique(s.post[np.concatenate(places)])[:POSTS_SHOWN] if places else np.empty(0, np.int64)


class _World:
    """The posts of all groups, of others around them, and a background, whole and in order."""

    def __init__(self, data: Snapshot, groups: list[_Group], fetch: Fetch) -> None:
        starts = np.linspace(0, max(data.n - BACKGROUND // BLOCKS, 0), BLOCKS).astype(np.int64)
        around = np.unique((starts[:, None] + np.arange(BACKGROUND // BLOCKS)).ravel())
        shared = np.concatenate([data.keys[g.shares.objects] for g in groups])
        repeated = np.flatnonzero(np.isin(keyed(LAYERS.index("repost"), data.post), shared))
        wanted = [around[around < data.n], repeated, *(g.rows for g in groups), *(g.around for g in groups)]
        rows = np.unique(np.concatenate(wanted))
        numbers = np.sort(data.number[rows])
        posts = fetch(numbers)
        keys = posts.select(["time", "post"]).append_column("number", positions(numbers))
        order = pc.sort_indices(keys, [("time", "ascending"), ("post", "ascending"), ("number", "ascending")])
        posts = posts.take(order)
        content = Content(posts)
        self.data = Incidence(posts, {layer: read_layer(content, layer) for layer in LAYERS})
        number = numbers[order.to_numpy()]
        by_number = np.argsort(number)
        self._sorted, self._place = number[by_number], by_number
        self.number = data.number

    def rows(self, rows: Any) -> Any:
        """Rows here of rows of the snapshot."""
        return self._place[np.searchsorted(self._sorted, self.number[rows])]


class _Description:
    def __init__(self, world: _World, group: _Group, params: Parameters, detector: Detector) -> None:
        self.group, self.params, self.detector = group, params, detector
        self.data = world.data
        self.ties = group.ties
        self.codes = self.data.account[world.rows(group.face)]  # here, by member
        self.names = self.data.accounts.take(positions(self.codes)).to_pylist()
        self.inside = np.zeros(len(self.data.accounts), np.bool_)
        self.inside[self.codes] = True
        self.shares = Shares(self.data, self.inside, round(params.window_s * 1e6))

    def finding(self) -> Finding:
        """The finding; its id hangs on the accounts, the posts and the parameters."""
        layers = self.shares.layers(self.data)
        members = np.flatnonzero(self.inside)
        asked = self.shares.group(self.data, members, self.names, self.group.pace.gap_s)
        told = innocent.explanations(self.data, asked, frozenset(self.params.declared))
        explained = any(e.verdict == "fits" for e in told)
        times = self.data.time[self.shares.posts]
        ids = self.data.posts.column("post").take(positions(self.shares.posts))
        posts = tuple(map(str, ids.to_pylist()))
        accounts = tuple(sorted(self.names))
        key = [self.detector.id, self.detector.version, self.params.model_dump_json(), *accounts, *posts]
        platforms = self.data.posts.column("platform").take(positions(self.shares.posts))
        title = f"{len(accounts)} accounts that act together now"
        return Finding(
            id="live-" + hashlib.sha256("\0".join(key).encode()).hexdigest()[:12],
            detector=self.detector.id,
            version=self.detector.version,
            kind="coordination",
            standing="explained" if explained else "lead",
            title=title + (", with an innocent explanation" if explained else ""),
            sentence=self._sentence(layers),
            subjects=accounts,
            platforms=tuple(sorted({p for p in platforms.to_pylist() if p})),
            layers=tuple(layer for layer, _ in layers.most_common()),
            first=moment(times.min()),
            last=moment(times.max()),
            hours=tuple(np.bincount(times // 3_600_000_000 % 24, minlength=24).tolist()),
            tests=self._tests(),
            effects=self._effects(),
            explanations=told,
            members=self._members(),
            objects=self._objects(),
            breakout=steps(self.data, self.inside, self.shares.objects, self.shares.posts),
            evidence_posts=posts,
            notes=self._notes(),
        )

    def _sentence(self, layers: Counter[str]) -> str:
        return (
            f"{len(self.names)} accounts shared the same {shared_words(layers)} within {self.params.window_s:g} s of "
            f"one another in {len(self.group.shares.posts):,} posts of the last {self.params.span_s / 60:g} min. "
            f"Each is tied to at least two others by {self.params.objects} or more things where chance allows at "
            f"most {self.ties.expected.max():.2g}. They follow one another faster than "
            f"{1 - self.group.pace.rank:.0%} of "
            "equally popular content is followed by others."
        )

    def _tests(self) -> tuple[Test, ...]:
        ties, pace = self.ties, self.group.pace
        affinity = Test(
            question="Do these accounts meet more often than chance allows?",
            name="Poisson tail of the occasions of each pair, Benjamini-Yekutieli over all pairs",
            null_model=NULL,
            observed=float(ties.occasions.sum()),
            expected=float(ties.expected.sum()),
            p=float(ties.p.max()),
            q=float(ties.q.max()),
            note=f"Sums over the {len(ties.a):,} ties; p and q are of the weakest. A tie has q of at most "
            f"{self.params.alpha_look:.2g}, this look's part of {self.params.alpha:g} an hour.",
        )
        speed = Test(
            question="Are they closer in time than others are on content as popular?",
            name="mean rank of the group's gaps among others' (Lancaster's combination)",
            null_model=PACE_NULL,
            observed=pace.rank,
            expected=0.5,
            p=pace.p,
            note="Measured on the content that the group was found on: it tells groups from communities of interest, "
            "and proves nothing by itself.",
        )
        return affinity, speed

    def _effects(self) -> tuple[Interval, ...]:
        group, pace, n = self.group, self.group.pace, len(self.names)
        figures = (
            ("joint posts", share(len(group.shares.posts), int(group.own.sum())), "share of the members' posts"),
            ("ties", share(len(self.ties.a), n * (n - 1) // 2), "share of the pairs of members that are tied"),
            ("pace", (pace.rank, pace.low, pace.high), "rank among others; 0.5 is usual, 0 the fastest"),
        )
        return tuple(Interval(name=name, value=v, low=lo, high=hi, meaning=m) for name, (v, lo, hi), m in figures)

    def _members(self) -> tuple[Member, ...]:
        group, ties = self.group, self.ties
        account = np.searchsorted(group.members, np.concatenate([ties.a, ties.b]))
        expected = np.bincount(account, np.tile(ties.expected, 2))
        best = np.ones(len(group.members))
        np.minimum.at(best, account, np.tile(ties.q, 2))
        poster = np.searchsorted(group.members, group.poster)
        together = np.bincount(poster, minlength=len(best))
        rows = [
            Member(account=name, posts=own, together=n, expected=mean, probability=1 - q)
            for name, own, n, mean, q in zip(
                self.names, group.own.tolist(), together.tolist(), expected.tolist(), best.tolist(), strict=True
            )
        ]
        return tuple(sorted(rows, key=lambda row: (-row.together, row.account)))

    def _objects(self) -> Any:
        s = self.shares
        pairs = np.unique(np.column_stack([s.obj, s.account]), axis=0)[:, 0]
        members = np.searchsorted(pairs, s.objects, "right") - np.searchsorted(pairs, s.objects)
        most = np.lexsort((s.objects, -members))[:OBJECTS]
        return tuple(
            shared_object(self.data, int(s.objects[k]), s.post[s.bounds[k] : s.bounds[k + 1]], int(members[k]))
            for k in most
        )

    def _notes(self) -> tuple[str, ...]:
        notes = ["The machine does not judge whether the content divides, misleads or harms: people do."]
        notes.append("Found in a short span of a stream: scan the posts of the whole day before anything is concluded.")
        if len(self.shares.objects) > OBJECTS:
            notes.append(f"The {OBJECTS} objects with most members are listed, of {len(self.shares.objects):,}.")
        if len(self.group.shares.posts) > POSTS_SHOWN:
            notes.append(f"The newest {POSTS_SHOWN:,} of {len(self.group.shares.posts):,} joint posts are evidence.")
        return tuple(notes)

    def edges(self, finding: str) -> pa.Table:
        """The ties of the group, by the names of the accounts."""
        ties = self.ties
        names = pa.array(self.names, pa.string())
        one, other = (names.take(positions(np.searchsorted(self.group.members, ends))) for ends in (ties.a, ties.b))
        n = len(ties.a)
        columns = [
            pa.repeat("all", n), pa.repeat(self.params.window_s, n), pc.min_element_wise(one, other),
            pc.max_element_wise(one, other), pa.array(ties.objects), pa.array(ties.expected), pa.array(ties.delay_s),
            pa.array(ties.p_synchrony), pa.array(ties.q_synchrony), pa.array(ties.p), pa.array(ties.q),
            pa.repeat(finding, n),
        ]  # fmt: skip
        return pa.table(columns, schema=EDGES).sort_by([("a", "ascending"), ("b", "ascending")])
