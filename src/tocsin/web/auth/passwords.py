"""Passwords: argon2id (RFC 9106), a least length and no other rule (NIST SP 800-63B-4, section 3.1.1.2)."""

from __future__ import annotations

import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tocsin.errors import UsageError

LEAST = 15
MOST = 1024

_hasher = PasswordHasher()  # RFC 9106, section 4, second choice: 64 MiB, 3 passes, 4 lanes
_room = threading.BoundedSemaphore(2)  # a flood of sign-ins must not take 64 MiB each
#: Compared with where no account has the name, so that the answer takes as long.
_NOBODY = _hasher.hash("nobody's password")


def hashed(password: str) -> str:
    """The hash to keep. Raises `UsageError` for a password that is too short or too long."""
    if not LEAST <= len(password) <= MOST:
        raise UsageError(
            "The password is too short or too long.",
            hint="It needs at least 15 characters; a sentence is easy to remember. Any signs are good.",
        )
    with _room:
        return _hasher.hash(_same(password))


def verify(kept: str, password: str) -> bool:
    """Whether the password belongs to the kept hash; with an empty hash false, after the same work."""
    try:
        with _room:
            _hasher.verify(kept or _NOBODY, _same(password[: MOST + 1]))
    except (VerificationError, InvalidHashError):
        return False
    return bool(kept)


def outdated(kept: str) -> bool:
    """Whether a hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(kept)


def _same(password: str) -> str:
    return unicodedata.normalize("NFKC", password)
