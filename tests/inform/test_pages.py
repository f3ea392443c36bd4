"""The pages: complete, closed, linked, safe against what a text holds, and right in what they say."""

import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import PurePosixPath

import pytest
from tests.inform import made

from tocsin.inform import pages, write
from tocsin.inform.pages import Look
from tocsin.model.grades import mixed

VOID = {"meta", "link", "br"}
LOADS = {"src", "srcset", "data", "action", "style", "poster"}
BLOCKS = {"p", "li", "dt", "dd", "td", "th", "h1", "h2", "h3", "h4", "caption", "blockquote", "title"}


class Page(HTMLParser):
    """A page taken apart: checks that every tag is closed in order, gathers links, ids and texts by block."""

    def __init__(self, html):
        super().__init__()
        self.open, self.ids, self.links, self.sources, self.tags, self.blocks = [], [], [], [], set(), [""]
        self.feed(html)
        self.close()
        assert self.open == []
        assert len(self.ids) == len(set(self.ids))

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        assert len(given) == len(attrs)
        self.tags.add(tag)
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given["href"]] if "href" in given and tag == "a" else []
        self.sources += [value for name, value in attrs if name in LOADS or name.startswith("on")]
        self.blocks += [""] if tag in BLOCKS else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag
        self.blocks += [""] if tag in BLOCKS else []

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.blocks[-1] += data

    @property
    def texts(self):
        return [" ".join(block.split()) for block in self.blocks if block.strip()]


def every(sites, name):
    folder = sites / name
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*.html")}


def case_page(sites, title, name="en", suffix=""):
    return (sites / name / "cases" / f"{made.uid(title)}{suffix}.html").read_text()


SITES = ["en", "de", "addressed", "exercise"]


@pytest.mark.parametrize("name", SITES)
def test_every_page_is_well_formed_and_its_links_lead_somewhere(sites, name):
    parsed = {path: Page(html) for path, html in every(sites, name).items()}
    assert len(parsed) == 12
    for path, page in parsed.items():
        for link in page.links:
            target, _, anchor = link.partition("#")
            file = str(PurePosixPath(path).parent / target) if target else path
            file = re.sub(r"[^/]+/\.\./", "", file)
            assert (sites / name / file).is_file(), (path, link)
            assert not anchor or anchor in ["main", *parsed[file].ids], (path, link)


@pytest.mark.parametrize("name", SITES)
def test_nothing_runs_and_nothing_is_asked_for(sites, name):
    for path, html in every(sites, name).items():
        page = Page(html)
        assert page.tags.isdisjoint({"script", "iframe", "img", "form", "object", "embed", "svg", "base"}), path
        assert page.sources == []
        assert "default-src 'none'" in html
        assert not re.search(r"url\(|@import|https?://(?!watch\.example/site/)", html), path
        assert "Set-Cookie" not in html


@pytest.mark.parametrize("name", SITES)
def test_no_sentence_holds_a_likelihood_and_a_confidence(sites, name):
    for path, html in every(sites, name).items():
        assert mixed("\n\n".join(Page(html).texts)) == [], path


def test_a_hostile_text_is_shown_as_text(sites):
    html = case_page(sites, "hostile")
    page = Page(html)
    shown = next(text for text in page.texts if text.startswith("<script>"))
    assert shown == '<script>alert("x")</script>gnp.exe & "q" \'a\' --> ]]> {{ 7 * 7 }} {% raw %} &lt;'
    assert re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ufffe]", html) is None


def test_a_page_says_everything(sites):
    texts = Page(case_page(sites, "plain")).texts
    for text in (
        "What was seen.", "Who paid for it.", "We have nothing to do with it.", "Office of the Northern League",
        "very likely (80 to 95 %)", "moderate confidence", "Two independent collections agree.", "usually reliable",
        "They are fans.", "Rejected, because: They follow nobody in common.", "Not rejected.",
        "We make no claim about this.",
        "1. One community on one platform", "February 10, 2026", "The evidence ends here.", "1. posts.csv", "finding",
        made.digest("posts.csv"), "amplification.coordination, version 1", "41.3", "0.61", "One posting application?",
        "It does not fit", "Every named party could reply: not passed", "the reply period has not ended",
        "March 22, 2026", "A second reader accepted it: passed",
        "Could mislead voters about when, where or how to vote. A wrong date of the vote was given.",
    ):  # fmt: skip
        assert text in texts, text


def test_evidence_is_listed_once_and_every_claim_points_to_it(sites):
    html = case_page(sites, "plain")
    assert re.findall(r'id="evidence-(\d)"', html) == ["1", "2", "3", "4"]
    assert re.findall(r'href="#evidence-(\d)"', html) == ["1", "2", "3", "4"]


def before(html, *texts):
    places = [html.index(text) for text in texts]
    return places == sorted(places)


@pytest.mark.parametrize("suffix", ["", "-1", "-2"])
def test_a_withdrawal_stands_on_top_of_every_issue(sites, suffix):
    html = case_page(sites, "withdrawn", suffix=suffix)
    order = ("<h1", 'id="change-3"', "We were wrong.", "All that follows is withdrawn", 'id="change-2"')
    assert before(html, *order, "A date was wrong.", 'id="happened"')
    assert {"Withdrawal, March 5, 2026", "Correction, March 4, 2026"} <= {*Page(html).texts}
    assert "<title>Withdrawn: " in html
    assert ("This text is out of date" in html) == bool(suffix)


def test_a_correction_keeps_what_was_said(sites):
    now, then = (case_page(sites, "corrected", suffix=suffix) for suffix in ("", "-1"))
    assert "Twelve accounts" in now
    assert "Fourteen accounts" not in now
    assert before(then, "This text is out of date", "The number of accounts was 14; it is 12.", "Fourteen accounts")


def test_break_glass_is_shown_on_the_page_and_in_the_list(sites):
    for html in (case_page(sites, "withdrawn"), (sites / "en" / "decisions.html").read_text()):
        assert "The vote is tomorrow." in html
    assert "before every check was passed" not in case_page(sites, "plain")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("plain", "We have nothing to do with it."),
        ("silent", "did not answer in time"),
        ("withdrawn-1", "The answer was not waited for"),
    ],
)
def test_what_became_of_the_reply_stands_beside_what_happened(sites, name, said):
    title, _, number = name.partition("-")
    html = case_page(sites, title, suffix=f"-{number}" if number else "")
    assert before(html, 'class="beside"', 'id="happened"', 'id="replies"', said, 'id="known"')


def test_a_reply_that_may_still_come_is_said_to_be_open(tmp_path):
    waiting = made.reply(answer="", answered=None)
    site = made.site(made.case(made.publication("waiting", 1, replies=(waiting,))))
    write.write(site, Look("en"), tmp_path / "site", {})
    assert "no answer had come when this was published" in (tmp_path / "site" / site.cases[0].path).read_text()


def test_corrections_are_listed_newest_first(sites):
    html = (sites / "en" / "corrections.html").read_text()
    found = re.findall(r"<h2>(\w+): <bdi>([^<]+)", html)
    assert found[0] == ("Withdrawal", "Case withdrawn")
    assert sorted(found[1:]) == [("Correction", "Case corrected"), ("Correction", "Case withdrawn")]


def test_endings_are_counted_alike(sites):
    texts = Page((sites / "en" / "decisions.html").read_text()).texts
    counts = dict(pairwise(texts))
    assert counts["Published"] == "3"
    assert counts["Corrected"] == "1"
    assert counts["Withdrawn"] == "1"
    assert counts["Domestic: people of the country acting on their own account"] == "3"
    assert counts["Not shown: the evidence does not carry the suspicion"] == "2"
    assert counts["Out of scope: not a matter of foreign interference in an election"] == "0"


def test_the_method_is_told_by_the_findings(sites):
    texts = Page((sites / "en" / "method.html").read_text()).texts
    test = made.FINDING.tests[0]
    assert test.question in texts
    assert f"{test.name}. {test.null_model}" in texts
    assert "amplification.coordination – version 1" in texts


@pytest.mark.parametrize("word", ["p", "q", "41.3", "0.61"])
def test_figures_of_a_finding_are_as_it_states_them(sites, word):
    assert word in Page(case_page(sites, "plain")).texts


def test_every_page_of_an_exercise_is_marked(sites):
    for path, html in every(sites, "exercise").items():
        assert html.count("Exercise: nothing on this page is real.") == 2, path
        assert "<title>Exercise: " in html
        assert '<meta name="robots" content="noindex">' in html
    assert not any("nothing on this page is real" in html for html in every(sites, "en").values())


def test_an_exercise_case_is_marked_and_not_counted(tmp_path):
    site = made.site(made.case(made.publication("real", 1)), made.case(made.publication("practice", 1, exercise=True)))
    write.write(site, Look("en"), tmp_path / "site", {})
    assert "nothing on this page is real" in (tmp_path / "site" / "cases" / f"{made.uid('practice')}.html").read_text()
    assert "nothing on this page is real" not in (tmp_path / "site" / "cases" / f"{made.uid('real')}.html").read_text()
    index = (tmp_path / "site" / "index.html").read_text()
    assert index.count("<strong>(Exercise)</strong>") == 1
    texts = Page((tmp_path / "site" / "method.html").read_text()).texts
    assert dict(pairwise(texts))["Published"] == "1"


def test_addresses_are_absolute_only_where_one_is_given(sites):
    with_base = {path.name for path in (sites / "addressed").iterdir()}
    without = {path.name for path in (sites / "en").iterdir()}
    assert with_base - without == {"sitemap.xml"}
    assert (sites / "en" / "robots.txt").read_text() == "User-agent: *\nAllow: /\n"
    assert "Sitemap: https://watch.example/site/sitemap.xml" in (sites / "addressed" / "robots.txt").read_text()
    listed = re.findall("<loc>https://watch.example/site/(.*)</loc>", (sites / "addressed" / "sitemap.xml").read_text())
    assert listed == sorted(every(sites, "addressed"))


def test_roots_are_in_the_form_of_sha256sum(sites):
    assert (sites / "en" / "roots.txt").read_text() == f"{made.digest('root')}  roots/2026-03-02.json\n"


@pytest.mark.parametrize("language", ["ar", "he", "fa"])
def test_a_right_to_left_language_would_turn_the_page(language):
    assert pages.i18n.direction(language) == "rtl"
    style = (pages.files("tocsin.inform") / "templates" / "site.css").read_text()
    assert re.findall(r"(?<![\w-])(?:margin|padding|border|text-align: )-?(?:left|right)", style) == []
