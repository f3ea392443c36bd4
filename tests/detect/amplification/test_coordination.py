"""The detector on planted, clean and shuffled data."""

import hashlib

import numpy as np
import pyarrow as pa
import pytest

from tocsin.detect.amplification.coordination import DETECTOR, Parameters
from tocsin.detect.amplification.incidence import time_grain_s
from tocsin.errors import RefusedError
from tocsin.simulate.election import ElectionParams, simulate
from tocsin.simulate.permute import permute_accounts
from tocsin.simulate.plant import OperationParams

OPERATIONS = (
    OperationParams(kind="link", accounts=12, objects=10, jitter_s=30),
    OperationParams(kind="hashtag_sequence", accounts=15, objects=14, jitter_s=60),
)


@pytest.fixture(scope="module")
def election():
    return simulate(ElectionParams(posts=8_000, seed=4, operations=OPERATIONS, decoys=True))


@pytest.fixture(scope="module")
def result(election):
    return DETECTOR.run(election.posts)


def units(election):
    table = election.truth.to_pylist()
    return {row["account"]: row["unit"] or row["role"] for row in table}


def test_planted_operations_are_leads_with_few_wrong_names(election, result):
    unit = units(election)
    found = {}
    for finding in result.findings:
        for account in finding.subjects:
            found.setdefault(unit[account], []).append(finding.standing)
    planted = [name for name in set(unit.values()) if name.startswith("operation")]
    assert len(planted) == 2
    for name in planted:
        size = sum(value == name for value in unit.values())
        assert found.get(name, []).count("lead") >= 0.8 * size
    assert found.get("ordinary", []).count("lead") <= 3


def test_groups_that_merely_met_are_not_one_lead(election, result):
    unit = units(election)
    for finding in result.findings:
        kinds = [unit[account] for account in finding.subjects if unit[account] != "ordinary"]
        assert len(set(kinds)) <= 1 or min(map(kinds.count, set(kinds))) < 3


def test_feeds_and_newsrooms_are_explained_not_leads(election, result):
    unit = units(election)
    for finding in result.findings:
        kinds = {unit[account] for account in finding.subjects}
        if kinds & {"feed_bot-1", "newsroom-1"}:
            assert finding.standing == "explained"
            assert any(e.code == "application" and e.verdict == "fits" for e in finding.explanations)


def test_a_finding_says_what_a_hostile_reader_asks(result):
    lead = next(f for f in result.findings if f.standing == "lead")
    assert lead.tests[0].q is not None
    assert lead.tests[0].q <= 0.05
    assert lead.tests[0].observed > lead.tests[0].expected
    assert {i.name for i in lead.effects} >= {"joint posts", "following", "pace"}
    assert all(i.low <= i.value <= i.high for i in (*lead.effects, *lead.windows))
    assert [e.code for e in lead.explanations] == ["application", "outlets", "event", "declared", "fans", "language"]
    assert "seen by chance in fewer than 1 of" in lead.sentence
    evidence = result.evidence.filter(pa.compute.equal(result.evidence["finding"], lead.id))
    assert set(evidence["account"].to_pylist()) == set(lead.subjects)
    assert set(evidence["post"].to_pylist()) == set(lead.evidence_posts)
    assert sum(m.together for m in lead.members) == len(lead.evidence_posts)


def test_communities_are_not_named(result):
    for finding in result.findings:
        if finding.standing == "interest":
            assert finding.subjects == finding.members == finding.evidence_posts == ()


def test_edges_hold_the_weights_counted_by_hand(election, result):
    posts = election.posts.to_pylist()
    edge = max(
        (e for e in result.edges.to_pylist() if e["layer"] == "url" and e["window_s"] == 60.0),
        key=lambda e: e["objects"],
    )
    from tocsin.detect.amplification.urls import canonical

    shares = {}
    for post in posts:
        for url in post["urls"] or ():
            shares.setdefault((post["account"], canonical(url)), []).append(post["time"].timestamp())
    common = {url for account, url in shares if account == edge["a"]} & {
        url for account, url in shares if account == edge["b"]
    }
    together = sum(
        any(abs(x - y) <= 60 for x in shares[edge["a"], url] for y in shares[edge["b"], url]) for url in common
    )
    assert edge["objects"] == together
    assert edge["a"] < edge["b"]


def test_declared_accounts_explain(election):
    unit = units(election)
    known = tuple(account for account, name in unit.items() if name.startswith("operation-1"))
    result = DETECTOR.run(election.posts, Parameters(declared=known))
    mine = [f for f in result.findings if set(f.subjects) & set(known)]
    assert mine
    assert all(f.standing == "explained" for f in mine)


def test_no_lead_in_shuffled_data(election):
    for seed in range(3):
        result = DETECTOR.run(permute_accounts(election.posts, seed))
        assert [f for f in result.findings if f.standing != "interest"] == []


def test_no_lead_in_an_election_without_operations():
    for seed in range(2):
        posts = simulate(ElectionParams(posts=4_000, seed=seed, operations="none", decoys=False)).posts
        assert [f.title for f in DETECTOR.run(posts).findings if f.standing == "lead"] == []


def test_too_many_pairs_are_refused_before_any_work(election):
    with pytest.raises(RefusedError, match="pairs of rows"):
        DETECTOR.run(election.posts, Parameters(max_row_pairs=10))


def test_memory_and_threads_do_not_change_the_result(election, result):
    again = DETECTOR.run(election.posts, Parameters(memory_mb=256, threads=1))
    assert again.findings == result.findings
    assert again.edges.equals(result.edges)


def test_other_pseudonyms_do_not_change_the_groups(election, result):
    """Every workspace draws its own key, so names come in another order each time."""
    names = election.posts["account"].to_pylist()
    other = {name: hashlib.sha256(name.encode()).hexdigest() for name in set(names)}
    column = election.posts.schema.get_field_index("account")
    renamed = DETECTOR.run(election.posts.set_column(column, "account", pa.array([other[name] for name in names])))
    said = [(f.standing, f.tests[0].log_e, sorted(m.probability for m in f.members)) for f in result.findings]
    assert said == [(f.standing, f.tests[0].log_e, sorted(m.probability for m in f.members)) for f in renamed.findings]
    assert [{other[a] for a in f.subjects} for f in result.findings] == [set(f.subjects) for f in renamed.findings]
    for edges in (result.edges, renamed.edges):
        assert all(a < b for a, b in zip(edges["a"].to_pylist(), edges["b"].to_pylist(), strict=True))


def test_windows_are_checked_and_sorted():
    assert Parameters(windows_s=(60, 10, 60)).windows_s == (10.0, 60.0)
    with pytest.raises(ValueError, match="windows"):
        Parameters(windows_s=(0.0,))


def test_coarse_times_are_told(election):
    minutes = pa.compute.floor_temporal(election.posts["time"], unit="minute")
    at = election.posts.schema.get_field_index("time")
    field = election.posts.schema.field("time")
    coarse = election.posts.set_column(at, field, minutes)
    result = DETECTOR.run(coarse.slice(0, 2_000))
    assert result.time_grain_s == 60.0
    assert any("10 s" in warning for warning in result.warnings)


@pytest.mark.parametrize(("step", "grain"), [(3_600, 3_600.0), (60, 60.0), (7, 1.0)])
def test_time_grain(step, grain):
    assert time_grain_s(np.arange(5) * step * 1_000_000) == grain
