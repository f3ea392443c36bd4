"""Plain text and pages of the web, as a reader sees them."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from typing import BinaryIO

from tocsin.sources.parsers.answer import answer
from tocsin.sources.parsers.wire import Answer

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_UNSEEN = frozenset(("noscript", "script", "style", "template", "title"))
_INLINE = frozenset(
    ("a", "abbr", "b", "code", "em", "font", "i", "mark", "q", "s", "small", "span", "strong", "sub", "sup", "u")
)


def read_text(stream: BinaryIO, _name: str) -> Iterator[Answer]:
    """Plain text; a form feed begins a page."""
    text, encoding = decoded(stream.read())
    yield answer(text.split("\f"), {"encoding": encoding})


def read_html(stream: BinaryIO, _name: str) -> Iterator[Answer]:
    """The text of a page without what is not shown; its title and `meta` fields as metadata."""
    text, encoding = decoded(stream.read())
    page = _Page()
    page.feed(text)
    page.finish()
    lines = (" ".join(line.split()) for line in "".join(page.parts).splitlines())
    yield answer(["\n".join(line for line in lines if line)], {"encoding": encoding, **page.metadata})


def decoded(data: bytes) -> tuple[str, str]:
    """Text and the encoding that was taken: by its mark, else UTF-8, else Windows-1252 (which takes all bytes here)."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace"), encoding.removesuffix("-sig")
    try:
        return data.decode(), "utf-8"
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace"), "windows-1252"


class _Page(HTMLParser):
    """Collects what is seen, a line for each element that is not inside a line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.metadata: dict[str, str] = {}
        self._hidden = ""

    def finish(self) -> None:
        """Take the text that waits for more. A tag or comment without an end is dropped, as browsers do; `close` would
        look for the end of each such one again, which takes forever in a hostile file."""
        if not self.rawdata.startswith("<"):
            self.handle_data(unescape(self.rawdata))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what begins."""
        if tag in _UNSEEN and not self._hidden:
            self._hidden = tag
        if tag not in _INLINE:
            self.parts.append("\n")
        told = dict(attrs)
        name = told.get("name") or told.get("property")
        if tag == "meta" and name:
            self.metadata[name] = told.get("content") or ""

    def handle_endtag(self, tag: str) -> None:
        """Note what ends."""
        if tag == self._hidden:
            self._hidden = ""
        if tag not in _INLINE:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        """Keep text that is seen."""
        if not self._hidden:
            self.parts.append(data)
        elif self._hidden == "title":
            self.metadata["title"] = self.metadata.get("title", "") + data
