"""Reads a report page strictly, and what holds for each of them."""

import re
from html.parser import HTMLParser
from itertools import pairwise

VOID = {"meta", "link", "br", "img", "path", "circle", "rect"}
LOADERS = {"script", "img", "iframe", "object", "embed", "audio", "video", "source", "form", "base", "image", "use"}


class Page(HTMLParser):
    """Every element is closed in order; keeps what the tests ask about."""

    def __init__(self, html):
        super().__init__()
        self.open, self.tags, self.text = [], [], []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.text.append(data)

    def all(self, *names):
        return [(tag, attrs) for tag, attrs in self.tags if tag in names]


def loads_nothing(page):
    """No element that loads, no link that leads out, no script."""
    assert not page.all(*LOADERS)
    targets = {attrs["href"] for _, attrs in page.tags if "href" in attrs}
    assert {target for target in targets if not target.startswith("#")} == {"data:,"}
    assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on") or name in {"src", "srcset"}]
    policy = next(a["content"] for _, a in page.all("meta") if a.get("http-equiv") == "Content-Security-Policy")
    assert "default-src 'none'" in policy
    assert "script" not in policy


def holds_together(page):
    """Ids are unique, every target stands, headings go in order, tables have captions and pictures words."""
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    wanted = {a["href"][1:] for _, a in page.all("a")}
    assert wanted | {a["aria-labelledby"] for _, a in page.tags if "aria-labelledby" in a} <= set(ids)
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert len(page.all("table")) == len(page.all("caption"))
    assert all(len(a["aria-label"]) > 20 for _, a in page.all("svg"))
