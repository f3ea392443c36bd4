"""Timestamps (RFC 3161) over the roots of days: asked of an authority, checked against its certificates, never taken
for granted. A token stamps the root's canonical text: `openssl ts -verify -data roots/DAY.json` can check it too."""

from __future__ import annotations

import urllib.request
from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from http.client import HTTPException
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tocsin.errors import InputError, UsageError
from tocsin.model.evidence import Timestamp
from tocsin.store.canonical import canonical

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from rfc3161_client import TimeStampResponse

    from tocsin.store.workspace import Workspace

TIMEOUT_S = 20
LIMIT_BYTES = 100_000  # of an answer; one with a whole chain of certificates has about 10,000


class _NotStamped(Exception):  # noqa: N818  a state, told in words
    """The authority answered, and the answer does not hold."""


def problem(token: bytes, message: bytes, certificates: Sequence[bytes]) -> str:
    """Why a token does not prove that the message existed at its time; empty where it does. `certificates` are PEM
    files: one that signs itself is trusted, others may stand between. Raises `InputError` for one that is not PEM."""
    try:
        _confirm(token, message, certificates)
    except _NotStamped as reason:
        return str(reason)
    return ""


def _confirm(token: bytes, message: bytes, certificates: Sequence[bytes], nonce: int | None = None) -> datetime:
    """The time in the token, once the whole check holds at that time (RFC 3161, 2.3 and 2.4.2)."""
    from rfc3161_client import VerificationError, VerifierBuilder

    answer = _parsed(token)
    known = _loaded(certificates)
    roots = [one for one in known if one.issuer == one.subject]
    if not roots:
        raise InputError("no certificate signs itself", hint="Give the authority's root certificate, as PEM.")
    signer = next((one for one in known if _may_stamp(one)), None) if not answer.signed_data.certificates else None
    between = [one for one in known if one not in roots]
    try:
        VerifierBuilder(None, signer, between, roots, nonce).build().verify_message(answer, message)
    except (VerificationError, ValueError) as error:
        raise _NotStamped(f"the token does not hold: {error}") from error
    return answer.tst_info.gen_time.astimezone(UTC)


def _parsed(token: bytes) -> TimeStampResponse:
    from rfc3161_client import PKIStatus, decode_timestamp_response

    try:
        answer = decode_timestamp_response(_ordered(token))
        if answer.status == PKIStatus.GRANTED:
            return answer
        words = "; ".join(answer.status_string)
    except ValueError as error:
        raise _NotStamped(f"the answer cannot be read: {error}") from error
    raise _NotStamped(f"the authority refused, status {answer.status}" + (f": {words}" if words else ""))


def _ordered(token: bytes) -> bytes:
    """The token with its certificates in DER's order of a set (X.690, 11.6), as the library asks; authorities that send
    a chain often send it in the chain's order. The signature does not cover them."""
    inside = (0, len(token))
    for step in (0, 1, 1, 0):  # the answer, its token, [0], SignedData (RFC 3161, 2.4.2; RFC 5652, sections 3 and 5.1)
        parts = _elements(token, *inside)
        if step >= len(parts):
            return token
        inside = parts[step][1:]
    for start, *chain in _elements(token, *inside):
        if token[start] == 0xA0:
            found = sorted(token[one:stop] for one, _, stop in _elements(token, *chain))
            return token[: chain[0]] + b"".join(found) + token[chain[1] :]
    return token


def _elements(data: bytes, at: int, end: int) -> list[tuple[int, int, int]]:
    """The DER elements from `at` to `end`: where each begins, where its content begins, where it ends."""
    found = []
    while at + 2 <= end:
        size, start = data[at + 1], at + 2
        if size & 0x80:  # long form
            start += size & 0x7F
            size = int.from_bytes(data[at + 2 : start])
        if start + size > end:
            raise ValueError(f"an element at byte {at} is longer than what holds it")
        found.append((at, start, start + size))
        at = start + size
    return found


def _loaded(certificates: Sequence[bytes]) -> list[Certificate]:
    from cryptography.x509 import load_pem_x509_certificates

    try:
        return [one for pem in certificates for one in load_pem_x509_certificates(pem)]
    except ValueError as error:
        raise InputError(
            f"not a certificate in PEM: {error}", hint="Give the file that the authority publishes."
        ) from error


def _may_stamp(certificate: Certificate) -> bool:
    from cryptography.x509 import ExtendedKeyUsage, ExtensionNotFound
    from cryptography.x509.oid import ExtendedKeyUsageOID

    try:
        usage = certificate.extensions.get_extension_for_class(ExtendedKeyUsage).value
    except ExtensionNotFound:
        return False
    return ExtendedKeyUsageOID.TIME_STAMPING in usage


def stamp(workspace: Workspace, authority: str, certificates: Sequence[bytes], *, by: str) -> tuple[Timestamp, ...]:
    """Ask for the last root of every day that is not confirmed yet, and keep what came of it. Returns what was asked.

    `certificates` are the authority's, in PEM; without them no answer is ever confirmed. Raises `UsageError` for an
    address that is not http or https.
    """
    if urlsplit(authority).scheme not in ("http", "https"):
        raise UsageError(f"timestamp authority {authority!r} is no http or https address", hint="Correct the address.")
    asked = []
    for root in {root.day: root for root in workspace.journal.roots()}.values():
        with workspace.read() as reader:
            known = reader.find(Timestamp, root.digest)
        known = known or Timestamp(id=root.digest, day=str(root.day), authority=authority)
        if known.state != "confirmed":
            found = _outcome(authority, canonical(root.model_dump(mode="json")), certificates)
            tried = {"authority": authority, "attempts": known.attempts + 1, "asked": datetime.now(UTC)}
            with workspace.write(by, "timestamp", subject=known.day) as writer:
                asked.append(writer.put(known.but(**tried, **found)))
    return tuple(asked)


def _outcome(authority: str, message: bytes, certificates: Sequence[bytes]) -> dict[str, Any]:
    """Ask an authority once: the fields of a `Timestamp` that say what came of it."""
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    request = TimestampRequestBuilder(data=message, hash_algorithm=HashAlgorithm.SHA256).build()
    try:
        token = _post(authority, request.as_bytes())
    except (OSError, HTTPException) as error:
        return {"state": "pending", "reason": f"no answer: {error}"[:1000], "token": "", "stamped": None}
    kept = b64encode(token).decode()
    if not certificates:
        reason = "answered; there is no certificate to check it against"
        return {"state": "pending", "reason": reason, "token": kept, "stamped": None}
    try:
        stamped = _confirm(token, message, certificates, request.nonce)
    except _NotStamped as reason:
        return {"state": "failed", "reason": str(reason)[:1000], "token": kept, "stamped": None}
    return {"state": "confirmed", "reason": "", "token": kept, "stamped": stamped}


def _post(authority: str, query: bytes) -> bytes:
    """Send a query over HTTP (RFC 3161, 3.4); the answer is cut at the limit and then cannot be read."""
    head = {"Content-Type": "application/timestamp-query"}
    request = urllib.request.Request(authority, data=query, headers=head, method="POST")  # noqa: S310  checked in stamp
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
        body: bytes = answer.read(LIMIT_BYTES)
        return body
