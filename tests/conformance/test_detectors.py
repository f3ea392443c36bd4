"""What every registered detector must do, whoever wrote it; the last part, those that read posts."""

import json
import random
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tocsin import plugins
from tocsin.engine.embedded import Embedded
from tocsin.engine.spark import Spark
from tocsin.model.post import POSTS
from tocsin.model.tables import EDGES, EVIDENCE
from tocsin.progress import Silent

ROOT = Path(__file__).parents[2]
ALL = plugins.load("detectors")
DETECTORS = {name: detector for name, detector in ALL.items() if detector.reads == "posts"}
every = pytest.mark.parametrize("detector", ALL.values(), ids=ALL)
each = pytest.mark.parametrize("detector", DETECTORS.values(), ids=DETECTORS)

CROWD, TROUPE, DAYS, JOINT = 150, 10, 5, 25
START = datetime(2030, 3, 1, tzinfo=UTC)


def post(account, time, text, tag):
    return {"account": account, "time": time, "platform": "square", "text": text, "language": "en", "hashtags": [tag]}


def made_posts():
    """150 accounts that chat at random, and ten that post the same 25 texts within a minute of each other."""
    chance = random.Random(7)
    words = [f"word{n}" for n in range(400)]

    def sometime():
        return START + timedelta(seconds=chance.randrange(DAYS * 86_400))

    rows = [
        post(
            f"user{n}", sometime(), " ".join(chance.choices(words, k=12)), f"tag{int(chance.paretovariate(0.7)) % 300}"
        )
        for n in range(CROWD)
        for _ in range(chance.randrange(5, 25))
    ]
    for joint in range(JOINT):
        moment, text = sometime(), " ".join(chance.choices(words, k=12))
        rows += [
            post(f"troupe{n}", moment + timedelta(seconds=chance.randrange(60)), text, f"joint{joint}")
            for n in range(TROUPE)
        ]
    rows.sort(key=lambda row: row["time"])
    numbered = [{**row, "post": str(n), "file": "made", "row": n} for n, row in enumerate(rows, 1)]
    return pa.Table.from_pylist(numbered, schema=POSTS)


def run(detector, posts):
    return detector.run(posts, detector.params(), Silent())


def comparable(result):
    """Put a result in a form that two runs can be compared in: no order of rows, no object identity."""
    findings = sorted(finding.model_dump_json() for finding in result.findings)
    tables = [sorted(map(repr, table.to_pylist())) for table in (result.edges, result.evidence)]
    return findings, tables


@pytest.fixture(autouse=True)
def _no_network(monkeypatch):
    def guarded(real):
        def refuse(socket_, *given):
            if given[-1][0] == "127.0.0.1":  # an engine's server
                return real(socket_, *given)
            raise AssertionError("a detector must not use the network")

        return refuse

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, guarded(getattr(socket.socket, name)))


@pytest.fixture(scope="module")
def posts():
    return made_posts()


@pytest.fixture(scope="module")
def results(posts):
    """One run of each detector over the made posts, shared by the tests below."""
    return {name: run(detector, posts) for name, detector in DETECTORS.items()}


def test_a_detector_is_registered():
    assert len(DETECTORS) >= 1


@every
def test_it_says_what_it_is(detector):
    assert ALL[detector.id] is detector
    kind, _, name = detector.id.partition(".")
    assert kind in {"amplification", "fabrication", "leaks", "funding", "voting"}
    assert name
    assert detector.version
    assert detector.reads in {"posts", "stream", "content", "gifts", "leak", "targets"}
    assert detector.title
    json.dumps(detector.params.model_json_schema())
    detector.params()


@every
def test_it_has_a_method_page(detector):
    page = ROOT / "docs" / "methods" / f"{detector.id}.md"
    assert page.is_file(), f"write {page.relative_to(ROOT)}"
    text = page.read_text()
    missing = [
        title for title in ("Question", "Count", "Null model", "Fails when", "Acting on it") if title not in text
    ]
    assert missing == []


@every
def test_its_parameters_are_in_the_reference(detector, reference):
    page = (reference / "detectors.md").read_text()
    assert [name for name in detector.params.model_fields if f"`{name}`" not in page] == []


@each
def test_nothing_in_nothing_out(detector):
    result = run(detector, POSTS.empty_table())
    assert list(result.findings) == []
    assert result.edges.num_rows == result.evidence.num_rows == 0


@each
def test_its_tables_have_the_agreed_columns(detector, results):
    result = results[detector.id]
    assert result.edges.schema.equals(EDGES)
    assert result.evidence.schema.equals(EVIDENCE)


@each
def test_the_made_posts_raise_a_finding(detector, results):
    findings = results[detector.id].findings
    assert findings, "without a finding the checks below would check nothing"
    for finding in findings:
        assert (finding.detector, finding.version) == (detector.id, detector.version)
    assert len({finding.id for finding in findings}) == len(findings)


@each
def test_it_answers_the_same_twice(detector, posts, results):
    assert comparable(run(detector, posts)) == comparable(results[detector.id])


@each
def test_the_order_of_rows_does_not_matter(detector, posts, results):
    order = list(range(posts.num_rows))
    random.Random(1).shuffle(order)
    assert comparable(run(detector, posts.take(order))) == comparable(results[detector.id])


@pytest.mark.parametrize(
    "where", [3, "sail", *(pytest.param(more, marks=pytest.mark.slow) for more in (1, 16, "sail_cluster", "pyspark"))]
)
@each
def test_the_engine_does_not_matter(detector, where, posts, results, tmp_path, request):
    if not hasattr(detector, "run_on"):
        pytest.skip("runs in memory alone")
    order = list(range(posts.num_rows))
    random.Random(str(where)).shuffle(order)
    with opened(where, tmp_path, request) as engine:
        engine.put(posts.take(order).to_reader(), "posts")
        result = detector.run_on(engine, "posts", detector.params(), Silent())
    expected = results[detector.id]
    assert [f.model_dump_json() for f in result.findings] == [f.model_dump_json() for f in expected.findings]
    assert result.edges.equals(expected.edges)
    assert result.evidence.equals(expected.evidence)
    assert (result.layers, result.skipped, result.warnings) == (expected.layers, expected.skipped, expected.warnings)


def opened(where, folder, request):
    """An engine: the embedded one with so many partitions, or Spark on a server of that name."""
    if isinstance(where, int):
        return Embedded(folder, partitions=where)
    return Spark(folder, address=request.getfixturevalue(where), partitions=3)


@each
def test_evidence_stands_in_the_input(detector, posts, results):
    result = results[detector.id]
    keys = ("account", "post", "time", "file", "row")
    given = {tuple(row[key] for key in keys) for row in posts.to_pylist()}
    shown = {tuple(row[key] for key in keys) for row in result.evidence.to_pylist()}
    assert shown <= given
    assert shown
    ids = {finding.id for finding in result.findings}
    assert set(pc.unique(result.evidence["finding"]).to_pylist()) == ids
    accounts = set(posts["account"].to_pylist())
    for finding in result.findings:
        assert {member.account for member in finding.members} <= accounts
        assert set(finding.evidence_posts) <= set(posts["post"].to_pylist())
