"""The package as documents: all of it is there, and texts say just what they say."""

import re
from datetime import date
from html.parser import HTMLParser

from tests.respond import made
from tests.respond.sanctions.dossiers import FULL, source, with_sources

from tocsin.model.dossier import Counter
from tocsin.respond.sanctions.package import package
from tocsin.respond.sanctions.render import html, markdown

DAY = date(2025, 6, 1)


class Text(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.said = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.said.append(data)


def read(page):
    parser = Text()
    parser.feed(page)
    return parser.tags, " ".join(" ".join(parser.said).split())


def test_every_part_is_there_in_both_forms():
    listed = made.table({**made.ANNA_EU, "reason": "She ran troll accounts."})
    open_ = (Counter(text="It was a loan"),)
    found = package(FULL.but(entries=("eu-fsf:E2",), counter=open_), DAY, listed=listed)
    _, page = read(html(found))
    text = markdown(found)
    for heading in (
        "Result by regime", "draft statement of reasons", "Identity", "Acts in time order", "Nexus to a state",
        "Ownership chain", "Counter-evidence and innocent explanations", "Impact of a listing", "Right of reply",
        "What other regimes say", "To be seen by who decides", "every requirement is met: for people to decide",
        "not enough yet", "She ran troll accounts.", "She denies it", "unverified",
    ):  # fmt: skip
        assert heading in page, heading
        assert re.sub(r"\W", "", heading) in re.sub(r"\W", "", text), heading
    assert "25,000.00 EUR" in page
    assert "ab" * 32 in page


def test_what_a_writer_types_is_no_markup():
    nasty = with_sources(source("p", "C3")).but(role="<script>alert(1)</script> [x](http://y) | b\u202e")
    tags, page = read(html(package(nasty, DAY)))
    assert "script" not in tags
    assert "<script>" in page
    text = markdown(package(nasty, DAY))
    assert r"\<script\>" in text
    assert r"\[x\]\(http\://y\) \| b" in text
    assert "\u202e" not in text + page


def test_the_page_loads_nothing():
    page = html(package(FULL, DAY))
    assert "default-src 'none'" in page
    assert not {"script", "link", "img", "iframe"} & set(read(page)[0])


def test_the_same_file_gives_the_same_documents():
    assert html(package(FULL, DAY)) == html(package(FULL, DAY))
    assert markdown(package(FULL, DAY)) == markdown(package(FULL, DAY))


def test_nothing_is_a_score():
    _, page = read(re.sub("(?s)<style>.*</style>", "", html(package(FULL, DAY))))
    assert not re.search(r"\d+ ?%|score|points", page, re.IGNORECASE)
