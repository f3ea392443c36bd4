"""The report as PDF: its marking on every page, hostile text as text, no request, and what is missing is said."""

import io
import socket

import pypdf
import pytest
from views import HOSTILE, shared

from tocsin.errors import UsageError
from tocsin.share import formats
from tocsin.share.pdf import html, pdf

pytest.importorskip("weasyprint", reason="pip install 'tocsin[pdf]'")


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*_):
        raise AssertionError("a request")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.parametrize("tlp", ["green", "amber+strict", "red"])
def test_the_marking_is_on_every_page(tlp, no_network):
    long = "\n\n".join(f"Paragraph {n} of a long summary, so that there are pages." for n in range(150))
    pages = pypdf.PdfReader(io.BytesIO(pdf(shared(long, tlp=tlp)))).pages
    assert len(pages) > 2
    for page in pages:  # at the top and at the bottom, beside what lines say of their objects
        alone = [line for line in page.extract_text().splitlines() if line.startswith(f"TLP:{tlp.upper()}")]
        assert len(alone) >= 2


def test_it_holds_the_case(no_network):
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf(shared()))).pages)
    for words in ("Harbour case", "Claim: behaviour", "T0049 Flooding", "Unit 7", "who paid"):
        assert words in text, words


def test_hostile_text_is_text_and_nothing_is_fetched(no_network):
    hostile = HOSTILE + '<img src="https://x.example/a.png"><link rel=stylesheet href="file:///etc/passwd">'
    page = html(shared(hostile))
    assert "<script" not in page
    assert "<img" not in page
    assert "\u202e" not in page
    assert b"/etc/passwd" not in pdf(shared(hostile))


def test_the_fetcher_refuses_whatever_is_asked():
    import weasyprint

    refusing = weasyprint.urls.URLFetcher(allowed_protocols=())
    for url in ("https://x.example", "file:///etc/passwd", "data:text/plain,x"):
        with pytest.raises(ValueError):
            refusing.fetch(url)


def test_what_is_missing_is_said(monkeypatch):
    def absent(name, *_):
        raise ModuleNotFoundError(name=name)

    monkeypatch.setattr(formats, "import_module", absent)
    with pytest.raises(UsageError, match="weasyprint, which is not installed") as raised:
        pdf(shared())
    assert raised.value.hint == "pip install 'tocsin[pdf]'"

    def no_pango(name):
        raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.setattr(formats, "import_module", no_pango)
    with pytest.raises(UsageError, match="Pango"):
        pdf(shared())
