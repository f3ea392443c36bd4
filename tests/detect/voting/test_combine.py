"""What all detectors give together: error shared, rows checked, clients outside leads never shown."""

import random

import numpy as np
import pytest
from tests.detect.voting.made import scan, stations, tables, visitors

from tocsin.detect.voting.base import Candidate, Detector, Parameters, Result
from tocsin.detect.voting.clients import TYPICAL, tails
from tocsin.detect.voting.combine import combine
from tocsin.detect.voting.run import look
from tocsin.detect.voting.scans import DETECTOR


def candidate(rows, p, **more):
    told = {"detector": "voting.made", "sign": "scan", "table": "events", "title": "t", "sentence": "s"}
    return Candidate(rows=np.array(rows), p=p, **{**told, **more})


class Made(Detector):
    id = "voting.made"
    params = Parameters


def together(result, given):
    return combine({"voting.made": result}, {"voting.made": Made()}, given, lambda _: "x").findings


def test_what_chance_gives_does_not_stay():
    given = tables(visitors(1))
    kept = together(Result((candidate([0], 1e-9), candidate([50], 0.01)), tested=1_000), given)
    assert [one.targeting.events for one in kept] == [1]


def test_who_is_not_an_indicator_is_a_pseudonym_in_a_lead_too():
    given = tables(visitors(2))
    (one,) = together(Result((candidate([0, 1], None, indicators=False),)), given)
    assert (one.standing, one.subjects) == ("lead", ("alder",)) or one.subjects[0] in ("birch", "cedar")
    assert {row.source for row in one.targeting.sightings} == {"x"}


def test_leads_come_first_and_ids_say_the_rows():
    given = tables(scan("203.0.113.9"), scan("198.51.100.7", salt="b"))
    first, second = (list(range(200)), list(range(200, 400)))
    made = together(Result((candidate(first, None), candidate(second, None))), given)
    again = together(Result((candidate(second, None), candidate(first, None))), given)
    assert [one.id for one in made] == [one.id for one in again]
    assert len({one.id for one in made}) == 2


def test_a_client_with_more_is_never_more_probable():
    rng = np.random.default_rng(1)
    counts = np.sort(rng.poisson(1.0, 300))
    p, expected = tails({"missing": counts}, TYPICAL)
    assert (np.diff(p["missing"]) <= 1e-12).all()
    assert expected["missing"] == pytest.approx(1.0, abs=0.2)


def test_the_order_of_rows_does_not_matter():
    given = tables(visitors(3), scan("203.0.113.9"), stations=[stations(1, size=800, invented=90)])
    order = list(range(given.events.num_rows))
    random.Random(1).shuffle(order)
    moved = tables(stations=[given.stations[0].take(list(range(800))[::-1])])
    moved.events = given.events.take(order)
    results = [look(one, str, chosen=None) for one in (given, moved)]
    assert [one.model_dump_json() for one in results[0].findings] == [
        one.model_dump_json() for one in results[1].findings
    ]
    assert len(results[0].findings) == 2
    assert DETECTOR.id in results[0].watch.tested
