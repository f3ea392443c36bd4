"""Scans: planted ones are found as campaigns, ordinary clients are not, innocent ones are explained."""

import numpy as np
import pytest
from tests.detect.voting.made import BROWSER, event, scan, tables, visitors

from tocsin.detect.voting.clients import tails
from tocsin.detect.voting.run import look
from tocsin.detect.voting.scans import DETECTOR

CHOSEN = {DETECTOR.id: DETECTOR}


def found(*rows):
    return look(tables(*rows), lambda source: f"client-{len(source)}", chosen=CHOSEN).findings


def test_a_scan_is_found_and_ordinary_clients_are_not():
    (one,) = found(visitors(1), scan("203.0.113.9"))
    assert (one.standing, one.subjects, one.targeting.sign) == ("lead", ("203.0.113.9",), "scan")
    assert one.targeting.events == 200
    assert max(test.q for test in one.tests) < 0.001
    assert "203.0.113.9" not in one.title + one.sentence
    assert one.targeting.sightings[0].note == "not there, or fails"


def test_a_scan_alone_in_its_log_is_found():
    assert [one.standing for one in found(scan("203.0.113.9"))] == ["lead"]


def test_one_client_over_several_offices_is_one_campaign():
    offices = ("alder", "birch", "cedar")
    rows = [scan("203.0.113.9", office, 3_600 + 40_000 * n, 40, 200) for n, office in enumerate(offices)]
    (one,) = found(visitors(2), *rows)
    assert one.targeting.offices == offices
    assert one.platforms == offices


def test_a_network_that_shares_the_work_is_one_campaign():
    rows = [scan(f"203.0.113.{n}", start=n * 4_000, requests=26, step=45, salt=f"{n}-") for n in range(1, 9)]
    (one,) = found(visitors(3), *rows)
    assert one.targeting.sources == 8
    assert "8 clients" in one.title


def test_strangers_who_use_one_tool_are_two_campaigns():
    other = [row | {"agent": "other"} for row in scan("198.51.100.7", start=90_000)]
    assert len(found(visitors(4), scan("203.0.113.9"), other)) == 2


@pytest.mark.parametrize(
    ("code", "rows"),
    [
        ("crawler", [event(n * 2, "203.0.113.9", path=f"/page/{n}?v={n}", agent="examplebot/1.0") for n in range(300)]),
        ("monitor", [event(n, "203.0.113.9", path="/health") for n in range(3_000)]),
        (
            "dead links",
            [
                *(event(n * 9, "203.0.113.9", path=f"/moved/{n}", status=404) for n in range(200)),
                *(event(n * 9 + 2, "203.0.113.9", path=f"/page/{n % 60}") for n in range(200)),
                *(
                    event(n * 500 + k, f"203.0.{n}.7", path=path, status=status)
                    for n in range(200)
                    for k in range(3)
                    for path, status in ((f"/moved/{(n + k) % 200}", 404), ("/", 200))
                ),
            ],
        ),
        ("forms", [event(n * 120, "203.0.113.9", path="/register/lookup", method="POST") for n in range(150)]),
        (
            "crawler",
            [
                event(n * 8, "203.0.113.9", agent="examplebot/1.0", **told)
                for n in range(700)
                for told in [{"path": f"/page/{n % 150}"} if n % 7 else {"path": f"/old/{n}", "status": 404}]
            ],
        ),
    ],
)
def test_innocent_clients_are_explained_and_not_shown(code, rows):
    findings = found(visitors(5), rows)
    assert findings
    for one in findings:
        assert one.standing == "explained"
        assert code in [told.code for told in one.explanations if told.verdict == "fits"]
        assert "203.0." not in one.model_dump_json()
        assert "scanned" not in one.title


def test_who_borrows_a_crawlers_name_is_not_explained():
    rows = [row | {"agent": "examplebot/1.0"} for row in scan("203.0.113.9")]
    assert [one.standing for one in found(visitors(6), rows)] == ["lead"]


@pytest.mark.parametrize("agent", ["examplebot/1.0", BROWSER])
def test_who_goes_through_the_values_of_a_query_is_not_explained(agent):
    rows = [event(n * 2, "203.0.113.9", path=f"/voter/lookup?id={n}", agent=agent) for n in range(600)]
    assert [one.standing for one in found(visitors(6), rows)] == ["lead"]


def test_scanners_with_one_list_of_words_do_not_explain_each_other():
    rows = [
        event(40_000 * n + k, f"203.{n}.113.9", path=f"/word{k}", status=404, agent=f"tool {n}")
        for n in range(4)
        for k in range(240 - 20 * n)
    ]
    assert [one.standing for one in found(visitors(6), rows)] == ["lead"] * 4


def test_neighbours_of_a_network_that_scans_are_not_shown():
    rows = [scan(f"203.0.113.{n}", start=n * 4_000, requests=26, step=45, salt=f"{n}-") for n in range(1, 9)]
    voters = [
        [event(90_000 + n * 60 + k, f"203.0.113.{n}", path=path) for k, path in enumerate(("/", "/lookup?last=SMITH"))]
        for n in range(200, 205)
    ]
    (one,) = found(visitors(3), *rows, *voters)
    assert one.subjects == tuple(f"203.0.113.{n}" for n in range(1, 9))
    first = one.tests[0]
    assert (first.name, first.expected) == ("Fisher's combination of p-values", 2 * 13)
    assert first.observed > first.expected
    assert first.p < 0.001


def test_a_network_of_ipv6_that_changes_its_address_is_found():
    rows = [event(n, f"2001:db8:1:{n % 3}::{n + 1:x}", path=f"/adm{n}.bak", status=404) for n in range(400)]
    (one,) = found(visitors(3), rows)
    assert (one.standing, len(one.subjects), one.targeting.events) == ("lead", 400, 400)
    assert "3 clients" in one.title


def test_light_clients_do_not_hide_a_scan():
    missing = np.array([0] * 1_400 + [1] * 79 + [6] * 20 + [300])
    p, _ = tails({"missing": missing})
    assert p["missing"][-1] < 1e-6
    assert p["missing"][-2] > 1e-3


@pytest.mark.parametrize(
    "paths",
    [
        [f"/tiles?z=9&x={n}&y=2" for n in range(200)],
        [f"/results?_={1_729_000_000_000 + 10_000 * n}" for n in range(200)],
    ],
)
def test_what_pages_ask_for_by_themselves_is_no_query(paths):
    assert found(visitors(3), [event(n * 10, "203.0.113.9", path=path) for n, path in enumerate(paths)]) == ()


def test_who_hammers_one_page_is_no_monitor():
    rows = [event(n / 20, "203.0.113.9", path="/results") for n in range(9_000)]
    assert [one.standing for one in found(visitors(8), rows)] == ["lead"]


def test_a_person_who_reads_a_lot_is_no_scan():
    rows = [event(n * 20, "203.0.113.9", path=f"/page/{n}", agent=BROWSER) for n in range(40)]
    assert found(visitors(7), rows) == ()


@pytest.mark.slow
def test_ordinary_clients_alone_raise_nothing():
    flagged = sum(len(found(visitors(100 + seed, clients=300))) for seed in range(60))
    assert flagged <= 3 + 3 * 3**0.5  # five in a hundred logs, and three standard errors
