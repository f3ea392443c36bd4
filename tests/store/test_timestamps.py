"""Timestamps: asked of a real authority, and counted only once they were checked."""

import socket
import subprocess
from base64 import b64decode
from datetime import UTC, datetime

import pytest
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder
from tests.store.authority import Authority

from tocsin.errors import InputError, UsageError
from tocsin.model.evidence import Timestamp
from tocsin.store import timestamps, tokens
from tocsin.store.canonical import canonical


def stamp(workspace, authority, *certificates):
    (found,) = timestamps.stamp(workspace, authority.url, certificates, by="ada")
    with workspace.read() as reader:
        assert reader.get(Timestamp, found.id) == found
    return found


@pytest.fixture
def root(workspace):
    return workspace.journal.make_root(datetime.now(UTC).date())


@pytest.fixture
def other(tmp_path_factory, stamping):
    made = Authority(tmp_path_factory.mktemp("other"))
    yield made
    made.close()


def test_a_token_that_holds_is_confirmed(workspace, root, authority):
    before = datetime.now(UTC).replace(microsecond=0)
    found = stamp(workspace, authority, authority.certificate)
    assert (found.state, found.reason, found.attempts) == ("confirmed", "", 1)
    assert (found.id, found.day, found.authority) == (root.digest, str(root.day), authority.url)
    assert before <= found.stamped <= datetime.now(UTC)
    assert workspace.journal.head().action == "timestamp"
    assert workspace.check() == []


def test_openssl_confirms_the_same_token(workspace, root, authority, tmp_path):
    found = stamp(workspace, authority, authority.certificate)
    (tmp_path / "root.json").write_bytes(canonical(root.model_dump(mode="json")))
    (tmp_path / "root.tsr").write_bytes(b64decode(found.token))
    words = ["openssl", "ts", "-verify", "-data", "root.json", "-in", "root.tsr"]
    words += ["-CAfile", str(authority.folder / "root.pem")]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "Verification: OK" in done.stdout, done.stderr


def test_what_is_confirmed_is_not_asked_again_and_a_later_root_is(workspace, root, authority):
    stamp(workspace, authority, authority.certificate)
    assert timestamps.stamp(workspace, authority.url, [authority.certificate], by="ada") == ()
    assert authority.asked == 1
    workspace.journal.make_root(root.day)
    assert stamp(workspace, authority, authority.certificate).id != root.digest


def test_without_an_answer_it_stays_pending_and_is_asked_again(workspace, root, authority):
    authority.mode = "busy"
    found = stamp(workspace, authority, authority.certificate)
    assert (found.state, found.attempts, found.token, found.stamped) == ("pending", 1, "", None)
    assert "503" in found.reason
    authority.mode = "stamps"
    found = stamp(workspace, authority, authority.certificate)
    assert (found.state, found.reason, found.attempts) == ("confirmed", "", 2)


def test_an_authority_that_is_not_there_is_no_confirmation(workspace, root, authority):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        closed = f"http://127.0.0.1:{taken.getsockname()[1]}/"
    (found,) = timestamps.stamp(workspace, closed, [authority.certificate], by="ada")
    assert found.state == "pending"
    assert found.reason.startswith("no answer: ")


def test_without_certificates_nothing_is_taken_for_granted(workspace, root, authority):
    found = stamp(workspace, authority)
    assert (found.state, found.stamped) == ("pending", None)
    assert "no certificate" in found.reason
    assert stamp(workspace, authority, authority.certificate).state == "confirmed"


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        ("refuses", "the authority refused, status 2"),
        ("other", "the token does not hold"),
        ("again", "the token does not hold"),
        ("broken", "cannot be read"),
    ],
)
def test_an_answer_that_does_not_hold_is_failed_and_asked_again(workspace, root, authority, mode, reason):
    authority.answer(query(b"of another workspace"))
    authority.mode = mode
    found = stamp(workspace, authority, authority.certificate)
    assert (found.state, found.stamped) == ("failed", None)
    assert reason in found.reason
    authority.mode = "stamps"
    assert stamp(workspace, authority, authority.certificate).state == "confirmed"


def query(message):
    return TimestampRequestBuilder(data=message, hash_algorithm=HashAlgorithm.SHA256).build().as_bytes()


def test_an_old_answer_to_the_same_root_is_refused_by_its_nonce(workspace, root, authority):
    stamp(workspace, authority)
    authority.mode = "again"
    found = stamp(workspace, authority, authority.certificate)
    assert found.state == "failed"
    assert "Nonce" in found.reason


def test_another_authority_s_signature_is_failed(workspace, root, authority, other):
    found = stamp(workspace, authority, other.certificate)
    assert found.state == "failed"
    assert "the token does not hold" in found.reason


def test_every_byte_of_the_imprint_and_the_signature_counts(workspace, root, authority):
    token = b64decode(stamp(workspace, authority, authority.certificate).token)
    message, trusted = canonical(root.model_dump(mode="json")), [authority.certificate]
    assert tokens.problem(token, message, trusted) == ""
    assert tokens.problem(token, message + b" ", trusted) != ""
    at = token.index(b"\x04\x20") + 2  # the imprint
    for place in (at, at + 31, len(token) - 1, len(token) - 10):
        changed = token[:place] + bytes([token[place] ^ 1]) + token[place + 1 :]
        assert tokens.problem(changed, message, trusted) != "", place


def test_each_cut_of_a_token_is_answered_in_words(workspace, root, authority):
    token = b64decode(stamp(workspace, authority, authority.certificate).token)
    message = canonical(root.model_dump(mode="json"))
    for size in range(0, len(token), 37):
        assert tokens.problem(token[:size], message, [authority.certificate]) != ""


@pytest.mark.parametrize("address", ["ftp://127.0.0.1/", "file:///etc/hostname", "127.0.0.1"])
def test_only_web_addresses_are_asked(workspace, root, address):
    with pytest.raises(UsageError, match="no http or https address"):
        timestamps.stamp(workspace, address, (), by="ada")


def test_what_is_no_certificate_is_said(workspace, root, authority, tmp_path):
    with pytest.raises(InputError, match="PEM"):
        stamp(workspace, authority, b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    with pytest.raises(InputError, match="signs itself"):
        stamp(workspace, authority, (authority.folder / "signer.pem").read_bytes())
    with pytest.raises(InputError, match="No such file"):
        tokens.read_certificates([tmp_path / "none.pem"])
