"""From groups of accounts to findings that can be read and checked."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from tocsin.detect.amplification import innocent
from tocsin.detect.amplification.breakout import steps
from tocsin.detect.amplification.candidates import Candidate, support
from tocsin.detect.amplification.incidence import Numbered
from tocsin.model.arrow import positions
from tocsin.model.finding import Finding, Interval, Member, SharedObject, Test
from tocsin.model.tables import EVIDENCE
from tocsin.progress import Progress
from tocsin.stats.intervals import bootstrap_mean, poisson_ratio, share

if TYPE_CHECKING:
    from tocsin.detect.amplification.coordination import Coordination, Groups, Parameters

OBJECTS = 200  # objects listed in a finding; the evidence holds all
NULL = (
    "Within each clock hour{language} the posts are dealt at random to the accounts that posted then; content and "
    "times stay as they are. Candidates were found on three quarters of the content and tested on the rest."
)
PACE_NULL = (
    "On objects of the same layer and like popularity, as many other accounts follow one another as fast. Gaps over an "
    "hour are left out on both sides."
)


class Shares:
    """A group's joint shares: those beside another member's within the last window, sorted by object, then post."""

    def __init__(self, data: Numbered, inside: Any, window_us: int) -> None:
        from tocsin.kernels.exposure import beside

        s = data.all
        mine = np.flatnonzero(inside[s.account])
        keep = mine[beside(s.obj[mine], s.post[mine], data.time, s.account[mine], window_us)]
        self.obj, self.post, self.account = s.obj[keep], s.post[keep], s.account[keep]
        self.posts = np.unique(self.post)
        self.objects, first = np.unique(self.obj, return_index=True)
        self.bounds = np.append(first, len(self.obj))

    def layers(self, data: Numbered) -> Counter[str]:
        """How many of the shares are of each layer."""
        used, count = np.unique(data.layer_of(self.obj), return_counts=True)
        return Counter({data.layers[k]: n for k, n in zip(used.tolist(), count.tolist(), strict=True)})

    def group(self, data: Numbered, members: Any, accounts: Sequence[str], gap_s: float) -> innocent.Group:
        """What innocent explanations are looked for in."""
        own = [k for k, name in enumerate(data.layers) if name in innocent.REPEATING]
        repeating = np.unique(self.post[np.isin(data.layer_of(self.obj), own)])
        own_words = 1 - len(repeating) / len(self.posts)
        return innocent.Group(members, self.posts, self.layers(data), own_words, gap_s, tuple(accounts))

    def evidence(self, data: Numbered, finding: str) -> pa.Table:
        """The posts as rows of `EVIDENCE`, once for each object that they share."""
        rows = data.rows(["post", "time", "platform", "text", "file", "row"], self.post)
        columns = {
            "finding": pa.repeat(finding, len(self.obj)),
            "layer": pa.array(data.layers, pa.string()).take(positions(data.layer_of(self.obj))),
            "object": data.names_of(self.objects).take(positions(np.searchsorted(self.objects, self.obj))),
            "account": data.accounts.take(positions(self.account)),
        }
        return pa.table(
            [columns.get(f.name) if f.name in columns else rows.column(f.name) for f in EVIDENCE], schema=EVIDENCE
        )


def shared_words(layers: Counter[str]) -> str:
    """What a group shares most, in words of a sentence."""
    words = [WORDS[layer] for layer, _ in layers.most_common(3)]
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]


def moment(time_us: int) -> datetime:
    """Aware UTC datetime of microseconds since 1970."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(time_us))


def describe(
    data: Numbered, groups: Groups, params: Parameters, detector: Coordination, progress: Progress
) -> tuple[list[Finding], pa.Table, list[str | None]]:
    """Findings (leads first, then by evidence), their evidence, and the finding's id for each group label, None for
    communities of interest, whose accounts are not named."""
    codes = [int(g) for g in np.unique(groups.label[groups.label >= 0])]
    progress.start("Describing groups", len(codes))
    ids: list[str | None] = [None] * (max(codes, default=-1) + 2)
    findings, evidence = [], []
    joint = [Shares(data, groups.label == code, int(groups.contacts.windows[-1])) for code in codes]
    data.bring(_all(s.posts for s in joint), _all(s.objects for s in joint))
    for code, shares in zip(codes, joint, strict=True):
        described = _Description(data, groups, params, detector, code, shares)
        progress.advance()
        if not len(described.shares.posts):
            continue
        finding = described.finding()
        findings.append(finding)
        if finding.standing != "interest":
            ids[code] = finding.id
            evidence.append(described.shares.evidence(data, finding.id))
    order = {"lead": 0, "explained": 1, "interest": 2}
    findings.sort(key=lambda f: (order[f.standing], -(f.tests[0].log_e or 0.0), f.id))
    return findings, pa.concat_tables(evidence) if evidence else EVIDENCE.empty_table(), ids


def _all(parts: Iterable[Any]) -> Any:
    """The distinct numbers in all of them, ascending."""
    return np.unique(np.concatenate([np.empty(0, np.int32), *parts]))


class _Description:
    def __init__(
        self, data: Numbered, groups: Groups, params: Parameters, detector: Coordination, code: int, shares: Shares
    ) -> None:
        self.data, self.groups, self.params, self.detector, self.code = data, groups, params, detector, code
        self.inside = groups.label == code
        self.members = np.flatnonzero(self.inside)
        self.accounts = tuple(data.accounts.take(positions(self.members)).to_pylist())
        self.shares = shares
        self.support: list[Candidate] = support(groups.confirmed, self.inside)
        if not self.support:  # a small core within a large candidate
            touching = [c for c in groups.confirmed if self.inside[c.accounts].any()]
            self.support = touching[:1]
        self.pace = groups.crossed.get(code) or groups.synchrony.get(code)

    def finding(self) -> Finding:
        layers = self.shares.layers(self.data)
        gap_s = self.pace.gap_s if self.pace else 0.0
        asked = self.shares.group(self.data, self.members, self.accounts, gap_s)
        explanations = innocent.explanations(self.data, asked, frozenset(self.params.declared))
        explained = any(e.verdict == "fits" for e in explanations)
        lead = self.code in self.groups.leads
        standing: Any = "explained" if lead and explained else "lead" if lead else "interest"
        named = standing != "interest"
        times = self.data.time[self.shares.posts]
        posts = self._ids(self.shares.posts)
        parameters = self.params.model_dump_json()
        key = [self.detector.id, self.detector.version, parameters, *self.accounts, *posts]
        return Finding(
            id="coord-" + hashlib.sha256("\0".join(key).encode()).hexdigest()[:12],
            detector=self.detector.id,
            version=self.detector.version,
            kind="coordination",
            standing=standing,
            title=self._title(standing),
            sentence=self._sentence(layers, standing),
            subjects=self.accounts if named else (),
            platforms=self._platforms(),
            layers=tuple(layer for layer, _ in layers.most_common()),
            first=moment(times.min()),
            last=moment(times.max()),
            hours=tuple(np.bincount(times // 3_600_000_000 % 24, minlength=24).tolist()),
            tests=self._tests(),
            effects=self._effects(),
            stability=self._stability(),
            windows=self._windows(),
            explanations=explanations,
            members=self._members() if named else (),
            objects=self._objects(),
            breakout=steps(self.data, self.inside, self.shares.objects, self.shares.posts),
            evidence_posts=posts if named else (),
            notes=self._notes(standing),
        )

    def _ids(self, posts: Any) -> tuple[str, ...]:
        return tuple(str(post) for post in self.data.rows(["post"], posts).column(0).to_pylist())

    def _platforms(self) -> tuple[str, ...]:
        values = self.data.rows(["platform"], self.shares.posts).column(0).to_pylist()
        return tuple(sorted({str(v) for v in values if v}))

    def _title(self, standing: str) -> str:
        n = len(self.members)
        return {
            "lead": f"{n} accounts that act together",
            "explained": f"{n} accounts that act together, with an innocent explanation",
            "interest": f"A community of {n} accounts with common interests",
        }[standing]

    def _sentence(self, layers: Counter[str], standing: str) -> str:
        shared, window = shared_words(layers), _span(self.params.windows_s[-1])
        text = (
            f"{len(self.members)} accounts shared the same {shared} within {window} of one another in "
            f"{len(self.shares.posts):,} posts. On content that the group was not found on, "
            f"{self._hits():,.0f} of their posts followed one another's, where chance allows {self._expected():,.1f}. "
            f"A group this strong is seen by chance in {self._odds()}."
        )
        if standing == "interest":
            text += " Their timing is that of people with a common interest: this is not a lead, and nobody is named."
        elif self.pace and self.groups.judged:
            text += f" {self._pace_words()}"
        return text

    def _pace_words(self) -> str:
        assert self.pace is not None
        slower = 1 - self.pace.rank
        return f"They follow one another faster than {slower:.0%} of equally popular content is followed by others."

    def _hits(self) -> float:
        return float(sum(c.hits.sum() for c in self.support))

    def _expected(self) -> float:
        return float(sum(c.expected.sum() for c in self.support))

    def _odds(self) -> str:
        best = self._log_e() - np.log(self.groups.tests)
        if best >= np.log(1e6):
            return "fewer than 1 of a million such data sets"
        return f"fewer than 1 of {int(np.exp(best)):,} such data sets"

    def _log_e(self) -> float:
        return max((c.log_e for c in self.support), default=0.0)

    def _tests(self) -> tuple[Test, ...]:
        language = " and language" if self.data.by_language else ""
        log_e = self._log_e()
        together = Test(
            question="Do these accounts act together more than chance allows?",
            name="cross-fitted e-value of posts that follow a member's (test martingale, Bonferroni)",
            null_model=NULL.format(language=language),
            observed=self._hits(),
            expected=self._expected(),
            p=float(np.exp(-max(log_e, 0.0))),
            q=float(min(np.exp(np.log(self.groups.tests) - log_e), 1.0)),
            log_e=log_e,
            note=f"{self.groups.tests:,} candidates were tested; q counts them all. p and the e-value are of the "
            f"strongest of the {len(self.support)} from which the group was made.",
        )
        return (together, self._pace_test()) if self.pace else (together,)

    def _pace_test(self) -> Test:
        assert self.pace is not None
        crossed = self.code in self.groups.crossed
        note = (
            "Each part of the content was asked of the accounts found without it."
            if crossed
            else "Measured on the content that the group was found on: it describes, it does not prove."
        )
        if not self.groups.judged:
            note += (
                " Most active accounts in these data belong to such groups, so there is no ordinary activity to "
                "compare timing with: what is usual here cannot be told, and this test decided nothing."
            )
        return Test(
            question="Are they closer in time than others are on content as popular?",
            name="mean rank of the group's gaps among others' (Fisher's combination)",
            null_model=PACE_NULL,
            observed=self.pace.rank,
            expected=0.5,
            p=self.pace.p,
            note=note,
        )

    def _effects(self) -> tuple[Interval, ...]:
        data, m = self.data, self.members
        own = int(np.isin(data.account, m).sum())
        effects = [
            _interval(
                "joint posts", share(len(self.shares.posts), own), "", "share of the members' posts that are joint"
            )
        ]
        expected = self._expected()
        if expected > 0:
            ratio = poisson_ratio(self._hits(), expected)
            effects.append(_interval("following", ratio, "times", "posts that follow a member's, against chance"))
        if self.pace:
            rank = (self.pace.rank, self.pace.low, self.pace.high)
            effects.append(_interval("pace", rank, "", "rank among others; 0.5 is usual, 0 the fastest"))
        return tuple(effects)

    def _windows(self) -> tuple[Interval, ...]:
        """Posts that follow a member's within each window, against chance, on content left out."""
        if not self.support:
            return ()
        windows = len(self.params.windows_s)
        hits = sum((c.hits for c in self.support), np.zeros(1)).reshape(-1, windows).sum(axis=0).cumsum()
        expected = sum((c.expected for c in self.support), np.zeros(1)).reshape(-1, windows).sum(axis=0).cumsum()
        return tuple(
            _interval(_span(w), poisson_ratio(float(h), float(x)), "times", f"{h:.0f} observed, {x:.1f} expected")
            for w, h, x in zip(self.params.windows_s, hits, expected, strict=True)
            if x > 0
        )

    def _stability(self) -> Interval | None:
        """Mean best likeness (Jaccard) with what was found in each of the runs that leave a part of the content out."""
        best: dict[int, float] = {}
        known = self.groups.known
        for c, like in zip(known.candidates, known.likeness(self.inside).tolist(), strict=True):
            best[c.fold] = max(best.get(c.fold, 0.0), like)
        if not best:
            return None
        return _interval(
            "stability", bootstrap_mean(list(best.values()), 1), "", "likeness of the group found without a part"
        )

    def _members(self) -> tuple[Member, ...]:
        membership, s = self.groups.membership, self.shares
        together = np.bincount(self.data.account[s.posts], minlength=len(membership.posts))
        rows = [
            Member(
                account=account,
                posts=int(membership.posts[m]),
                together=int(together[m]),
                expected=float(membership.expected[m]),
                probability=float(membership.probability[m]),
            )
            for account, m in zip(self.accounts, self.members.tolist(), strict=True)
        ]
        return tuple(sorted(rows, key=lambda row: (-row.together, row.account)))

    def _objects(self) -> tuple[SharedObject, ...]:
        from tocsin.kernels.pace import firsts

        s = self.shares
        once = firsts(s.obj, s.account, len(self.data.accounts))
        members = np.add.reduceat(once, s.bounds[:-1], dtype=np.int64)
        most = np.lexsort((s.objects, -members))[:OBJECTS]
        return tuple(
            shared_object(self.data, int(s.objects[k]), s.post[s.bounds[k] : s.bounds[k + 1]], int(members[k]))
            for k in most
        )

    def _notes(self, standing: str) -> tuple[str, ...]:
        notes = ["The machine does not judge whether the content divides, misleads or harms: people do."]
        if len(self.shares.objects) > OBJECTS and standing != "interest":
            notes.append(
                f"The {OBJECTS} objects with most members are listed; the evidence holds {len(self.shares.objects):,}."
            )
        if not self.groups.judged:
            notes.append("There is no ordinary activity in these data to compare timing with; see the second test.")
        return tuple(notes)


#: What a layer's objects are called in a sentence.
WORDS = {
    "repost": "reposts",
    "reply": "answers",
    "url": "links",
    "domain": "sites",
    "hashtag": "hashtags",
    "hashtag_sequence": "sequences of hashtags",
    "mention": "mentions",
    "text": "texts",
    "near_text": "nearly identical texts",
    "media": "pictures",
    "object": "objects",
}


def shared_object(data: Numbered, obj: int, posts: Any, members: int) -> SharedObject:
    """One object, with the posts (rows) of those who count as members."""
    s = data.all
    low, high = np.searchsorted(s.obj, [obj, obj + 1])
    layer, name = data.name_of(obj)
    times = np.sort(data.time[posts])
    return SharedObject(
        layer=layer,
        object=name,
        members=members,
        accounts=len(np.unique(s.account[low:high])),
        posts=int(high - low),
        first=moment(times[0]),
        last=moment(times[-1]),
        spread_s=float(np.median(np.diff(times))) / 1e6 if len(times) > 1 else 0.0,
    )


def skipped(data: Numbered, groups: Groups, most: int = 50) -> list[SharedObject]:
    """Objects around whose every share so many others stand that it makes no tie (`contacts.CROWDED`): whoever shared
    them, their weight in the network is 0. They still count in the edges. The most shared first."""
    from tocsin.detect.amplification.contacts import CROWDED

    s = data.all
    if not len(s.obj):
        return []
    least = np.full(data.objects, np.iinfo(np.int32).max)
    np.minimum.at(least, s.obj, groups.contacts.crowd)
    size = np.bincount(s.obj, minlength=data.objects)
    out = np.flatnonzero((least > CROWDED + 1) & (size > 0))
    out = out[np.argsort(-size[out], kind="stable")][:most]
    data.bring(np.empty(0, np.int32), np.sort(out))
    return [shared_object(data, int(o), s.post[slice(*np.searchsorted(s.obj, [o, o + 1]))], 0) for o in out]


def _interval(name: str, figures: tuple[float, float, float], unit: str, meaning: str) -> Interval:
    value, low, high = figures
    return Interval(name=name, value=value, low=low, high=high, unit=unit, meaning=meaning)


def _span(seconds: float) -> str:
    for size, word in ((3600, "h"), (60, "min")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g} {word}"
    return f"{seconds:g} s"
