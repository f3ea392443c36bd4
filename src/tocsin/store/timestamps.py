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

from tocsin.errors import UsageError
from tocsin.model.evidence import Timestamp
from tocsin.store.canonical import canonical
from tocsin.store.tokens import NotStamped, confirm

if TYPE_CHECKING:
    from tocsin.store.workspace import Workspace

TIMEOUT_S = 20
LIMIT_BYTES = 100_000  # of an answer; one with a whole chain of certificates has about 10,000


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
        stamped = confirm(token, message, certificates, request.nonce)
    except NotStamped as reason:
        return {"state": "failed", "reason": str(reason)[:1000], "token": kept, "stamped": None}
    return {"state": "confirmed", "reason": "", "token": kept, "stamped": stamped}


def _post(authority: str, query: bytes) -> bytes:
    """Send a query over HTTP (RFC 3161, 3.4); the answer is cut at the limit and then cannot be read."""
    head = {"Content-Type": "application/timestamp-query"}
    request = urllib.request.Request(authority, data=query, headers=head, method="POST")  # noqa: S310  checked in stamp
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
        body: bytes = answer.read(LIMIT_BYTES)
        return body
