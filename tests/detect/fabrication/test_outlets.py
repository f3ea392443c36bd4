"""Imitated outlets: names observed or linked; services, other bodies and the outlets' own names are none."""

import pyarrow as pa
from tests.detect.fabrication.made import OUTLETS, SHOPS, link, observed, official, posts

from tocsin.detect.fabrication import outlets
from tocsin.detect.fabrication.base import ContentTables
from tocsin.detect.fabrication.combine import combine
from tocsin.detect.fabrication.links import links

FAKE, BELOW = "harbourtribune.test", "harbourtribune.news-portal.test"


def run(names=(), addresses=(), extra=()):
    tables = ContentTables(
        posts=posts([link(address, n) for n, address in enumerate(addresses)]),
        official=pa.concat_tables([official(), *extra]),
        observed=observed([*SHOPS, *names]),
    )
    result = outlets.DETECTOR.run(tables)
    made = combine({"fabrication.outlets": result}, {"fabrication.outlets": outlets.DETECTOR}, tables)
    return result, made


def test_an_outlet_under_another_ending_and_below_another_name_is_found_with_the_posts_that_link_there():
    pages = [f"https://{FAKE}/politics/a-long-story-{n}" for n in range(5)]
    own = ["https://www.harbourtribune.example/politics/a-long-story-0?ref=1"]
    _, made = run([BELOW, *OUTLETS], pages + own)
    (finding,) = made.findings
    assert finding.standing == "lead"
    assert {(one.name, one.technique, one.imitated) for one in finding.content.names} == {
        (FAKE, "other ending", "harbourtribune.example"),
        (BELOW, "below another name", "harbourtribune.example"),
    }
    assert set(finding.subjects) == {FAKE, BELOW}
    assert (finding.content.posts, finding.layers) == (5, ("link", "name")) or finding.layers == ("name", "link")
    assert [one.value for one in finding.effects if one.name == "same pages"] == [1]
    rows = made.evidence.to_pylist()
    assert {row["layer"] for row in rows} == {"link", "name"}
    assert {row["object"] for row in rows} == {"outlet Harbour Tribune"}


def test_services_offices_own_pages_and_ordinary_names_are_no_imitation():
    office = official({"harbourtribune.test": "Harbour Tribune Office"}, kind="office")
    lawful = [
        "https://harbourtribune-example.translate.goog/story",
        "https://web.archive.org/web/2024/https://harbourtribune.example/story",
        "https://live.harbourtribune.example/story",
        "https://harbourtribune.test/office",
    ]
    _, made = run(["harbour-tours.example"], lawful, [office])
    assert made.findings == ()


def test_a_place_before_an_outlets_name_is_not_the_outlets_own_word():
    named = official({"ostheim.cityradio.example": "City Radio Ostheim", "abcradio.go.example": "ABC Radio"})
    result, made = run(["ostheim.test", "ostheimtoday.test", "abcradio.test", "cityradio.test"], extra=[named])
    assert {one.name for finding in made.findings for one in finding.content.names} == {
        "abcradio.test",
        "cityradio.test",
    }
    assert "ostheim" in result.measured["parts of outlets' addresses that are not watched"]


def test_an_outlet_in_the_path_of_another_site_is_of_interest_alone():
    _, made = run((), ["https://garden-1.example/valleydispatch.example/story"])
    (finding,) = made.findings
    assert (finding.standing, finding.subjects) == ("interest", ())
    assert finding.content.names[0].technique == outlets.PATH


def test_what_is_missing_is_said():
    assert outlets.DETECTOR.run(ContentTables(official=official(kind="office"))).skipped
    assert outlets.DETECTOR.run(ContentTables(official=official())).skipped


def test_links_are_read_from_the_list_else_from_the_text():
    rows = [
        {"text": "see https://A.example/x/?q=1). and http://b.example", "urls": None},
        {"text": "https://not.example", "urls": ["https://www.c.example/Path/"]},
        {"text": "https://none.example", "urls": []},
    ]
    found = links(ContentTables(posts=posts(rows)))
    got = list(zip(found.post.tolist(), found.host.to_pylist(), found.page.to_pylist(), strict=True))
    assert sorted(got) == [(0, "a.example", "/x"), (0, "b.example", ""), (1, "c.example", "/Path")]
