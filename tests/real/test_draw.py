"""Draws published by other tools, number for number."""

import json
import os
from pathlib import Path

import pytest

from tocsin.assure.audit import draw

DATA = Path(os.environ.get("TOCSIN_DATA", Path(__file__).parents[3] / "shared/data")) / "elections/rla_vectors"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"{DATA} is not here")


def vectors(name):
    return json.loads((DATA / name).read_text())


def test_colorado_numbers():
    known = vectors("prng_and_samplers.json")
    for case in known["corla_suite_asserted"] + known["corla_computed"]:
        n = len(case["expected"])
        assert draw.corla(case["seed"], case["min"], case["max"], n, case["replacement"]) == case["expected"]


def test_cryptorandom_numbers():
    for case in vectors("prng_and_samplers.json")["cryptorandom_0_4"]:
        first, second = draw.Cryptorandom(case["seed"]), draw.Cryptorandom(case["seed"])
        assert [first.random() for _ in case["random"]] == case["random"]
        assert [second.randint(0, 1000) for _ in case["randint_0_1000"]] == case["randint_0_1000"]


def test_consistent_sampler_draws():
    known = vectors("prng_and_samplers.json")
    for case in known["consistent_sampler_docs"] + known["consistent_sampler_computed"]:
        how = case["options"]
        drawn = draw.tickets(
            str(case["seed"]),
            case["ids"],
            how.get("take", len(case["ids"])),
            replacement=how.get("with_replacement", False),
            digits=how.get("digits"),
        )
        assert [ticket.id if how["output"] == "id" else list(ticket) for ticket in drawn] == case["output"]


def cases(kind):
    return [
        case["input"] | {"out": case["expected"]}
        for case in vectors("sampling_arlo.json")["cases"]
        if kind in case["fn"]
    ]


def test_arlo_ballots():
    for case in cases("draw_sample"):
        drawn = draw.arlo_ballots(
            case["seed"],
            case["manifest"],
            case["sample_size"],
            drawn=case["num_sampled"],
            replacement=case["with_replacement"],
        )
        assert [[number, list(ballot), generation] for number, ballot, generation in drawn] == case["out"]


def greatest_error(batch, contest):
    """MACRO's bound on the error of a batch, as a fraction of the margin of the closest pair (Stark 2009)."""
    votes = batch.get(contest["name"])
    ranked = sorted(contest["candidates"], key=contest["candidates"].get, reverse=True)
    pairs = [(w, lost) for w in ranked[: contest["num_winners"]] for lost in ranked[contest["num_winners"] :]]
    total = contest["candidates"]
    return (
        max((votes[w] - votes[lost] + votes["ballots"]) / (total[w] - total[lost]) for w, lost in pairs)
        if votes
        else 0.0
    )


def test_arlo_batches():
    for case in cases("draw_ppeb_sample"):
        bounds = {tuple(key.split("|")): greatest_error(b, case["contest"]) for key, b in case["batch_results"].items()}
        before = [tuple(key) for key in case["previously_sampled_batch_keys"]]
        drawn = draw.arlo_batches(case["seed"], bounds, case["sample_size"], before)
        assert [[number, list(key)] for number, key in drawn] == case["out"]
