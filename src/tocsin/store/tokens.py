"""Timestamp tokens (RFC 3161): whether one proves that a message existed at its time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tocsin.errors import InputError

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from rfc3161_client import TimeStampResponse


class NotStamped(Exception):  # noqa: N818  a state, told in words
    """The authority answered, and the answer does not hold."""


def problem(token: bytes, message: bytes, certificates: Sequence[bytes]) -> str:
    """Why a token does not prove that the message existed at its time; empty where it does. `certificates` are PEM
    files: one that signs itself is trusted, others may stand between. Raises `InputError` for one that is not PEM."""
    try:
        confirm(token, message, certificates)
    except NotStamped as reason:
        return str(reason)
    return ""


def confirm(token: bytes, message: bytes, certificates: Sequence[bytes], nonce: int | None = None) -> datetime:
    """The time in the token, once the whole check holds at that time (RFC 3161, 2.3 and 2.4.2). `nonce` is that of the
    request. Raises `NotStamped` with the reason."""
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
        raise NotStamped(f"the token does not hold: {error}") from error
    return answer.tst_info.gen_time.astimezone(UTC)


def _parsed(token: bytes) -> TimeStampResponse:
    from rfc3161_client import PKIStatus, decode_timestamp_response

    try:
        answer = decode_timestamp_response(_ordered(token))
        if answer.status == PKIStatus.GRANTED:
            return answer
        words = "; ".join(answer.status_string)
    except ValueError as error:
        raise NotStamped(f"the answer cannot be read: {error}") from error
    raise NotStamped(f"the authority refused, status {answer.status}" + (f": {words}" if words else ""))


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


def read_certificates(paths: Iterable[Path]) -> list[bytes]:
    """The files, as bytes. Raises `InputError` for one that cannot be read."""
    try:
        return [path.read_bytes() for path in paths]
    except OSError as error:
        raise InputError(f"{error.filename}: {error.strerror}", hint="Give a file with certificates in PEM.") from error
