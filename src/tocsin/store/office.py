"""Office documents (ISO/IEC 29500) without properties, the names of who wrote and commented, and thumbnails."""

from __future__ import annotations

import io
import re
import zipfile

from tocsin.errors import InputError
from tocsin.store.limits import Limits
from tocsin.store.media import OFFICE, media_type
from tocsin.store.pictures import FORMATS, clean_picture
from tocsin.store.zips import DAMAGE, entries, opened

DEPTH = 3  # documents in documents in a document
_HINT = "Look at the original in a safe place."
_OUT = re.compile(r"docProps/|customXml/|_xmlsignatures/|word/people\.xml|xl/printerSettings/|.*/thumbnail\.")
_REFUSED = re.compile(r"(?i).*(vbaProject\.bin|/activeX/)")

# The rest of a tag after its name. Possessive, and never past the next `<`: hostile text costs no more than other text.
_REST = rb"(?>[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+>"
_TAG = re.compile(rb"<(?:\w++:)?+(\w++)" + _REST)
_RELATIONSHIP = re.compile(rb"<(?:\w++:)?+Relationship\b" + _REST)
_OVERRIDE = re.compile(rb"<(?:\w++:)?+Override\b" + _REST)
_TARGET = re.compile(rb"(\sTarget\s*=\s*)(\"([^\"]*)\"|'([^']*)')")
_PART_NAME = re.compile(rb"\sPartName\s*=\s*[\"']/([^\"']*)[\"']")

#: Attributes that name a person, in any tag that has them; then those that do so only in the tags of a list of authors.
_PEOPLE = rb"author|initials|displayName|userId|userName|refreshedBy|lastModifiedBy"
_PERSON = re.compile(rb"(\s(?:[\w.-]+:)?(?:" + _PEOPLE + rb")\s*=\s*)(?:\"[^\"]*\"|'[^']*')")
_NAME = re.compile(rb"(\s(?:name|providerId)\s*=\s*)(?:\"[^\"]*\"|'[^']*')")
_AUTHOR_TEXT = re.compile(rb"(<(?:\w+:)?author>)[^<]*(?=</)")
_DATE = re.compile(rb"\s(?:[\w.-]+:)?(?:date|dateUtc|dT|dt)\s*=\s*(?:\"[^\"]*\"|'[^']*')")
_PLACE = re.compile(rb"(\surl\s*=\s*)(?:\"[^\"]*\"|'[^']*')")
_PRINTER = re.compile(rb"\s[\w.-]+:id\s*=\s*(?:\"[^\"]*\"|'[^']*')")


def clean_office(data: bytes, depth: int = DEPTH) -> bytes:
    """The document as it reads, without metadata; pictures and documents in it are cleaned too, links to files outside
    are cut. Raises `InputError` for one that is damaged, or holds macros, controls or other embedded files."""
    with opened(io.BytesIO(data)) as archive:
        taken, refused = entries(archive, len(data), Limits())
        if refused:
            raise InputError(f"no copy: {refused[0].name}: {refused[0].reason}", hint=_HINT)
        try:
            parts = {name: archive.read(info) for name, info in taken.items()}
        except DAMAGE as error:
            raise InputError(f"no copy: the document cannot be read: {error}", hint=_HINT) from error
    if held := next((name for name in parts if _REFUSED.match(name)), ""):
        raise InputError(f"no copy: the document holds macros or controls ({held})", hint=_HINT)
    return _packed({name: _part(name, part, depth) for name, part in parts.items() if not _OUT.match(name)})


def _packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(parts, key=lambda name: (name != "[Content_Types].xml", name)):
            archive.writestr(zipfile.ZipInfo(name), parts[name], zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _part(name: str, data: bytes, depth: int) -> bytes:
    if name.endswith((".xml", ".rels", ".vml")):
        return _xml(name, data)
    kind = media_type(io.BytesIO(data))
    if kind in FORMATS:
        return clean_picture(data, kind)
    if kind in OFFICE.values() and depth:
        return clean_office(data, depth - 1)
    if "/embeddings/" in name:
        raise InputError(f"no copy: the document holds another file ({name})", hint=_HINT)
    return data


def _xml(name: str, data: bytes) -> bytes:
    if b"<!DOCTYPE" in data or b"\0" in data[:4] or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise InputError(f"no copy: {name} is not XML as the standard asks", hint=_HINT)
    if name.endswith(".rels"):
        return _RELATIONSHIP.sub(lambda found: _relationship(found[0]), data)
    if name == "[Content_Types].xml":
        return _OVERRIDE.sub(lambda found: b"" if _dropped(_PART_NAME.search(found[0])) else found[0], data)
    data = _PERSON.sub(rb'\1"author"', data)
    data = _AUTHOR_TEXT.sub(rb"\1author", data)
    authored = b"author" in data
    return _TAG.sub(lambda found: _tag(found[0], found[1], authored), data)


def _tag(tag: bytes, name: bytes, authored: bool) -> bytes:
    """A tag without what tells who, where, and, in a part that names authors, when."""
    if name in (b"cmAuthor", b"author"):
        tag = _NAME.sub(rb'\1"author"', tag)
    elif name == b"absPath":
        tag = _PLACE.sub(rb'\1""', tag)
    elif name == b"pageSetup":
        tag = _PRINTER.sub(b"", tag)
    return _DATE.sub(b"", tag) if authored else tag


def _dropped(part: re.Match[bytes] | None) -> bool:
    return part is not None and _OUT.match(part[1].decode("utf-8", "replace")) is not None


def _relationship(tag: bytes) -> bytes:
    """A relationship without its part if that is left out; one that leads outside, unless a reader clicks, is cut."""
    target = _TARGET.search(tag)
    if target is None:
        return tag
    place = (target[3] or target[4] or b"").decode("utf-8", "replace")
    if b'"External"' in tag or b"'External'" in tag:
        return tag if b"/hyperlink" in tag and not place.startswith("file:") else _TARGET.sub(rb'\1"about:blank"', tag)
    plain = place.removeprefix("/")
    while plain.startswith("../"):
        plain = plain[3:]
    return b"" if any(_OUT.match(start + plain) for start in ("", "word/", "xl/", "ppt/")) else tag
