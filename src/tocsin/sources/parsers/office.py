"""Office (ISO/IEC 29500) and OpenDocument (ISO/IEC 26300) files: visible text, properties, embedded files.

XML is read as a stream, without a tree and without entities: a document type declaration ends the reading.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import Any, BinaryIO
from xml.etree.ElementTree import XMLParser

from tocsin.errors import InputError
from tocsin.sources.parsers.answer import ATTACHED, TEXT_CHARACTERS, answer, said
from tocsin.sources.parsers.wire import Answer

PART_BYTES = 256 << 20
TOTAL_BYTES = 400 << 20  # less than an answer may have (`packed.Limits.answer_bytes`)
CHUNK_BYTES = 1 << 18
_NUMBER = re.compile(r"\d+")
_INSIDE = re.compile(r"(?:word|xl|ppt)/(?:embeddings|media)/|Pictures/|Object \d+/|media/")
#: Where programs put their own parts; a file that lies elsewhere was put in by somebody.
_OWN = re.compile(
    r"(?:word|xl|ppt|visio|_rels|docProps|docMetadata|customXml|\[trash\]|META-INF|Configurations2|Thumbnails|Fonts|Basic"
    r"|Dialogs|ObjectReplacements)/|mimetype$|(?:\[Content_Types\]|content|styles|meta|settings)\.xml$|manifest\.rdf$"
    r"|layout-cache$"
)
_PROPERTIES = ("docProps/core.xml", "docProps/app.xml", "docProps/custom.xml", "meta.xml")
_TEXTS = ("word/document.xml", "word/footnotes.xml", "word/endnotes.xml")
_AROUND = re.compile(r"word/(?:header|footer)\d*\.xml")


def read(stream: BinaryIO, _name: str) -> Iterator[Answer]:
    """The document as it reads: of text documents one page, of others a page for each sheet or slide. Deleted text of
    tracked changes, and comments, are not in it. A part that cannot be read is left out and told."""
    with zipfile.ZipFile(stream) as archive:
        office = _Package(archive)
        metadata = {name: text for part in _PROPERTIES for name, text in office.properties(part).items()}
        pages = list(office.pages())
        if any(name.endswith("vbaProject.bin") for name in office.names):
            metadata["macros"] = "yes"
        inside = [name for name in office.names if _INSIDE.match(name) or not _OWN.match(name)]
        files = [(name, data) for name in inside[:ATTACHED] if (data := office.bytes(name))]
    if len(inside) > ATTACHED:
        office.notes.append(f"holds {len(inside):,} files; the first {ATTACHED:,} were looked at")
    yield answer(pages, metadata, files, office.notes)


class _Package:
    """The parts of a document, with what could not be read."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive, self._left = archive, TOTAL_BYTES
        self.names = sorted({name for name in archive.namelist() if not name.endswith("/")}, key=_in_order)
        self.notes: list[str] = []

    def bytes(self, name: str) -> bytes:
        """A part, b"" where it is damaged or too large."""
        try:
            with self._archive.open(name) as file:
                data = file.read(min(PART_BYTES, self._left) + 1)
        except Exception as error:  # noqa: BLE001  zipfile raises what it stumbles over
            self.notes.append(f"{name} cannot be read: {said(error)}")
            return b""
        if len(data) > min(PART_BYTES, self._left):
            self.notes.append(f"{name} unpacks to more than is read")
            return b""
        self._left -= len(data)
        return data

    def _fed(self, name: str, target: Any) -> bool:
        """Read a part as XML into a target; whether it went well."""
        if name not in self.names:
            return False
        parser = XMLParser(target=target)  # noqa: S314  no tree, no entities, bounded
        left = min(PART_BYTES, self._left)
        try:
            with self._archive.open(name) as file:
                while data := file.read(CHUNK_BYTES):
                    parser.feed(data[:left])
                    if (left := left - len(data)) < 0:
                        self.notes.append(f"{name} unpacks to more than is read; its beginning was")
                        return True
            parser.close()
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001  zipfile raises what it stumbles over
            self.notes.append(f"{name} cannot be read: {said(error)}")
            return False
        finally:
            self._left -= min(PART_BYTES, self._left) - max(left, 0)
        return True

    def properties(self, name: str) -> dict[str, str]:
        """The properties in a part, by the name of their element."""
        target = _Leaves()
        return target.found if self._fed(name, target) else {}

    def _text(self, name: str, rules: _Rules) -> str:
        target = _Text(rules)
        self._fed(name, target)
        return target.text()

    def pages(self) -> Iterator[str]:
        """The visible text."""
        if "word/document.xml" in self.names:
            around = [name for name in self.names if _AROUND.fullmatch(name)]
            yield "\n".join(text for name in (*_TEXTS, *around) if (text := self._text(name, _WORD)))
        for name in (one for one in self.names if re.fullmatch(r"ppt/slides/slide\d+\.xml", one)):
            yield self._text(name, _SLIDE)
        if "xl/workbook.xml" in self.names:
            yield from self._sheets()
        if "content.xml" in self.names:
            target = _Text(_OPEN)
            self._fed("content.xml", target)
            yield from target.text().split("\f")[1:] if "\f" in target.text() else [target.text()]

    def _sheets(self) -> Iterator[str]:
        shared = _Shared()
        self._fed("xl/sharedStrings.xml", shared)
        for name in (one for one in self.names if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", one)):
            target = _Cells(shared.strings)
            self._fed(name, target)
            yield "\n".join(target.rows)


def _in_order(name: str) -> tuple[str, int]:
    """slide10 after slide9."""
    number = _NUMBER.search(name)
    return (_NUMBER.sub("#", name), int(number[0][:9]) if number else 0)


class _Target:
    """Base of what the XML parser fills. Names come as `{namespace}local`; the local part is enough here."""

    def doctype(self, *_: object) -> None:
        """Entities are declared there: refused."""
        raise InputError("declares a document type, which Office never does")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def end(self, tag: str) -> None:
        """An element ends."""

    def data(self, text: str) -> None:
        """Text."""

    def close(self) -> None:
        """The end."""


class _Rules:
    """How a format marks its text. `inside`: elements whose text counts, every one where empty."""

    def __init__(self, inside: str, lines: str, blanks: str, hidden: str, pages: str = "") -> None:
        self.inside, self.lines, self.blanks = set(inside.split()), set(lines.split()), set(blanks.split())
        self.hidden, self.pages = set(hidden.split()), set(pages.split())


_WORD = _Rules("t", "p br cr tr", "tab", "del moveFrom instrText")
_SLIDE = _Rules("t", "p br", "tab", "")
_OPEN = _Rules("p h span a", "p h line-break table-row list-item", "tab s table-cell", "tracked-changes annotation",
               "page table")  # fmt: skip


class _Text(_Target):
    """Collects visible text by the rules of a format."""

    def __init__(self, rules: _Rules) -> None:
        self._rules, self._parts = rules, [""]
        self._inside = self._hidden = 0
        self._room = TEXT_CHARACTERS + 1  # what is more is told by `answer`

    def text(self) -> str:
        """What was collected, without empty lines at its ends."""
        return "".join(self._parts).strip("\n")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Note what begins."""
        local = tag.rpartition("}")[2]
        self._hidden += local in self._rules.hidden
        self._inside += local in self._rules.inside
        if local in self._rules.blanks:
            self._parts.append(" " if local == "s" else "\t")
        if local in self._rules.pages:
            self._parts.append("\f")

    def end(self, tag: str) -> None:
        """Note what ends."""
        local = tag.rpartition("}")[2]
        self._hidden -= local in self._rules.hidden
        self._inside -= local in self._rules.inside
        if local in self._rules.lines and not self._hidden:
            self._parts.append("\n")

    def data(self, text: str) -> None:
        """Keep text that is seen."""
        if self._inside and not self._hidden and self._room > 0:
            self._parts.append(text)
            self._room -= len(text)


class _Leaves(_Target):
    """Elements without elements in them: name and text. Custom properties by their own name."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._names: list[str] = []
        self._own, self._text = "", ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Note what begins."""
        self._names.append(tag.rpartition("}")[2])
        plain = {name.rpartition("}")[2]: value for name, value in attributes.items()}
        self._own = plain.get("name", self._own)
        self._text = ""
        if self._names[-1] in ("document-statistic", "template"):
            self.found |= plain

    def data(self, text: str) -> None:
        """Keep text."""
        self._text += text if len(self._text) < 4_000 else ""

    def end(self, tag: str) -> None:
        """Keep the pair."""
        if self._text.strip() and len(self.found) < ATTACHED:
            self.found.setdefault(self._own or self._names[-1], self._text.strip())
        self._text = ""
        if self._names.pop() in ("property", "user-defined"):
            self._own = ""


class _Shared(_Target):
    """The strings that cells name by number."""

    def __init__(self) -> None:
        self.strings: list[str] = []
        self._inside = False
        self._phonetic = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Note what begins."""
        local = tag.rpartition("}")[2]
        if local == "si":
            self.strings.append("")
        self._phonetic += local == "rPh"
        self._inside = local == "t" and not self._phonetic

    def end(self, tag: str) -> None:
        """Note what ends."""
        self._inside = False
        self._phonetic -= tag.endswith("}rPh")

    def data(self, text: str) -> None:
        """Keep text."""
        if self._inside and self.strings:
            self.strings[-1] += text


class _Cells(_Target):
    """The rows of a sheet, cells set apart by tabs; formulas as the values last computed."""

    def __init__(self, shared: list[str]) -> None:
        self._shared, self.rows = shared, list[str]()
        self._row: list[str] = []
        self._kind, self._text, self._inside = "", "", False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Note what begins."""
        local = tag.rpartition("}")[2]
        if local == "row":
            self._row = []
        elif local == "c":
            self._kind, self._text = attributes.get("t", ""), ""
        self._inside = local in ("v", "t")

    def data(self, text: str) -> None:
        """Keep text."""
        if self._inside:
            self._text += text

    def end(self, tag: str) -> None:
        """Keep the cell or row."""
        local, self._inside = tag.rpartition("}")[2], False
        if local == "c":
            self._row.append(self._value())
        elif local == "row":
            self.rows.append("\t".join(self._row))

    def _value(self) -> str:
        if self._kind == "s" and self._text.isdigit() and len(self._text) < 10:
            number = int(self._text)
            return self._shared[number] if number < len(self._shared) else ""
        return self._text
