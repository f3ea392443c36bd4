"""Outages: many clients with errors, silence of a busy site, what monitors tell; visitors are never shown."""

from tests.detect.voting.made import event, tables

from tocsin.detect.voting.base import VotingTables
from tocsin.detect.voting.outages import DETECTOR
from tocsin.detect.voting.run import look

HOURS = 3_600


def busy(office="alder", hours=12, every=10):
    """A site with a request every ten seconds, from many clients."""
    return [
        event(n * every, f"198.18.{n % 199}.{n % 7}", office=office, path=f"/results?name={n}")
        for n in range(hours * HOURS // every)
    ]


def found(*rows):
    return look(tables(*rows), lambda _: "visitor", chosen={DETECTOR.id: DETECTOR}).findings


def failing(rows, start, stop):
    return [row | {"status": 503} if start <= n * 10 < stop else row for n, row in enumerate(rows)]


def test_a_site_that_fails_for_its_visitors():
    (one,) = found(failing(busy(), 5 * HOURS, 6 * HOURS), busy("birch"))
    assert (one.standing, one.targeting.sign, one.targeting.offices) == ("lead", "outage", ("alder",))
    assert "60 minutes" in one.sentence
    text = one.model_dump_json()
    assert "198.18." not in text
    assert "name=" not in text


def test_several_sites_at_once_are_one():
    (one,) = found(failing(busy(), 5 * HOURS, 6 * HOURS), failing(busy("birch"), 5 * HOURS + 900, 6 * HOURS))
    assert one.targeting.offices == ("alder", "birch")
    assert {told.code: told.verdict for told in one.explanations}["provider"] == "fits in part"


def test_a_busy_site_that_falls_silent():
    rows = [row for n, row in enumerate(busy()) if not 5 * HOURS <= n * 10 < 6 * HOURS]
    (one,) = found(rows)
    assert "silent" in one.title
    assert {told.code: told.verdict for told in one.explanations}["log"] == "fits in part"


def test_a_silence_is_told_by_the_same_rows_in_any_order():
    rows = [
        row | {"source": f"198.18.9.{k}", "row": n * 3 + k}
        for n, row in enumerate(busy(every=30))
        if not 5 * HOURS <= n * 30 < 6 * HOURS
        for k in range(3)  # at the same moment
    ]
    events_ = tables(rows).events
    given = [events_, events_.take(list(reversed(range(events_.num_rows))))]
    a, b = (look(VotingTables(events=one), str, chosen={DETECTOR.id: DETECTOR}).findings for one in given)
    assert [one.model_dump_json() for one in a] == [one.model_dump_json() for one in b] != []


def test_a_crowd_is_explained():
    crowd = [
        event(5 * HOURS + n % HOURS, f"198.19.{n % 200}.{n // 200}", path="/results", status=503) for n in range(6_000)
    ]
    (one,) = found(busy(), crowd)
    assert one.standing == "explained"


def test_ordinary_sites_and_one_client_with_errors_are_no_outage():
    alone = [event(5 * HOURS + n, "203.0.113.9", path=f"/x{n}", status=500) for n in range(900)]
    nights = [row for n, row in enumerate(busy(hours=48, every=600)) if n % 144 < 72]
    assert found(busy(), alone, [row | {"office": "birch"} for row in nights]) == ()


def test_outages_that_are_told_of():
    told = [
        event(9 * HOURS + n * 600, "", office=office, kind="outage", action="no answer")
        for n, office in enumerate(("alder", "birch"))
    ]
    (one,) = found(busy(), told)
    assert one.targeting.offices == ("alder", "birch")
    assert one.tests[0].p is None
