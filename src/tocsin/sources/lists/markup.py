"""XML of strangers, in a stream: record by record, with nothing expanded and everything bounded.

No format that is read here has a document type declaration, so a file with one is refused before anything in it can be
expanded or fetched. Depth, elements and text of a record are bounded; a file that breaks off is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement
from xml.parsers import expat

from tocsin.errors import InputError
from tocsin.sources.base import Head
from tocsin.sources.containers import Peekable
from tocsin.sources.lists.entries import clean

CHUNK_BYTES = 1 << 16
MOST_DEPTH, MOST_ELEMENTS, MOST_CHARS = 64, 500_000, 32 << 20  # of one record


class _RootError(Exception):
    """Not an error: ends the reading of a head at its first element."""


class Found(NamedTuple):
    """A record (or the root, without children) and the line it begins at. Tags and attributes have no prefixes."""

    element: Element
    line: int


def root_of(head: Head) -> str:
    """The name of the root element, "" where the text is no XML."""
    parser = expat.ParserCreate()
    parser.StartElementHandler = _stop
    try:
        parser.Parse(head.data, False)
    except _RootError as found:
        return str(found)
    except (expat.ExpatError, ValueError, LookupError):
        pass
    return ""


def _stop(tag: str, _attributes: dict[str, str]) -> None:
    raise _RootError(tag.rpartition(":")[2])


def read_elements(stream: Peekable, name: str, wanted: frozenset[str]) -> Iterator[Found]:
    """The root first, then each outermost element with a wanted name, when it is complete."""
    builder = _Builder(name, wanted)
    while chunk := stream.read(CHUNK_BYTES):
        builder.feed(chunk, last=False)
        yield from builder.ready()
    builder.feed(b"", last=True)
    yield from builder.ready()


def text_of(element: Element, path: str) -> str:
    """The text at a path below an element, cleaned; "" where there is none."""
    return clean(element.findtext(path))


def texts_of(element: Element, path: str) -> Iterator[str]:
    """The texts of all elements at a path, cleaned; empty ones left out."""
    return (text for found in element.iterfind(path) if (text := clean(found.text)))


def excerpt(element: Element) -> str:
    """The text of a record, for a row that is set aside."""
    attributes = (value for found in element.iter() for value in found.attrib.values())
    return " ".join(filter(None, map(clean, (*element.itertext(), *attributes))))


class _Builder:
    """Builds elements of wanted records and forgets the rest."""

    def __init__(self, name: str, wanted: frozenset[str]) -> None:
        self._name, self._wanted = name, wanted
        self._found: list[Found] = []
        self._open: list[Element] = []
        self._line = self._depth = self._elements = self._chars = 0
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text

    def feed(self, data: bytes, *, last: bool) -> None:
        """Read on. `InputError` where the text is not well-formed or over a bound."""
        try:
            self._parser.Parse(data, last)
        except expat.ExpatError as error:
            what = f"breaks off in line {error.lineno}" if last else f"is not well-formed in line {error.lineno}"
            raise InputError(
                f"{self._name}: {what} ({expat.errors.messages[error.code]})", hint="fetch the file again"
            ) from error
        except (ValueError, LookupError) as error:  # an encoding that is none
            raise InputError(f"{self._name}: cannot be decoded: {error}", hint="fetch the file again") from error

    def ready(self) -> Iterator[Found]:
        """The records that are complete."""
        found, self._found = self._found, []
        yield from found

    def _doctype(self, *_declared: object) -> None:
        raise InputError(
            f"{self._name}: has a document type declaration, which no file that is read here needs",
            hint="fetch the file from the authority itself",
        )

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise self._over("is nested too deep")
        local = tag.rpartition(":")[2]
        if attributes:
            attributes = {key.rpartition(":")[2]: value for key, value in attributes.items()}
        if self._depth == 1:
            self._found.append(Found(Element(local, attributes), self._parser.CurrentLineNumber))
        elif self._open:
            self._elements += 1
            self._chars += sum(map(len, attributes.values()))
            if self._elements > MOST_ELEMENTS:
                raise self._over("has too many elements in one record")
            self._open.append(SubElement(self._open[-1], local, attributes))
        elif local in self._wanted:
            self._elements = self._chars = 0
            self._line = self._parser.CurrentLineNumber
            self._open.append(Element(local, attributes))

    def _end(self, _tag: str) -> None:
        self._depth -= 1
        if self._open:
            done = self._open.pop()
            if not self._open:
                self._found.append(Found(done, self._line))

    def _text(self, text: str) -> None:
        if self._open:
            self._chars += len(text)
            if self._chars > MOST_CHARS:
                raise self._over("has too much text in one record")
            element = self._open[-1]
            if len(element) == 0:
                element.text = text if element.text is None else element.text + text

    def _over(self, what: str) -> InputError:
        line = self._parser.CurrentLineNumber
        return InputError(f"{self._name}: {what} (line {line})", hint="check where the file is from")
