"""Working copies: what people look at and pass on. The original stays as it is; the copy is an item of its own, without
metadata and with nothing in it that could run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from html import unescape
from html.parser import HTMLParser
from importlib.metadata import version
from typing import NamedTuple

from tocsin import __version__
from tocsin.errors import InputError
from tocsin.model.evidence import Item
from tocsin.store.media import OFFICE
from tocsin.store.office import clean_office
from tocsin.store.pdf import clean_pdf
from tocsin.store.pictures import FORMATS, clean_picture
from tocsin.store.workspace import Workspace

LIMIT_BYTES = 200 << 20  # of an original: a copy is made in memory
TEXT = "text/plain"
ACTIVE = ("image/svg+xml", "text/html")
_UNSEEN = ("metadata", "noscript", "script", "style", "template")
_INLINE = ("a", "abbr", "b", "code", "em", "i", "mark", "q", "s", "small", "span", "strong", "sub", "sup", "tspan", "u")


class _Way(NamedTuple):
    """How a kind of file is copied: the function, the tool it needs, what the copy is, what was done."""

    make: Callable[[bytes], bytes]
    tool: str
    media_type: str
    note: str


def _ways() -> dict[str, _Way]:
    """The ways by media type."""
    ways = {
        kind: _Way(lambda data, kind=kind: clean_picture(data, kind), "Pillow", kind, "metadata removed, pixels equal")  # type: ignore[misc]
        for kind in FORMATS
    }
    pdf = "pages alone: metadata, scripts, embedded files and thumbnails removed"
    ways["application/pdf"] = _Way(clean_pdf, "pypdf", "application/pdf", pdf)
    office = "properties, thumbnails, names of authors and links to other files removed"
    ways |= {kind: _Way(clean_office, "tocsin", kind, office) for kind in OFFICE.values()}
    ways |= {kind: _Way(readable, "tocsin", TEXT, "the text that a reader would see") for kind in ACTIVE}
    as_is = ("application/json", "application/xml", TEXT)
    return ways | {kind: _Way(bytes, "tocsin", TEXT, "as it is, shown as text") for kind in as_is}


def make_copy(workspace: Workspace, item: Item, *, by: str) -> Item:
    """The working copy of an item, made now or before. Raises `InputError` where none can be made, with the reason."""
    with workspace.read() as reader:
        made = reader.page(Item, {"derived_from": item.id, "is_copy": True}, limit=1).items
    if made:
        return made[0]
    way = _ways().get(item.media_type)
    if item.is_copy or way is None or item.size > LIMIT_BYTES:
        raise InputError(
            f"no copy of item {item.id} can be made: {_why_not(item)}", hint="Look at the original in a safe place."
        )
    with workspace.vault.open(item.sha256) as file:
        stored = workspace.vault.put(way.make(file.read()))
    copy = Item(
        sha256=stored.sha256,
        size=stored.size,
        media_type=way.media_type,
        name=item.name,
        captured_by=by,
        captured=datetime.now(UTC),
        source="",
        how="derived",
        derived_from=item.id,
        tool=way.tool,
        tool_version=__version__ if way.tool == "tocsin" else version(way.tool),
        note=way.note,
        case=item.case,
        is_copy=True,
    )
    with workspace.write(by, "copy", subject=item.id) as writer:
        return writer.put(copy)


def _why_not(item: Item) -> str:
    if item.is_copy:
        return "it is a copy itself"
    if item.size > LIMIT_BYTES:
        return f"it has {item.size:,} bytes, a copy is made of at most {LIMIT_BYTES:,}"
    return f"there is no way to take the metadata out of {item.media_type}"


def readable(data: bytes) -> bytes:
    """The text of an HTML or SVG page that a reader would see, and where its links lead; nothing of it can run."""
    reader = _Reader()
    reader.feed(data.decode("utf-8", "replace"))
    reader.finish()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).splitlines())
    return "\n".join(line for line in lines if line).encode() + b"\n"


class _Reader(HTMLParser):
    """Collects what is seen, a line for each element that is not inside a line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden: list[str] = []
        self._links: list[str] = []

    def finish(self) -> None:
        """Take the text that waits for more. A tag or comment without an end is dropped, as browsers do; `close` would
        look for the end of each such one again, which takes forever in a hostile file."""
        if not self.rawdata.startswith("<"):
            self.handle_data(unescape(self.rawdata))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what begins."""
        if tag in _UNSEEN and tag not in self._hidden:
            self._hidden.append(tag)
        if tag not in _INLINE:
            self.parts.append("\n")
        if tag == "a":
            self._links.append(dict(attrs).get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        """Note what ends."""
        if tag in self._hidden:
            del self._hidden[self._hidden.index(tag) :]
        if tag not in _INLINE:
            self.parts.append("\n")
        if tag == "a" and self._links and (link := self._links.pop()):
            self.parts.append(f" [{link}]")

    def handle_data(self, data: str) -> None:
        """Keep text that is seen."""
        if not self._hidden:
            self.parts.append(data)
