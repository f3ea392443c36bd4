"""Working copies: what people see, without metadata and with nothing that runs; the original stays as it is."""

import io
import struct
import time
import zipfile
import zlib
from contextlib import suppress

import pytest
from PIL import Image, ImageSequence, PngImagePlugin
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, StreamObject, TextStringObject

from tocsin.errors import InputError
from tocsin.store.capture import capture
from tocsin.store.copies import make_copy, readable
from tocsin.store.office import clean_office
from tocsin.store.pdf import clean_pdf
from tocsin.store.pictures import clean_picture

SECRET = "Quentin Ashgrove"
RAW = SECRET.encode()
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "GIF", "image/tiff": "TIFF"}


def noise(mode="RGB", size=(24, 16)):
    return Image.effect_noise(size, 60).convert(mode)


def picture(kind):
    """A picture with a name in its Exif, its comment, its XMP, and behind its end."""
    exif = Image.Exif()
    exif[0x013B] = SECRET
    exif.get_ifd(0x8825)[1] = SECRET  # GPS
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", SECRET)
    options = {
        "JPEG": {"exif": exif, "comment": RAW, "xmp": RAW},
        "PNG": {"exif": exif, "pnginfo": text},
        "WEBP": {"exif": exif, "xmp": RAW, "lossless": True},
        "GIF": {"comment": RAW},
        "TIFF": {"tiffinfo": {0x013B: SECRET, 0x010E: SECRET}},
    }[kind]
    out = io.BytesIO()
    noise("P" if kind == "GIF" else "RGB").save(out, kind, **options)
    return out.getvalue() + (RAW if kind != "TIFF" else b"")


def pixels(data):
    return [frame.convert("RGBA").tobytes() for frame in ImageSequence.Iterator(Image.open(io.BytesIO(data)))]


@pytest.mark.parametrize("kind", FORMATS)
def test_of_a_picture_the_pixels_stay_and_nothing_else(kind):
    data = picture(FORMATS[kind])
    assert RAW in data
    clean = clean_picture(data, kind)
    assert RAW not in clean
    assert pixels(clean) == pixels(data)
    assert clean_picture(clean, kind)  # a copy can be copied


@pytest.mark.parametrize("kind", ["image/gif", "image/webp", "image/png", "image/tiff"])
def test_every_frame_of_a_moving_picture_stays(kind):
    frames = [noise("P" if kind == "image/gif" else "RGB") for _ in range(3)]
    out = io.BytesIO()
    options = {"lossless": True} if kind == "image/webp" else {}
    frames[0].save(out, FORMATS[kind], save_all=True, append_images=frames[1:], duration=120, **options)
    clean = clean_picture(out.getvalue(), kind)
    assert len(pixels(clean)) == 3
    assert pixels(clean) == pixels(out.getvalue())


def test_a_photo_taken_sideways_is_seen_as_before():
    exif = Image.Exif()
    exif[0x0112], exif[0x013B] = 6, SECRET
    out = io.BytesIO()
    noise().save(out, "JPEG", exif=exif)
    found = Image.open(io.BytesIO(clean_picture(out.getvalue(), "image/jpeg"))).getexif()
    assert dict(found) == {0x0112: 6}


def test_what_cannot_be_written_without_loss_is_refused():
    """A PNG of 16 bits a channel: Pillow would halve them."""
    rows = b"".join(b"\0" + bytes(range(12)) for _ in range(2))

    def chunk(name, body):
        return struct.pack(">L", len(body)) + name + body + struct.pack(">L", zlib.crc32(name + body))

    head = chunk(b"IHDR", struct.pack(">2L5B", 2, 2, 16, 2, 0, 0, 0))
    data = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    with pytest.raises(InputError, match="without loss"):
        clean_picture(data, "image/png")


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_unpacked():
    def chunk(name, body):
        return struct.pack(">L", len(body)) + name + body + struct.pack(">L", zlib.crc32(name + body))

    head = chunk(b"IHDR", struct.pack(">2L5B", 60_000, 60_000, 8, 2, 0, 0, 0))
    bomb = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(10_000_000))) + chunk(b"IEND", b"")
    with pytest.raises(InputError, match="no copy"):
        clean_picture(bomb, "image/png")


@pytest.mark.parametrize("kind", FORMATS)
def test_a_damaged_picture_is_answered_in_words(kind):
    data = picture(FORMATS[kind])
    for size in range(0, len(data) - 20, max(1, len(data) // 25)):
        with suppress(InputError):  # nothing else, and no copy with the name in it
            assert RAW not in clean_picture(data[:size], kind)


def document(**more):
    """A PDF with a name in its metadata, in a script that runs on opening, and in an embedded file."""
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.add_metadata({"/Author": SECRET})
    writer.add_attachment("a.txt", RAW)
    script = {"/S": NameObject("/JavaScript"), "/JS": TextStringObject(f"app.alert('{SECRET}')")}
    root = writer.root_object
    root[NameObject("/OpenAction")] = DictionaryObject({NameObject(key): value for key, value in script.items()})
    xmp = StreamObject()
    xmp.set_data(RAW)
    root[NameObject("/Metadata")] = writer._add_object(xmp)
    if more:
        writer.encrypt(**more)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def everything(data):
    """All objects of a PDF as text, with the contents of streams."""
    things = PdfWriter(clone_from=io.BytesIO(data))._objects
    return "\n".join(f"{one!r} {one.get_data() if isinstance(one, StreamObject) else b''!r}" for one in things)


def test_of_a_pdf_the_pages_stay_and_nothing_that_runs():
    data = document()
    assert SECRET in everything(data)
    clean = clean_pdf(data)
    read = PdfReader(io.BytesIO(clean))
    assert len(read.pages) == 1
    assert not read.metadata
    assert not read.attachments
    assert RAW not in clean
    assert b"/JavaScript" not in clean
    assert SECRET not in everything(clean)


@pytest.mark.parametrize("data", [b"%PDF-1.7\n", b"%PDF-1.7\n%%EOF", document()[:300]])
def test_a_pdf_that_cannot_be_read_is_refused(data):
    with pytest.raises(InputError, match="no copy"):
        clean_pdf(data)


def test_an_encrypted_pdf_is_refused():
    with pytest.raises(InputError, match="is encrypted"):
        clean_pdf(document(user_password="x", algorithm="RC4-128"))


def office(**parts):
    """A document of the kind that word processors write, with a name wherever they put one."""
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    files = {
        "[Content_Types].xml": '<Types><Override PartName="/docProps/core.xml" ContentType="x"/>'
        '<Override PartName="/word/document.xml" ContentType="y"/></Types>',
        "_rels/.rels": '<Relationships><Relationship Id="1" Target="docProps/core.xml"/>'
        '<Relationship Id="2" Target="word/document.xml"/></Relationships>',
        "docProps/core.xml": f"<a><creator>{SECRET}</creator></a>",
        "docProps/app.xml": f"<a><Company>{SECRET}</Company></a>",
        "docProps/thumbnail.jpeg": SECRET,
        "word/document.xml": f'<w:document xmlns:w="{word}"><w:ins w:author="{SECRET}" w:date="2026-01-01T00:00:00Z">'
        "<w:t>The text stays.</w:t></w:ins></w:document>",
        "word/comments.xml": f'<w:comments xmlns:w="{word}"><w:comment w:author="{SECRET}" w:initials="{SECRET}">'
        "<w:t>So does the comment.</w:t></w:comment></w:comments>",
        "word/people.xml": SECRET,
        "word/_rels/settings.xml.rels": '<Relationships><Relationship Id="1" TargetMode="External" '
        'Target="https://tracker.example/t.dotx"/></Relationships>',
        **parts,
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


def opened(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_of_a_document_the_text_stays_and_no_name():
    parts = opened(clean_office(office(**{"word/media/image1.png": picture("PNG")})))
    assert all(RAW not in part for part in parts.values())
    assert b"The text stays." in parts["word/document.xml"]
    assert b"So does the comment." in parts["word/comments.xml"]
    assert b"docProps" not in parts["_rels/.rels"] + parts["[Content_Types].xml"]
    assert b"tracker.example" not in parts["word/_rels/settings.xml.rels"]
    assert b"2026-01-01" not in parts["word/document.xml"]
    assert not [name for name in parts if name.startswith("docProps")]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("word/vbaProject.bin", b"macro", "macros or controls"),
        ("word/activeX/a.xml", b"<a/>", "macros or controls"),
        ("word/embeddings/a.bin", b"\0\1\2", "holds another file"),
        ("../evil.xml", b"<a/>", "leads out"),
        ("word/a.xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "not XML as the standard asks"),
        ("word/a.xml", "<a/>".encode("utf-16"), "not XML as the standard asks"),
        ("word/a.xml", bytes(100 << 20), "over the limit"),
    ],
)
def test_a_document_with_more_than_text_is_refused(name, content, why):
    with pytest.raises(InputError, match=why):
        clean_office(office(**{name: content}))


PAGES = {
    "html": b"<title>T</title><p onclick='alert(1)'>Seen.<script>alert(1)</script><style>x</style>"
    b"<a href='https://a.example/'>There</a><iframe src='//evil.example'></iframe>",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(1)</script><text>Seen.</text>"
    b"<foreignObject><img src=x onerror='alert(1)'></foreignObject></svg>",
    "unclosed": b"<p>Seen.<script>alert(1)",
    "broken": b"<p>Seen.<scr<script>ipt>alert(1)</script>",
}


@pytest.mark.parametrize("name", PAGES)
def test_of_a_page_only_the_text_is_left(workspace, name):
    (item,) = capture(workspace, PAGES[name], f"a.{name}", by="ada").items
    copy = make_copy(workspace, item, by="ada")
    assert copy.media_type == "text/plain"
    with workspace.vault.open(copy.sha256) as file:
        text = file.read().decode()
    assert "Seen." in text
    assert "alert" not in text or name == "broken"
    assert "<script" not in text
    assert "onload" not in text
    if name == "html":
        assert "There [https://a.example/]" in text


UNITS = [b"<div>", b"<!--", b"<", b"<a ", b"<a b='", b"</", b"<?", b"<![CDATA[", b"<template></style>", b"&#"]


@pytest.mark.parametrize("unit", UNITS)
def test_a_page_that_never_ends_costs_little(unit):
    before = time.process_time()
    assert readable(b"Seen." + unit * 50_000).startswith(b"Seen.")
    assert time.process_time() - before < 3


def test_text_at_the_end_is_kept():
    assert readable(b"<p>a &amp b &am") == b"a & b &am\n"
    assert readable(b"<p>AT&T") == b"AT&T\n"


@pytest.mark.parametrize(
    "unit", ["<Relationship ", "<Override ", "<pageSetup ", "<absPath url= ", "<author ", " date='x' author"]
)
@pytest.mark.parametrize("name", ["word/a.xml", "word/a.rels", "[Content_Types].xml"])
def test_a_part_that_never_ends_costs_little(name, unit):
    before = time.process_time()
    clean_office(office(**{name: unit * 50_000}))
    assert time.process_time() - before < 3


def test_a_tag_is_read_to_its_end_and_no_further():
    """A sign that ends a tag may stand in a value."""
    sheet = "<x:pageSetup a='>' r:id='r1'/><absPath b='>' url='/home-of-somebody/'/><author name='N>' />"
    parts = opened(clean_office(office(**{"xl/a.xml": sheet})))
    assert parts["xl/a.xml"] == b"<x:pageSetup a='>'/><absPath b='>' url=\"\"/><author name=\"author\" />"
    links = "<Relationship a='>' TargetMode='External' Target='https://tracker.example/'/>"
    assert b"tracker" not in opened(clean_office(office(**{"word/_rels/a.rels": links})))["word/_rels/a.rels"]


def test_a_table_with_formulas_is_copied_as_text(workspace):
    data = b'=HYPERLINK("http://evil.example"),@SUM(1),+1,-1\n'
    (item,) = capture(workspace, data, "a.csv", by="ada").items
    copy = make_copy(workspace, item, by="ada")
    assert (copy.media_type, copy.sha256) == ("text/plain", item.sha256)


def test_a_copy_is_an_item_of_its_own_and_is_made_once(workspace):
    data = picture("JPEG")
    (item,) = capture(workspace, data, "a.jpg", by="ada", case="c1").items
    copy = make_copy(workspace, item, by="bob")
    assert (copy.derived_from, copy.is_copy, copy.how, copy.case) == (item.id, True, "derived", "c1")
    assert (copy.captured_by, copy.tool) == ("bob", "Pillow")
    assert copy.tool_version == Image.__version__
    assert make_copy(workspace, item, by="eve") == copy
    with workspace.vault.open(item.sha256) as file:
        assert file.read() == data
    assert workspace.check() == []


@pytest.mark.parametrize("data", [b"\x7fELF\0", b"PK\3\4 cut", b"\0\1\2", b"Rar!\x1a\x07\0"])
def test_of_other_kinds_no_copy_is_made(workspace, data):
    (item,) = capture(workspace, data, "a.jpg", by="ada").items
    with pytest.raises(InputError, match="no way to take the metadata out of"):
        make_copy(workspace, item, by="ada")


def test_of_a_copy_no_copy_is_made(workspace):
    (item,) = capture(workspace, b"text", "a.txt", by="ada").items
    with pytest.raises(InputError, match="it is a copy itself"):
        make_copy(workspace, make_copy(workspace, item, by="ada"), by="ada")
