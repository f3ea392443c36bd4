import re
import time

import build
import numpy as np
import pytest
from tests.share import strict
from tests.share.strict import Page

from tocsin.model.finding import Interval
from tocsin.share.report import charts, network, render


def page(scan):
    return Page(render(scan.summary, scan.edges, scan.evidence, scan.posts_by_hour))


@pytest.fixture(scope="module", params=["plain", "hostile", "empty"])
def shown(request):
    return page(build.scan({"plain": 10, "hostile": 3, "empty": 0}[request.param], hostile=request.param == "hostile"))


def test_nothing_is_loaded_and_the_page_holds_together(shown):
    strict.loads_nothing(shown)
    strict.holds_together(shown)


def test_the_style_loads_nothing(shown):
    styles = [attrs["style"] for _, attrs in shown.tags if "style" in attrs]
    assert all(re.fullmatch(r"((left|width):[\d.]+%;?)+|height:[\d.]+rem", style) for style in styles)
    assert "url(" not in render(build.scan(0).summary, build.EDGES.empty_table(), build.EVIDENCE.empty_table())


def test_landmarks_language_and_skip_link(shown):
    tags = [tag for tag, _ in shown.tags]
    assert [tags.count(name) for name in ("main", "nav", "footer")] == [1, 1, 1]
    assert shown.all("html")[0][1]["lang"] == "en"
    assert shown.all("a")[0][1]["href"] == "#main"


def test_every_table_has_a_caption_and_scoped_headers(shown):
    tags = [tag for tag, _ in shown.tags]
    assert tags.count("table") == tags.count("caption")
    assert all("scope" in attrs for _, attrs in shown.all("th"))


def test_every_picture_has_words_and_a_table(shown):
    pictures = shown.all("svg") + [t for t in shown.all("div") if t[1].get("role") == "img"]
    assert all(attrs["role"] == "img" and len(attrs["aria-label"]) > 20 for _, attrs in pictures)
    # The lanes of `Who posted when` are the evidence itself; every other figure has its figures folded beside it.
    figures = [attrs for _, attrs in shown.all("figure") if "raster" not in attrs["class"]]
    assert len(figures) == sum(attrs.get("class") == "data" for _, attrs in shown.all("details"))


def test_hostile_text_is_shown_as_text():
    scan = build.scan(2, hostile=True, text=build.HOSTILE)
    html = render(scan.summary, scan.edges, scan.evidence, scan.posts_by_hour)
    assert "<script" not in html
    assert "<img" not in html
    assert "\x00" not in html
    assert "\x1b" not in html
    assert html.count("{{7*7}}") > 50
    assert build.HOSTILE.replace("\x00\x1b", "") in "".join(Page(html).text)


def test_text_of_any_direction_is_isolated():
    shown = page(build.scan(1))
    assert all(attrs.get("dir") == "auto" for _, attrs in shown.all("blockquote"))
    assert len(shown.all("bdi")) > 100


def test_five_megabytes_of_text_are_cut_and_said():
    scan = build.scan(1, objects=3)
    found = scan.summary.findings[0].model_copy(update={"title": "t" * 5_000_000, "sentence": "s" * 5_000_000})
    longer = scan.evidence.slice(0, 10).to_pylist()
    rows = type(scan.evidence).from_pylist([{**row, "text": "x" * 500_000} for row in longer], schema=build.EVIDENCE)
    html = render(build.summary([found]), scan.edges, rows)
    assert len(html) < 300_000
    assert "5,000,000 characters in all" in html


def test_the_empty_result_is_honest():
    scan = build.scan(0)
    weak = build.edges(build.finding(0), 0).to_pylist()[:3]
    edges = type(scan.edges).from_pylist(
        [{**row, "finding": None, "q_synchrony": 0.31} for row in weak], schema=build.EDGES
    )
    text = " ".join(Page(render(scan.summary, edges, scan.evidence)).text)
    assert "No group stands out" in text
    assert "The pairs nearest to standing out" in text
    assert "0.31" in text
    assert "No two accounts" not in text


@pytest.mark.slow
def test_two_hundred_findings_stay_usable():
    scan = build.scan(200, members=24, objects=60)
    before = time.process_time()
    html = render(scan.summary, scan.edges, scan.evidence, scan.posts_by_hour)
    assert time.process_time() - before < 15
    assert len(html.encode()) < 15_000_000
    shown = Page(html)
    assert len(shown.all("article")) == 50
    assert "The first 50 are set out in full below" in html
    assert html.count("200. 24 accounts share") == 1


def test_the_same_scan_gives_the_same_page():
    scan = build.scan(2)
    mixed = scan.evidence.take(np.random.default_rng(1).permutation(scan.evidence.num_rows))
    turned = scan.edges.take(np.random.default_rng(2).permutation(scan.edges.num_rows))
    assert render(scan.summary, scan.edges, scan.evidence) == render(scan.summary, turned, mixed)


def test_columns_reach_the_top_at_the_most():
    assert charts.columns([0, 2, 4], 4) == "M360.0 100v-50.0h280.0v50.0zM693.3 100v-100.0h280.0v100.0z"


@pytest.mark.parametrize(("low", "high"), [(29, 51), (0.0, 0.0), (-3.0, 1e9), (0.36, 0.47), (5.0, float("inf"))])
def test_intervals_lie_within_their_axis(low, high):
    item = Interval(name="n", value=low, low=low, high=high, unit="u")
    (group,) = charts.dots("t", [item])
    (dot,) = group.dots
    assert 0 <= dot.low <= dot.value <= dot.high <= 100
    assert group.ticks[0][0] == 0
    assert group.ticks[-1][0] == 100


def test_neighbours_stand_nearer_than_strangers():
    pairs = [(i, i + 1) for i in range(9)]
    points = network.positions(12, pairs)
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    assert apart[0, 1] < apart[0, 5] < apart[0, 9]
    assert np.isfinite(points).all()
    assert points.min() >= 0
    assert points.max() <= network.SIZE


@pytest.mark.parametrize("n", [1, 2, 3, 60])
def test_a_clique_of_any_size_is_spread_out(n):
    points = network.positions(n, [(a, b) for a in range(n) for b in range(a)])
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)[~np.eye(n, dtype=bool)]
    assert n == 1 or apart.min() > 5
