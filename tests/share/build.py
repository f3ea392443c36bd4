"""Hand-made scans with awkward content, made by code: the input of every test of this room."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa

from tocsin.model.finding import (
    BreakoutStep,
    Explanation,
    Finding,
    InputFile,
    Interval,
    LayerSummary,
    Member,
    ScanSummary,
    SharedObject,
    Test,
)
from tocsin.model.tables import EDGES, EVIDENCE
from tocsin.share.base import POSTS_BY_HOUR, Scan

START = datetime(2016, 1, 14, 18, 0, tzinfo=UTC)
HOSTILE = '<script>alert("x")</script><img src=https://evil.example/p.png onerror=alert(1)>\'"&]]>{{7*7}}\x00\x1b[31m'
RTL = "الانتخابات مزورة ‮abc‬ 😀👩‍👩‍👧 https://example.org/خبر?a=1&b=2"
TEXTS = (
    "Turnout figures at the harbour station are being held back. Ask why. https://example.org/turnout",
    "Nobody explains the numbers from the harbour station. Read this: https://example.org/turnout",
    RTL,
    "选举结果被推迟了 #结果 为什么?",
    "The count stopped at 21:14 and started again at 21:40. Twenty-six minutes. Who was in the room?",
)
LAYERS = ("url", "hashtag", "near-text")


def account(i: int, hostile: bool) -> str:
    return f"acct{i:03d}{HOSTILE if hostile else ''}"


def finding(n: int, *, members: int = 12, objects: int = 14, hostile: bool = False, standing: str = "lead") -> Finding:
    tail = HOSTILE if hostile else ""
    return Finding(
        id=f"{n:016x}{tail}",
        detector=f"amplification.coordination{tail}",
        version="1",
        kind="amplification",
        standing=standing,
        title=f"{members} accounts share {objects} links and hashtags within a minute{tail}",
        sentence=(
            f"{members} accounts posted the same {objects} things within 60 seconds of each other, 118 times; chance "
            f"alone gives 3.1. As much is seen by chance in fewer than 1 of 2 million such data sets.{tail}"
        ),
        subjects=tuple(account(n * 1000 + i, hostile) for i in range(members)),
        platforms=("Twitter",),
        layers=tuple(layer + tail for layer in LAYERS),
        first=START,
        last=START + timedelta(days=21),
        hours=tuple([0] * 7 + [2, 9, 14, 12, 3, 1, 0, 5, 11, 18, 20, 13, 6, 3, 1, 0, 0]),
        tests=(
            Test(
                question=f"Are they together in time more than the objects' own bursts explain?{tail}",
                name="Pooled synchrony",
                null_model=f"Times of each object's shares kept, accounts drawn anew within the hour{tail}",
                observed=118,
                expected=3.1,
                p=4.2e-7,
                q=3e-5,
                note=tail,
            ),
            Test(
                question="Does it hold on the part of the data that was not searched?",
                name="Cross-fitted e-value",
                null_model="As above, on the other half of the objects",
                observed=61,
                expected=1.6,
                log_e=31.2,
            ),
            Test(
                question="Do they share more uncommon things than their activity explains?",
                name="Affinity",
                null_model="Bipartite configuration model",
                observed=14,
                expected=12.2,
                p=0.31,
                q=0.62,
            ),
        ),
        effects=(
            Interval(name=f"Times more often than chance{tail}", value=38, low=29, high=51, unit="times", meaning=tail),
            Interval(name="On the hours not searched", value=31, low=18, high=47, unit="times"),
            Interval(name="Share of their posts made jointly", value=0.41, low=0.36, high=0.47, unit="of posts"),
        ),
        stability=Interval(name="Jaccard", value=0.93, low=0.88, high=0.97, meaning="over 100 resamplings"),
        windows=tuple(
            Interval(name=f"{w} s", value=v, low=v * 0.8, high=v * 1.25, unit="observed / expected", meaning="ratio")
            for w, v in ((10, 52.0), (60, 38.0), (300, 11.0), (3600, 2.4))
        ),
        explanations=(
            Explanation(
                code="client", question="One posting application", verdict="does not fit", detail=f"7 apps{tail}"
            ),
            Explanation(
                code="event", question="A shared live event", verdict="fits in part", detail="9 % within a burst"
            ),
            Explanation(
                code="fans", question="A fan community", verdict="cannot tell", detail="No profiles in the data"
            ),
        ),
        members=tuple(
            Member(
                account=account(n * 1000 + i, hostile),
                posts=200 - i,
                together=60 - i * 55 // members,
                expected=1.5 + i / 10,
                probability=round(0.995 - i * 0.5 / members, 3),
            )
            for i in range(members)
        ),
        objects=tuple(
            SharedObject(
                layer=LAYERS[i % 3],
                object=f"https://example.org/{n}/story-{i}{tail}" if i % 3 == 0 else f"#thing{i}{RTL}",
                members=2 + i % members if members > 2 else 2,
                accounts=30 + i,
                posts=50 + i,
                first=START + timedelta(hours=i),
                last=START + timedelta(hours=i + 9),
                spread_s=4.5 + i,
            )
            for i in range(objects)
        ),
        breakout=(
            BreakoutStep(level=1, shown=True, evidence=f"First joint post{tail}", time=START),
            BreakoutStep(level=2, shown=True, evidence="Repeated on a second platform", time=START + timedelta(days=3)),
            BreakoutStep(level=3, shown=False, evidence=""),
        ),
        evidence_posts=tuple(f"p{n}-{i}" for i in range(40)),
        notes=(f"Short links were not followed.{tail}",),
    )


def evidence(found: Finding, n: int, seed: int = 7, text: str | None = None) -> pa.Table:
    """Joint posts of the finding's members: bursts of up to seven members on one object."""
    rng = np.random.default_rng(seed + n)
    names = [member.account for member in found.members]
    rows = []
    for i, thing in enumerate(found.objects):
        for burst in range(2):
            base = START + timedelta(seconds=int(rng.integers(0, 21 * 86_400)))
            for k, who in enumerate(rng.choice(len(names), size=min(7, len(names)), replace=False)):
                rows.append(
                    {
                        "finding": found.id,
                        "layer": thing.layer,
                        "object": thing.object,
                        "account": names[who],
                        "post": f"p{n}-{i}-{burst}-{k}",
                        "time": base + timedelta(seconds=int(rng.integers(0, 50))),
                        "platform": "Twitter",
                        "text": text or TEXTS[(i + k) % len(TEXTS)],
                        "file": "tweets.csv",
                        "row": len(rows) + 2,
                    }
                )
    return pa.Table.from_pylist(rows, schema=EVIDENCE)


def edges(found: Finding, n: int, seed: int = 3) -> pa.Table:
    rng = np.random.default_rng(seed + n)
    names = sorted(member.account for member in found.members)
    rows = []
    for i, a in enumerate(names):
        for b, chosen in zip(names[i + 1 :], rng.random((len(names) - i - 1, len(LAYERS))) < 0.25, strict=True):
            for layer, linked in zip(LAYERS, chosen, strict=True):
                if linked:
                    rows.append(
                        {
                            "layer": layer,
                            "window_s": 60.0,
                            "a": a,
                            "b": b,
                            "objects": int(rng.integers(2, 15)),
                            "expected": 0.4,
                            "median_delay_s": 12.0,
                            "p_synchrony": 1e-6,
                            "q_synchrony": 1e-3,
                            "p_affinity": 0.2,
                            "q_affinity": None,
                            "finding": found.id,
                        }
                    )
    return pa.Table.from_pylist(rows, schema=EDGES)


def by_hour(found: Finding, seed: int = 1) -> pa.Table:
    counts = np.random.default_rng(seed).poisson(1.4, 21 * 24 + 3)
    hours = [START + timedelta(hours=h) for h in range(len(counts))]
    return pa.table([[found.id] * len(hours), hours, counts], schema=POSTS_BY_HOUR)


def summary(findings: list[Finding], *, hostile: bool = False) -> ScanSummary:
    tail = HOSTILE if hostile else ""
    return ScanSummary(
        tocsin="0.1.0",
        made=datetime(2026, 11, 23, 9, 30, tzinfo=UTC),
        command=f"tocsin scan tweets.csv comments.jsonl.zst --out debate{tail}",
        inputs=(
            InputFile(
                file=f"tweets.csv{tail}",
                sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                size=48_213_377,
                format="twitter-io",
                reason=f"its header names tweetid, userid and tweet_time{tail}",
                posts=198_204,
                rejected=12,
                duplicates=311,
                notes=(f"Times have no seconds.{tail}",),
            ),
            InputFile(
                file="comments.jsonl.zst",
                sha256="60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
                size=3_120_044,
                format="youtube-comments",
                reason="every line has videoId and textOriginal",
                posts=16_108,
                rejected=0,
                duplicates=0,
            ),
        ),
        posts=214_312,
        accounts=12_431,
        first=START,
        last=START + timedelta(days=21),
        time_grain_s=60.0,
        pseudonymised=True,
        parameters={"windows_s": [10, 60, 300], "alpha": 0.05, f"note{tail}": RTL},
        layers=tuple(
            LayerSummary(
                layer=layer + tail,
                window_s=w,
                shares=120_000,
                objects=43_000,
                accounts=9_800,
                pair_objects=1_204_411,
                edges=88_213,
                significant=31 if findings else 0,
                skipped_objects=2,
            )
            for layer in LAYERS
            for w in (10.0, 60.0)
        ),
        skipped=(
            SharedObject(
                layer="hashtag",
                object=f"#debate{tail}",
                members=0,
                accounts=8_012,
                posts=29_446,
                first=START,
                last=START + timedelta(days=21),
                spread_s=0.4,
            ),
        ),
        findings=tuple(findings),
        warnings=(f"Times in tweets.csv stand on whole minutes: windows under 60 s say nothing there.{tail}",),
        seconds={"read": 3.2, "count": 8.4, "test": 11.9},
    )


def scan(count: int, *, hostile: bool = False, members: int = 12, objects: int = 14, text: str | None = None) -> Scan:
    """A scan with `count` findings: leads, then one explained group and one community of interest in every ten."""
    standings = {8: "explained", 9: "interest"}
    found = [
        finding(n, hostile=hostile, members=members, objects=objects, standing=standings.get(n % 10, "lead"))
        for n in range(count)
    ]
    return Scan(
        summary(found, hostile=hostile),
        pa.concat_tables([EDGES.empty_table(), *(edges(f, n) for n, f in enumerate(found))]),
        pa.concat_tables([EVIDENCE.empty_table(), *(evidence(f, n, text=text) for n, f in enumerate(found))]),
        pa.concat_tables([POSTS_BY_HOUR.empty_table(), *(by_hour(f) for f in found)]),
    )
