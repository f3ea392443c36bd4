"""A targets scan made by hand, plain and with awkward content."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa

from tocsin.model.finding import (
    Explanation,
    Finding,
    InputFile,
    Interval,
    Lookalike,
    ScanSummary,
    Sighting,
    Targeting,
    Test,
    Watch,
)
from tocsin.model.tables import EVIDENCE
from tocsin.share.targets import write_targets_scan

HOSTILE = '<script>alert("x")</script><img src=x onerror=alert(1)>\'"&{{7*7}}\x00\x1b[31m'
START = datetime(2024, 10, 1, 8, tzinfo=UTC)
OFFICES = ("Denver County Clerk", "Boulder County Clerk", "Larimer County Clerk")
NAME, ADDRESS = "denver-vote.example", "198.51.100.7"


def finding(sign, subjects, n, tail="", standing="lead"):
    sightings = tuple(
        Sighting(
            file=f"access.log{tail}",
            row=i,
            time=START + timedelta(hours=i),
            office=OFFICES[i % 3] + tail,
            source=subjects[0],
            what=f"GET /admin/{i}{tail}",
            note="asks for what is not there",
        )
        for i in range(n)
    )
    look = Lookalike(
        name=NAME, imitated="denvervote.example", office=OFFICES[0] + tail, technique="brand and word", score=0.93
    )
    return Finding(
        id=f"{sign}-{n}",
        detector="voting.scans",
        version="1",
        kind="voting",
        standing=standing,
        title=f"{sign} of {n} events{tail}",
        sentence=f"One source asked three offices for {n} things that are not there{tail}.",
        subjects=subjects,
        first=START,
        last=START + timedelta(hours=n),
        tests=(
            Test(
                question="More than ordinary readers?",
                name="Binomial tail",
                null_model="ordinary clients of the same logs",
                observed=n,
                expected=0.2,
                p=1e-9,
                q=1e-7,
            ),
        ),
        effects=(Interval(name="Requests that failed", value=0.9, low=0.8, high=0.95),),
        explanations=(Explanation(code="crawler", question="Is it a crawler?", verdict="does not fit", detail="-"),),
        members=(),
        objects=(),
        evidence_posts=tuple(f"{sign}-{i}" for i in range(n)),
        targeting=Targeting(
            sign=sign,
            offices=OFFICES,
            sources=1,
            events=n,
            names=(look,) if sign == "look-alike" else (),
            sightings=sightings[:5],
            cannot_show=("Who sat behind the address.",),
        ),
    )


def summary(hostile=False, empty=False):
    tail = HOSTILE if hostile else ""
    found = (
        finding("look-alike", (NAME,), 3, tail),
        finding("scan", (ADDRESS,), 12, tail),
        finding("outage", ("office",), 2, tail, "explained"),
        finding("results", ("region",), 4, tail),
    )
    return ScanSummary(
        tocsin="0.1.0",
        made=START + timedelta(days=30),
        command="tocsin targets scan",
        inputs=(
            InputFile(
                file=f"access.log{tail}", sha256="0" * 64, size=9, format="combined", reason="x", posts=40, rejected=1,
                duplicates=0,
            ),
        ),
        posts=0,
        accounts=0,
        first=START,
        last=START + timedelta(days=2),
        time_grain_s=1.0,
        pseudonymised=True,
        findings=() if empty else found,
        watch=Watch(
            official=3,
            observed=100,
            events=dict.fromkeys(OFFICES, 40),
            sources=9,
            tested={"voting.scans": 9},
            refused={"first-digit Benford": "precincts are not spread over orders of magnitude"},
            skipped={"voting.results": "no results by polling station were given"},
        ),
    )  # fmt: skip


def evidence(made):
    rows = [
        {
            "finding": one.id,
            "layer": "request",
            "object": OFFICES[i % 3],
            "account": one.subjects[0],
            "post": post,
            "time": START + timedelta(hours=i),
            "platform": OFFICES[i % 3],
            "text": f"GET /admin/{i}",
            "file": "access.log",
            "row": i,
        }
        for one in made.findings
        for i, post in enumerate(one.evidence_posts)
    ]
    return pa.Table.from_pylist(rows, EVIDENCE)


def folder(path):
    """A finished scan folder."""
    made = summary()
    write_targets_scan(path, made, evidence(made))
    return path
