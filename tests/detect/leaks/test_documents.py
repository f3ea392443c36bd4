"""PDF and Office files made here, with and without a past."""

import hashlib
import io
import zipfile
import zlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tocsin.detect.leaks import revisions
from tocsin.detect.leaks.base import LeakTables
from tocsin.detect.leaks.compare import paired
from tocsin.detect.leaks.office import marks
from tocsin.detect.leaks.run import look
from tocsin.detect.leaks.stated_facts import contradictions, disagreements, moment
from tocsin.model.paper import Paper
from tocsin.sources.confined import Reader
from tocsin.sources.packed import LIMITS

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def history():
    with Reader(LIMITS) as reader:
        yield lambda data: revisions.history(data, reader)


def objects(*bodies, first=1, before=b"", previous=0, size=6):
    """A PDF, or an incremental update of `before`, with these objects and a cross-reference table."""
    out, places = bytearray(before or b"%PDF-1.7\n"), {}
    for number, body in bodies:
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, place in sorted(places.items()):
        out += b"%d 1\n%010d 00000 n \n" % (number, place)
    more = b"/Prev %d " % previous if previous else b""
    out += b"trailer\n<< /Size %d /Root 1 0 R %s>>\nstartxref\n%d\n%%%%EOF\n" % (size, more, start)
    return bytes(out), start


def stream(text, number=4, before=b"", after=b""):
    body = before + b"BT /F1 12 Tf 50 50 Td (%s) Tj ET" % text.encode() + after
    return number, b"<< /Length %d >>\nstream\n%s\nendstream" % (len(body), body)


def pdf(text, **around):
    font = b"<< /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >> >> >>"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 144] /Resources %s /Contents 4 0 R >>" % font
    return objects(
        (1, b"<< /Type /Catalog /Pages 2 0 R >>"),
        (2, b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"),
        (3, page),
        stream(text, **around),
    )


def signed(data, start):
    """An update that says a signature covers the file as it was, as if one stood there."""
    return objects((5, b"<< /ByteRange [0 9 9 %d] >>" % (len(data) - 9)), before=data, previous=start)


def paper(data, name="d.pdf", kind="application/pdf", metadata=None, pages=("",)):
    return Paper(name, hashlib.sha256(data).hexdigest(), kind, data, pages, metadata or {})


def findings(*papers, originals=()):
    return look(LeakTables(papers=papers, originals=originals, day=NOW)).findings


def test_a_revision_that_changes_words_is_told_with_them(history):
    data, start = pdf("The sum is 400 pounds")
    later, _ = objects(stream("The sum is 40000 pounds"), before=data, previous=start)
    found = history(later)
    assert [one.read for one in found.revisions] == [True, True]
    assert [(one.before, one.after) for one in found.revisions[1].changes] == [("400", "40000")]
    (finding,) = findings(paper(later))
    assert finding.standing == "interest"
    assert finding.leak.changes[0].kind == "changed number"


def test_words_changed_after_a_signature_are_a_lead():
    data, start = signed(*pdf("Paid to Lind"))
    assert findings(paper(data))[0].leak.changes == ()  # the signature's own range is odd, nothing was changed
    later, _ = objects(stream("Paid to Navin"), before=data, previous=start)
    (finding,) = findings(paper(later))
    assert finding.standing == "lead"
    assert "after it was signed" in finding.title


def test_a_plain_file_raises_nothing_and_a_broken_one_is_told(history):
    data, _ = pdf("Nothing happened")
    assert findings(paper(data)) == ()
    assert history(b"%PDF-1.7\nnothing").note
    assert history(data[: len(data) // 2]).revisions[0].changes == ()


OVER, UNDER = b" 0 g 80 45 60 16 re f", b"0 g 40 45 200 16 re f "


@pytest.mark.parametrize(
    ("around", "covered", "invisible"),
    [
        ({}, False, False),
        ({"after": OVER}, True, False),
        ({"after": b" 80 45 60 16 re S"}, False, False),
        ({"before": b"0.9 g 40 45 200 16 re f 0 g "}, False, False),
        ({"before": b"1 g "}, False, True),
        ({"before": b"3 Tr "}, False, True),
        ({"before": UNDER}, False, True),
        ({"before": UNDER + b"1 g "}, False, False),
    ],
)
def test_text_that_is_covered_or_cannot_be_seen_is_known(around, covered, invisible, history):
    data, _ = pdf("The sum went to Maria Lind", **around)
    found = history(data)
    assert ([page for page, _ in found.covered], [page for page, _ in found.invisible]) == (
        [1] * covered,
        [1] * invisible,
    )


def test_words_that_are_covered_are_told_and_not_shown():
    (told,) = findings(paper(pdf("The sum went to Maria Lind", after=OVER)[0]))
    assert told.standing == "interest"
    assert "can still be read in it" in told.title
    assert "Maria" not in str(told)


def test_a_document_in_a_document_is_read_and_compared_too():
    inner = paper(pdf("The sum went to Maria Lind", after=OVER)[0], pages=("The sum of the fund went to Maria Lind.",))
    outer = replace(paper(b"text", "d.txt", "text/plain"), attachments=(inner,))
    assert [one.standing for one in findings(outer)] == ["interest"]
    original = paper(b"x", pages=("The sum of the fund went to Alexei Navin.",))
    assert [one.before for one in findings(outer, originals=(original,))[0].leak.changes] == ["Alexei Navin"]


def test_a_signature_that_leaves_out_more_than_itself_is_told(history):
    data, start = pdf("Paid to Lind")
    for left, gaps in ((b"<3082AB 00>", 0), (b"<3082> 9 0 obj << /V <00>", 1)):
        whole = data + left + b" the rest"
        ranged = b"/ByteRange [0 %d %d 9]" % (len(data), len(data) + len(left))
        later, _ = objects((5, b"<< %s >>" % ranged), before=whole, previous=start)
        assert history(later).gaps == gaps


def test_text_that_nothing_refers_to_is_read_from_packed_streams_too(history):
    data, start = pdf("Paid to Lind")
    body = zlib.compress(b"BT [(Ale) -20 (xei)] TJ ET")
    lost = b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(body), body)
    later, _ = objects((5, lost), before=data, previous=start)
    assert history(later).hidden == "Alexei"


def packed(name, text):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as held:
        held.writestr(name, text)
    return out.getvalue()


def docx(body):
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    return packed("word/document.xml", f"<w:document {space}><w:body>{body}</w:body></w:document>")


def test_tracked_changes_are_read():
    gone = '<w:del w:date="2024-05-01T00:00:00Z"><w:r><w:delText>not</w:delText></w:r></w:del>'
    data = docx(f"<w:p><w:r><w:t>It was </w:t></w:r>{gone}<w:ins><w:r><w:t>fully</w:t></w:r></w:ins></w:p>")
    (finding,) = findings(paper(data, "d.docx", "application/zip"))
    assert [(one.kind, one.before, one.after) for one in finding.leak.changes] == [
        ("deletion", "not", ""),
        ("insertion", "", "fully"),
    ]
    hostile = docx("").replace(b"<w:document", b"<!DOCTYPE a [<!ENTITY b 'c'>]><w:document")
    assert findings(paper(hostile, "d.docx", "application/zip")) == ()


@pytest.mark.parametrize(
    ("metadata", "data", "said"),
    [
        ({"/CreationDate": "D:20200101", "/ModDate": "D:20190101"}, b"", "last changed before"),
        ({"/CreationDate": "D:20200101", "/ModDate": "D:19700101"}, b"", ""),
        ({"/ModDate": "D:20300101"}, b"", "yet to come"),
        ({"/ModDate": "D:20100101", "/Producer": "Microsoft® Word 2016"}, b"", "came out in 2015"),
        ({"/ModDate": "D:20100101"}, b"/BaseFont /ABCDEF+Aptos-Bold", "Aptos"),
        ({"/ModDate": "D:20240101", "/Producer": "Microsoft® Word 2016"}, b"/BaseFont /Aptos", ""),
    ],
)
def test_facts_that_cannot_be_so(metadata, data, said):
    told = contradictions(metadata, data, NOW)
    assert any(said in one for one in told) if said else told == []


def test_two_records_of_a_time_that_differ_are_no_lead():
    held = {"CreationDate": "D:20200101", "xmp_create_date": "2020-02-01 00:00:00+00:00"}
    assert contradictions(held, b"", NOW) == []
    assert "31 days apart" in disagreements(held)[0]
    (told,) = findings(paper(b"text", "d.txt", "text/plain", held))
    assert told.standing == "interest"


def test_changes_kept_by_other_offices_and_text_that_vanishes_are_read():
    space = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "text"))
    region = '<text:changed-region text:id="{}"><text:{}>{}</text:{}></text:changed-region>'
    kept = region.format("a", "insertion", "", "insertion")
    kept += region.format("b", "deletion", "<text:p>not</text:p>", "deletion")
    body = '<text:p>It was <text:change-start text:change-id="a"/>fully</text:p><text:p>paid'
    body += '<text:change-end text:change-id="a"/> then<text:change text:change-id="b"/>.</text:p>'
    inner = f"<office:text><text:tracked-changes>{kept}</text:tracked-changes>{body}</office:text>"
    odt = packed(
        "content.xml", f"<office:document-content {space}><office:body>{inner}</office:body></office:document-content>"
    )
    assert [(one.kind, one.before, one.after) for one in marks(odt).changes] == [
        ("insertion", "", "fully paid"),
        ("deletion", "not", ""),
    ]
    assert (
        marks(packed("xl/comments1.xml", '<comments><comment ref="A1"/><comment ref="B1"/></comments>')).comments == 2
    )
    gone = "<w:p><w:r><w:rPr><w:{}/></w:rPr><w:t>Maria Lind</w:t></w:r></w:p>"
    for mark, hidden in (("vanish", 9), ('vanish w:val="0"', 0), ('highlight w:val="black"', 9), ("b", 0)):
        assert marks(docx(gone.format(mark))).hidden == hidden


def test_dates_of_both_kinds_are_read():
    assert moment("D:20210104201125+01'00'") == moment("2021-01-04T19:11:25Z")
    assert moment("last Tuesday") is None


def test_a_leak_is_held_against_its_own_original_and_no_other():
    texts = [
        "The harbour fund paid forty thousand pounds to the rowing club for the roof of its house last May.",
        "Dinner for donors will be held at eight in the great hall, and nobody is to be told of the guests.",
    ]
    originals = [paper(text.encode(), f"o{n}", "text/plain", pages=(text,)) for n, text in enumerate(texts)]
    tainted = texts[1].replace("nobody is", "students are")
    leaked = (paper(tainted.encode(), "l", "text/plain", pages=(tainted,)),)
    assert paired(leaked, originals, 0.3) == {0: 1}
    (finding,) = findings(*leaked, originals=tuple(originals))
    assert [(one.before, one.after) for one in finding.leak.changes] == [("nobody is", "students are")]
    assert findings(*originals, originals=tuple(originals)) == ()
