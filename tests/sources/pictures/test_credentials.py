"""Content credentials: held, of a changed picture, broken, elsewhere, none; nothing is fetched."""

import io
import socket
import sys

import pytest
from PIL import Image
from tests.sources.pictures.signing import ISSUER, SIGNER, signed

from tocsin.errors import InputError
from tocsin.sources.pictures import credentials


def picture():
    out = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(out, "JPEG")
    return out.getvalue()


@pytest.fixture(scope="module")
def made():
    return signed(picture())


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "c2pa", None)
    with pytest.raises(InputError) as found:
        credentials(picture())
    assert 'pip install "tocsin[credentials]"' in found.value.hint


def flipped(data, place):
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def test_what_holds_says_who_signed_and_that_nobody_vouches_for_it(made):
    found = credentials(made)
    assert (found.state, found.signer, found.issuer, found.trusted) == ("holds", SIGNER, ISSUER, False)
    assert (found.made_with, found.title, found.edits) == ("desk 1", "harbour.jpg", ("c2pa.created",))
    assert str(found) == f"content credentials hold; signed by {SIGNER} (not on a trust list)"


def test_a_changed_picture_and_broken_credentials_are_told_apart(made):
    assert credentials(flipped(made, len(made) - 300)).state == "changed"
    assert credentials(flipped(made, made.find(b"c2pa.signature") + 300)).state == "broken"
    assert credentials(flipped(made, made.find(b"harbour.jpg"))).state == "broken"
    assert credentials(flipped(made, made.find(b"jumb") + 3)).state == "unreadable"


def test_a_picture_without_and_no_picture_have_none():
    pytest.importorskip("c2pa")
    assert credentials(picture()).state == "none"
    assert credentials(b"not a picture" * 20).state == "none"
    again = io.BytesIO()
    Image.open(io.BytesIO(signed(picture()))).save(again, "JPEG")
    assert credentials(again.getvalue()).state == "none"


def test_what_lies_on_a_server_is_not_fetched():
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        found = credentials(signed(picture(), remote=f"http://127.0.0.1:{server.getsockname()[1]}/manifest.c2pa"))
        assert found.state == "remote"
        with pytest.raises(TimeoutError):
            server.accept()
