"""A scan of content made by hand, plain and with awkward content."""

from datetime import UTC, date, datetime, timedelta

import pyarrow as pa

from tocsin.model.finding import (
    BreakoutStep,
    ClaimLink,
    Content,
    Explanation,
    Finding,
    InputFile,
    Interval,
    Lookalike,
    PictureMatch,
    Reading,
    ScanSummary,
    Test,
    Wording,
)
from tocsin.model.tables import EVIDENCE
from tocsin.share.narratives import write_narratives_scan

HOSTILE = '<script>alert("x")</script><img src=x onerror=alert(1)>\'"&{{7*7}}\x00\x1b[31m'
START = datetime(2024, 10, 1, 8, tzinfo=UTC)
NAME, OUTLET = "tagesbote.invalid", "Der Tagesbote"
SAYING, CHECK = "The ferry to Corvvik carries sealed ballots", "Ballots do not travel by ferry"
OPINION = "tagesbote.invalid: unreliable (opinion of A List of 2024-05-01)"


def content(sign, n, tail=""):
    parts = {
        "same thing said": {
            "wordings": (
                Wording(
                    relation="first", text=SAYING + tail, language="en", posts=n, accounts=3, platforms=("a", "b"),
                    first=START, last=START + timedelta(days=n), similarity=1.0, by="exact",
                ),
            ),
            "claims": (
                ClaimLink(
                    claim="c1", text=CHECK + tail, publisher="Checks" + tail, verdict="Not so" + tail,
                    url="https://checks.example/1", date=date(2024, 9, 1), probability=0.97,
                ),
            ),
        },
        "imitated outlet": {
            "names": (
                Lookalike(
                    name=NAME, imitated="tagesbote.example", office=OUTLET + tail, technique="other ending", score=0.99
                ),
            ),
            "opinions": (OPINION + tail,),
        },
        "picture": {
            "pictures": (PictureMatch(picture="a" * 64, original="b" * 64, change="crop" + tail, distance=12),),
        },
    }  # fmt: skip
    days = tuple((START.date() + timedelta(days=i), 1) for i in range(n))
    return Content(
        sign=sign, posts=n, accounts=3, languages=("en", "de"), days=days, cannot_show=("Who wants it said.",),
        **parts.get(sign, {}),
    )  # fmt: skip


def finding(sign, subject, n, tail="", standing="lead"):
    code = sign.replace(" ", "-")
    return Finding(
        id=f"{code}-{n}",
        detector="fabrication.bursts",
        version="1",
        kind="spread of content",
        standing=standing,
        title=f"{sign}: {n} posts{tail}",
        sentence=f"{n} posts of it{tail}.",
        subjects=(subject,) if standing != "interest" else (),
        layers=("text",),
        first=START,
        last=START + timedelta(days=n),
        tests=(
            Test(
                question="More than usual?", name="posts", null_model="days before", observed=n, expected=0.2, p=1e-9,
                q=1e-7,
            ),
        ),
        effects=(Interval(name="rise", value=9, low=8, high=10, unit="times"),),
        explanations=(Explanation(code="weekly", question="Weekly?", verdict="does not fit", detail="-"),),
        members=(),
        objects=(),
        breakout=(BreakoutStep(level=1, shown=True, evidence=f"On one platform{tail}.", time=START),),
        evidence_posts=tuple(f"{code}-{i}" for i in range(n)),
        content=content(sign, n, tail),
    )  # fmt: skip


def summary(hostile=False, empty=False):
    tail = HOSTILE if hostile else ""
    found = (
        finding("same thing said", "said-0123", 5, tail),
        finding("imitated outlet", NAME, 3, tail),
        finding("picture", "b" * 64, 2, tail, "explained"),
        finding("burst", "#ferry", 4, tail, "interest"),
    )
    return ScanSummary(
        tocsin="0.1.0",
        made=START + timedelta(days=30),
        command="tocsin narratives",
        inputs=(
            InputFile(
                file=f"posts.csv{tail}", sha256="0" * 64, size=9, format="csv", reason="x", posts=40, rejected=1,
                duplicates=2,
            ),
        ),
        posts=40,
        accounts=9,
        first=START,
        last=START + timedelta(days=9),
        time_grain_s=1.0,
        pseudonymised=True,
        findings=() if empty else found,
        reading=Reading(
            texts=30,
            claims=19,
            names=100,
            languages={"en": 30, "": 10},
            encoders=("a model 1",),
            tested={"fabrication.bursts": 9},
            measured={"controversy": "0.2, where chance gives 0.1"},
            skipped={"fabrication.pictures": "no pictures were given"},
        ),
    )  # fmt: skip


def evidence(made):
    rows = [
        {
            "finding": one.id,
            "layer": "text",
            "object": "it",
            "account": f"acct_{i % 3}",
            "post": post,
            "time": START + timedelta(days=i),
            "platform": "a" if i % 2 else None,
            "text": SAYING,
            "file": "posts.csv",
            "row": i,
        }
        for one in made.findings
        for i, post in enumerate(one.evidence_posts)
    ]
    seen = {**rows[0], "layer": "name", "account": NAME, "text": NAME} if rows else None
    return pa.Table.from_pylist([*rows, seen] if seen else [], EVIDENCE)


def folder(path):
    """A finished scan folder."""
    made = summary()
    write_narratives_scan(path, made, evidence(made))
    return path
