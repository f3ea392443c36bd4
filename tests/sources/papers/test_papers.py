"""Documents as they read, what they say of themselves, and what is in them."""

import io
import os
import struct
import zipfile

import pytest
from PIL import Image
from tests.sources.compound import compound
from tests.sources.leak_hostile import FONT, PAGES, SAYS, TYPES, attached, docx, multipart, paged, pdf, stream, zipped

from tocsin.model.mail import Message
from tocsin.model.paper import Paper
from tocsin.sources.confined import Reader, _answer
from tocsin.sources.packed import Limits
from tocsin.sources.papers import read_leak, read_papers
from tocsin.sources.papers.kinds import kind_of
from tocsin.sources.parsers import office, ole, photo, plain, richtext, tnef
from tocsin.sources.parsers import pdf as pdf_reader
from tocsin.sources.parsers.wire import LONG
from tocsin.sources.shown import plain_path

W = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>%s</w:body></w:document>'
CORE = (
    b'<c:coreProperties xmlns:c="c" xmlns:dc="dc" xmlns:d="d"><dc:creator>Ann</dc:creator>'
    b"<c:lastModifiedBy>Bob</c:lastModifiedBy><d:created>2024-11-05T10:00:00Z</d:created></c:coreProperties>"
)
S = b'<worksheet xmlns="x"><sheetData>%s</sheetData></worksheet>'


def told(read, data):
    [(facts, blobs)] = read(io.BytesIO(data), "")
    return facts, dict(zip(facts["attached"], blobs, strict=True))


def test_text_documents_read_as_they_are_seen():
    body = (
        b"<w:p><w:r><w:t>One</w:t><w:tab/><w:t xml:space='preserve'> two</w:t></w:r>"
        b"<w:ins><w:r><w:t>, added</w:t></w:r></w:ins><w:del><w:r><w:delText>gone</w:delText></w:r></w:del></w:p>"
        b"<w:p><w:r><w:instrText>PAGE</w:instrText><w:t>Second</w:t></w:r></w:p>"
    )
    notes = b'<w:footnotes xmlns:w="w"><w:p><w:t>a note</w:t></w:p></w:footnotes>'
    inner = docx(W % b"<w:p><w:t>inside</w:t></w:p>")
    data = docx(
        W % body, ("docProps/core.xml", CORE), ("word/footnotes.xml", notes),
        ("word/comments.xml", b"<w/>"), ("word/embeddings/a.docx", inner), ("word/vbaProject.bin", b"x"),
    )  # fmt: skip
    facts, inside = told(office.read, data)
    assert facts["pages"] == ["One\t two, added\nSecond\na note"]
    wanted = {"creator": "Ann", "lastModifiedBy": "Bob", "created": "2024-11-05T10:00:00Z", "macros": "yes"}
    assert facts["metadata"] == wanted
    assert inside == {"word/embeddings/a.docx": inner}


def test_sheets_slides_and_open_documents():
    sheets = [S % (b'<row><c t="s"><v>%d</v></c><c><v>%d.5</v></c></row>' % (n % 2, n)) for n in range(11)]
    shared = b'<sst xmlns="x"><si><t>name</t></si><si><r><t>ri</t></r><r><t>ch</t></r><rPh><t>no</t></rPh></si></sst>'
    parts = [(f"xl/worksheets/sheet{n + 1}.xml", sheet) for n, sheet in enumerate(sheets)]
    facts, _ = told(office.read, zipped(TYPES, ("xl/workbook.xml", b"<w/>"), ("xl/sharedStrings.xml", shared), *parts))
    assert facts["pages"] == [f"{('name', 'rich')[n % 2]}\t{n}.5" for n in range(11)]
    slides = [
        (f"ppt/slides/slide{n}.xml", b'<s xmlns:a="a"><a:p><a:t>slide %d</a:t></a:p></s>' % n) for n in (10, 9, 1)
    ]
    assert told(office.read, zipped(TYPES, *slides))[0]["pages"] == ["slide 1", "slide 9", "slide 10"]
    content = (
        b'<o xmlns:t="t" xmlns:o="o"><t:tracked-changes><t:p>gone</t:p></t:tracked-changes><t:h>Head</t:h>'
        b"<t:p>a<t:s/>b<t:span>c</t:span><t:tab/>d</t:p></o>"
    )
    own = b'<m:user-defined m:name="Own">v</m:user-defined>'
    meta = b'<m xmlns:m="m"><m:generator>Writer</m:generator>%s</m>' % own
    kind = ("mimetype", b"application/vnd.oasis.opendocument.text")
    facts, _ = told(office.read, zipped(kind, ("content.xml", content), ("meta.xml", meta), method=zipfile.ZIP_STORED))
    assert facts["pages"] == ["Head\na bc\td"]
    assert facts["metadata"] == {"generator": "Writer", "Own": "v"}


def test_pdf_pages_pages_of_the_web_and_texts():
    page = b"<</Type/Page/Parent 2 0 R/Contents 4 0 R/MediaBox[0 0 99 99]/Resources<</Font<</F 5 0 R>>>>>>"
    names = b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(n.txt) 6 0 R]>>>>>>"
    more = (b"<</Type/Filespec/F(n.txt)/EF<</F 7 0 R>>>>", stream(b"in it"), b"<</Author(Ann)/Producer(Own)>>")
    data = pdf(names, PAGES, page, SAYS, FONT, *more, trailer=b"/Root 1 0 R/Info 8 0 R")
    facts, inside = told(pdf_reader.read, data)
    assert (facts["pages"], inside) == (["hello"], {"n.txt": b"in it"})
    assert facts["metadata"] == {"Author": "Ann", "Producer": "Own", "version": "%PDF-1.7"}
    html = b"<!doctype html><title>T</title><meta name=author content=Ann><p>a <b>b</b></p><script>x</script><p>c"
    facts, _ = told(plain.read_html, html)
    assert facts["pages"] == ["a b\nc"]
    assert facts["metadata"] == {"encoding": "utf-8", "title": "T", "author": "Ann"}
    for raw, text, encoding in (
        ("Zürich\fB".encode(), ["Zürich", "B"], "utf-8"),
        ("Zürich".encode("cp1252"), ["Zürich"], "windows-1252"),
        ("\ufeffZürich".encode("utf-16-le"), ["Zürich"], "utf-16"),
    ):
        facts, _ = told(plain.read_text, raw)
        assert (facts["pages"], facts["metadata"]["encoding"]) == (text, encoding)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_pictures_tell_of_themselves(kind):
    exif, out = Image.Exif(), io.BytesIO()
    exif[0x010F] = "Maker"
    exif.get_ifd(0x8825)[1] = "N"
    Image.new("RGB", (9, 7)).save(out, kind, exif=exif)
    facts, _ = told(photo.read, out.getvalue())
    assert (facts["metadata"]["size"], facts["metadata"]["Make"]) == ("9x7", "Maker")
    assert kind == "TIFF" or facts["metadata"]["GPS GPSLatitudeRef"] == "N"
    assert facts["pages"] == []


def test_rtf_reads_as_it_is_seen():
    data = (
        rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fcharset0 A;}{\f1\fcharset204 B;}}"
        rb"{\info{\author J\'fcrg}{\operator Bob}}"
        rb"{\*\generator x}\f0 One \b two\b0  \uc1\u8364?\par {\f1\'cf\'f0\'e8}{\v hidden}{\deleted gone}\cell "
        rb"{\field{\*\fldinst HYPERLINK y}{\fldrslt link}}{\pict\bin3 }}{ff}\page \{end\}{\object z}}"
    )
    facts, _ = told(richtext.read, data)
    assert facts["pages"] == ["One two \u20ac\nПри\tlink", "{end}"]
    assert facts["metadata"] == {"creator": "Jürg", "lastModifiedBy": "Bob"}
    assert "embedded" in facts["notes"][0]


def test_files_and_text_that_outlook_packed_are_found():
    """`winmail.dat`: with the text of [MS-OXRTFCP] 3.1.1 among its properties."""
    packed = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
    )
    begins = (2, 0x00069002, bytes(14))
    properties = (1, 0x00069003, b"\1\0\0\0\2\1\x09\x10" + packed)
    one = (begins, (2, 0x00018010, b"a.txt\0"), (2, 0x0006800F, b"one"))
    fields = ((1, 0x00018004, b"Count\0"), properties, *one, begins, (2, 0x0006800F, b"two"))
    data = b"\x78\x9f\x3e\x22\1\0" + b"".join(
        struct.pack("<BLL", level, tag, len(value)) + value + b"\0\0" for level, tag, value in fields
    )
    facts, files = told(tnef.read, data)
    assert (facts["pages"], facts["metadata"], facts["notes"]) == (["hello world"], {"subject": "Count"}, [])
    assert files == {"a.txt": b"one", "unnamed": b"two"}
    assert kind_of(io.BytesIO(data)).task == "tnef"


def test_a_document_that_takes_long_keeps_the_pages_that_were_read(monkeypatch):
    monkeypatch.setattr(pdf_reader, "PAGES_S", -1)
    facts, _ = told(pdf_reader.read, paged(SAYS))
    assert facts["pages"] == []
    assert "the first 0 were read" in facts["notes"][0]


def test_an_older_document_gives_its_summary():
    facts, _ = told(ole.read, compound({"WordDocument": bytes(5000), "Macros": {"x": b"y"}}))
    assert facts["metadata"]["macros"] == "yes"
    assert "text is not read" in facts["notes"][0]


def test_what_lies_in_a_document_keeps_its_own_name_and_text(tmp_path):
    """Also where the parts of the document stand in another order, and files lie where no program puts them."""
    inner = docx(W % b"<w:p><w:t>inner</w:t></w:p>", ("word/embeddings/deep.txt", b"deepest"))
    parts = [("word/embeddings/a.docx", inner), ("word/embeddings/b.txt", b"b"), ("hidden/c.txt", b"c")]
    first = os.urandom(5000)  # what a program puts first, so that the types come late
    whole = zipped(
        ("docProps/thumbnail.jpeg", first), ("word/document.xml", W % b"<w:p><w:t>o</w:t></w:p>"), *parts, TYPES
    )
    (tmp_path / "o").write_bytes(whole)
    (tmp_path / "z.txt").write_bytes(b"z")

    def flat(papers):
        return {name: text for one in papers for name, text in
                [(one.name.rpartition("/")[2], one.pages), *flat(one.attachments).items()]}  # fmt: skip

    found = list(read_leak([str(tmp_path)]))
    assert flat(found) == {name: (name[0] if name != "deep.txt" else "deepest",) for name in flat(found)} | {
        "a.docx": ("inner",)
    }
    assert sorted(flat(found)) == ["a.docx", "b.txt", "c.txt", "deep.txt", "o", "z.txt"]
    assert "wordprocessingml" in found[0].media_type


def test_a_question_before_all_is_answered_gets_its_own_answer():
    with Reader(Limits()) as reader:
        outer = reader.ask("text", io.BytesIO(b"outer"), 5)
        first = next(outer)
        assert [facts["pages"] for facts, _ in reader.ask("text", io.BytesIO(b"inner"), 5)] == [["inner"]]
        assert [first[0]["pages"], list(outer)] == [["outer"], []]


def test_an_answer_of_which_a_part_is_missing_is_none():
    whole = LONG.pack(14) + b'{"blobs": [4]}' + b"data"
    assert _answer(io.BytesIO(whole), 100) == ({}, [b"data"])
    assert [_answer(io.BytesIO(whole[:cut]), 100) for cut in range(len(whole))] == [None] * len(whole)


def test_documents_are_found_wherever_they_lie(tmp_path):
    text = docx(W % b"<w:p><w:t>inside</w:t></w:p>")
    mail = multipart(b"\r\nmy text", attached(zipped(("deep/a.docx", text)), b"b.zip", b"binary"))
    (tmp_path / "a.eml").write_bytes(mail)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "n.txt").write_bytes(b"note")
    (tmp_path / "noise").write_bytes(b"\0\1")
    os.mkfifo(tmp_path / "pipe")
    found = list(read_leak([str(tmp_path)]))
    papers = {one.name.rpartition(f"{tmp_path.name}/")[2]: one.pages for one in found if isinstance(one, Paper)}
    assert papers == {"a.eml#1/b.zip!deep/a.docx": ("inside",), "folder/n.txt": ("note",)}
    assert [one.raw for one in found if isinstance(one, Message)] == [mail]
    reasons = [one.reason for one in found if not isinstance(one, Paper | Message)]
    assert reasons == ["is nothing that is read here (application/octet-stream)", "cannot be read: not a plain file"]
    small = list(read_papers([str(tmp_path / "folder")], Limits(paper_bytes=3)))
    assert "4 bytes" in small[0].reason


@pytest.mark.slow
def test_one_that_takes_too_long_is_stopped_and_the_next_is_read(tmp_path):
    (tmp_path / "a.html").write_bytes(b"<html>" + b"<a b='" * 200_000 + b"<p>" * 3_000_000)
    (tmp_path / "b.txt").write_bytes(b"next")
    (tmp_path / "c.html").write_bytes((tmp_path / "a.html").read_bytes())
    found = list(read_papers([str(tmp_path)], Limits(cpu_s=3)))
    assert "more than 3 s" in found[0].reason
    assert found[1].pages == ("next",)
    assert "more than 2 s" in found[2].reason


@pytest.mark.slow
def test_one_that_needs_too_much_memory_is_set_aside(tmp_path):
    (tmp_path / "a.html").write_bytes(b"<html>")
    os.truncate(tmp_path / "a.html", 190 << 20)
    (tmp_path / "b.txt").write_bytes(b"next")
    found = list(read_papers([str(tmp_path)], Limits(memory_bytes=640 << 20)))
    assert "more memory" in found[0].reason
    assert found[1].pages == ("next",)
    assert "more than is read" in next(read_papers([str(tmp_path / "b.txt")], Limits(answer_bytes=9))).reason


def test_names_can_be_shown():
    assert plain_path("../../a/./b\\c\u202e\n.txt") == "a/b/c.txt"
    assert plain_path("..") == "unnamed"
