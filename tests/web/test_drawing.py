"""Charts of a finding: SVG by Altair that needs no style of its own, escapes what the data say, and has its figures."""

import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.cases.making import finding, scan_folder
from tests.web import paths

from tocsin.cases import leads
from tocsin.model.finding import Interval
from tocsin.model.tables import EDGES
from tocsin.share.moments import Timeline
from tocsin.web import drawing, pages

HOSTILE = "<script>alert(1)</script> \"& 'x"


def marks(figure):
    """Paths of the chart that stand for data, from a tree: it is well-formed."""
    root = ET.fromstring(figure.svg)
    assert root.get("role") == "img"
    assert root.get("aria-label") == figure.alt
    assert " style=" not in figure.svg
    groups = [node for node in root.iter() if "role-mark" in node.get("class", "")]
    return [path for group in groups for path in group.iter("{http://www.w3.org/2000/svg}path")]


def test_a_timeline_has_a_column_for_each_interval_with_posts():
    shown = Timeline(datetime(2024, 5, 1, tzinfo=UTC), 60, [3, 0, 5], None)
    figure = drawing.timeline(shown)
    heights = [float(re.search(r"v(-?[\d.]+)", path.get("d"))[1]) for path in marks(figure)]
    assert len(heights) == len(figure.table.rows) == 2
    assert abs(heights[1] / heights[0]) == pytest.approx(5 / 3)


def test_members_posts_stand_behind_the_joint_posts():
    shown = Timeline(datetime(2024, 5, 1, tzinfo=UTC), 3600, [3, 0], [9, 4])
    assert len(marks(drawing.timeline(shown))) == 3
    assert drawing.timeline(shown).svg.index("var(--line)") < drawing.timeline(shown).svg.index("var(--accent)")


def test_units_do_not_share_an_axis_and_figures_without_an_end_are_drawn():
    items = [
        Interval(name="a", value=2.0, low=1.0, high=float("inf"), unit="times"),
        Interval(name="b", value=0.5, low=0.2, high=0.9),
        Interval(name="c", value=float("nan"), low=float("nan"), high=float("nan")),
    ]
    first, second = drawing.intervals("Effects", items)
    assert (first.title, len(first.table.rows)) == ("Effects (times)", 1)
    assert (second.title, len(second.table.rows)) == ("Effects", 2)
    assert marks(first)
    assert marks(second)


def test_what_the_data_say_is_escaped():
    figure = drawing.intervals(HOSTILE, [Interval(name=HOSTILE, value=2.0, low=1.0, high=3.0, unit=HOSTILE)])[0]
    assert marks(figure)
    assert "<script" not in figure.svg


def large(workspace, person, folder, number):
    """A lead of `number` accounts, each linked with the next two."""
    names = [f"a{n}" for n in range(number)]
    made = finding(1, names, [f"p{n}" for n in range(number)])
    scan_folder(folder, [made])
    pairs = [(made.subjects[n], made.subjects[(n + k) % number]) for n in range(number) for k in (1, 2)]
    values = {name: [None] * len(pairs) for name in EDGES.names}
    values |= {"finding": [made.id] * len(pairs), "layer": ["url"] * len(pairs), "window_s": [60.0] * len(pairs)}
    values |= {"a": [a for a, _ in pairs], "b": [b for _, b in pairs], "objects": [3] * len(pairs)}
    pq.write_table(pa.table(values, EDGES), folder / "edges.parquet")
    leads.import_findings(workspace, person.actor, folder)
    return made


@pytest.mark.parametrize(("number", "labelled"), [(12, True), (150, False)])
def test_a_network_is_drawn_whole(join, workspace, tmp_path, number, labelled):
    browser = join("ann", ("analyst",))
    large(workspace, browser.person, tmp_path / "scan", number)
    page = browser.get(f"/findings/{paths.lead_ids(browser)[0]}").text
    picture = re.search(r'<svg class="graph".*?</svg>', page, re.DOTALL)[0]
    assert picture.count("<circle") == number
    assert picture.count("<path") == 2 * number
    assert ("<text" in picture) == labelled
    assert ("make assets" in page) != bool(pages.asset("vendor/sigma.min.js"))


def test_a_network_moves_where_the_scripts_are(enter, workspace, tmp_path):
    if not pages.asset("vendor/sigma.min.js"):
        pytest.skip("the scripts of `make assets` are not here")
    page = enter("ann", ("analyst",), viewport={"width": 1280, "height": 900})
    failed = []
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.on("console", lambda said: failed.append(said.text) if said.type == "error" else None)
    large(workspace, page.person, tmp_path / "scan", 150)
    page.goto("/leads")
    page.locator("#leads a").first.click()
    assert page.locator("svg.graph").is_visible()
    page.get_by_role("button", name="Move and enlarge").click()
    place = page.locator(".moving")
    place.locator("canvas").first.wait_for()
    before = place.screenshot()
    place.hover()
    page.mouse.wheel(0, -600)
    page.wait_for_timeout(800)
    assert place.screenshot() != before
    assert failed == []
