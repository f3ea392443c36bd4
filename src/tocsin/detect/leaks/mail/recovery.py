"""A public key from the mails that it signed: where no archive has it, two mails of one key are enough.

An RSA signature s of a padded digest m has s^e = m modulo n, so n divides s^e - m, and the greatest common divisor of
two such numbers is n times a small factor. What it shows: one private key signed all mails that hold under it. Whose
key that was it does not show: somebody who made the whole mailbox up would have signed it with one key, too. That needs
one source outside: the same key in an archive, or one of the mails in the hands of somebody who received it.
"""

from __future__ import annotations

import importlib
import itertools
import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from tocsin.detect.leaks.mail import canon, fields
from tocsin.detect.leaks.mail import signature as signing
from tocsin.detect.leaks.mail.arc import AMS
from tocsin.detect.leaks.mail.keys import KeyBook, padded, rsa_record
from tocsin.detect.leaks.mail.tags import BadTags
from tocsin.errors import UsageError
from tocsin.model.mail import DomainKey, Message
from tocsin.progress import Progress, Silent

SHOWS = (
    "One private key signed all mails that hold under this key. Whose key it was is not shown: that needs the same key "
    "in an archive, or one of these mails from somebody who received it."
)
SMALL_EXPONENTS, USUAL_EXPONENT = (3, 17), 65537
MOST_PAIRS, COFACTOR_BITS = 3, 40
_SMALL_FACTORS = 1 << 16


class Signed(NamedTuple):
    """An RSA signature as a number, what it is a root of, and the length of both in bytes."""

    value: int
    padded: int
    size: int


def recoverable(messages: Iterable[Message], keys: KeyBook | None = None) -> dict[tuple[str, str], list[Signed]]:
    """The signatures by domain and selector that `keys` does not have, those of ARC sets too, where there are two and
    more; only of mails whose body is as it was signed."""
    found: dict[tuple[str, str], dict[int, Signed]] = {}
    for message in messages:
        mail = fields.read(message.raw)
        for position in [*mail.at.get("dkim-signature", ()), *mail.at.get(AMS, ())]:
            field = mail.fields[position]
            try:
                one = signing.parse(field, position, sealed=field.name == AMS)
            except BadTags:
                continue
            name = (one.domain, one.selector.lower())
            if one.kind != "rsa" or (keys and any(known.key for known in keys.find(*name))):
                continue
            body = canon.body_digest(mail.body, one.body_relaxed, one.length, one.hash)
            if body == one.body_digest and len(one.value) >= 64:
                root = padded(signing.digest(mail, one), one.hash, len(one.value))
                value = int.from_bytes(one.value, "big")
                signed = Signed(value, int.from_bytes(root, "big"), len(one.value))
                found.setdefault(name, {})[value] = signed
    return {name: list(signed.values()) for name, signed in sorted(found.items()) if len(signed) > 1}


def recover(
    messages: Iterable[Message], keys: KeyBook | None = None, progress: Progress | None = None
) -> list[DomainKey]:
    """The keys (source `recovered`) that signed two mails and more and that `keys` does not have. `SHOWS` says what one
    proves. A key of 2048 bits takes about half a CPU-minute; three pairs of mails are tried, since an altered mail
    gives nothing. Raises `UsageError` where the package for large numbers is wanting."""
    told, found = progress or Silent(), []
    for (domain, selector), signed in recoverable(messages, keys).items():
        told.start(f"recovering the key {selector}._domainkey.{domain}")
        for size in sorted({one.size for one in signed}):
            group = [one for one in signed if one.size == size]
            if key := _key(group):
                modulus, exponent = key
                held = sum(pow(one.value, exponent, modulus) == one.padded for one in group)
                origin = f"recovered from {held} of {len(group)} mails that name it"
                found.append(DomainKey(domain, selector, rsa_record(modulus, exponent), "recovered", origin))
    return found


def _key(signed: Sequence[Signed]) -> tuple[int, int] | None:
    """Modulus and exponent under which at least two of the signatures hold."""
    for exponent in (*SMALL_EXPONENTS, USUAL_EXPONENT):
        numbers = _numbers(exponent)
        for one, other in _pairs(signed):
            common = int(numbers.gcd(_multiple(numbers, one, exponent), _multiple(numbers, other, exponent)))
            if modulus := _modulus(common, exponent, signed):
                return modulus, exponent
    return None


def _pairs(signed: Sequence[Signed]) -> list[tuple[Signed, Signed]]:
    """Pairs that share no mail as far as possible, so that one altered mail spoils one pair."""
    apart = list(zip(signed[::2], signed[1::2], strict=False))
    crossed = list(itertools.combinations(signed[:4], 2))
    return list(dict.fromkeys([*apart, *crossed]))[:MOST_PAIRS]


def _numbers(exponent: int) -> Any:
    """Arithmetic with numbers of a hundred million bits, or Python's own where the exponent is small."""
    if exponent != USUAL_EXPONENT:
        return math
    try:
        return importlib.import_module("gmpy2")
    except ImportError:
        hint = 'install the extra "leaks": pip install "tocsin[leaks]"'
        raise UsageError("recovering a key needs the package gmpy2", hint=hint) from None


def _multiple(numbers: Any, one: Signed, exponent: int) -> Any:
    make = getattr(numbers, "mpz", int)
    return make(one.value) ** exponent - one.padded


def _modulus(common: int, exponent: int, signed: Sequence[Signed]) -> int | None:
    """The modulus in a common divisor: the other mails and small primes take what is too much away."""
    bits = signed[0].size * 8
    if not bits - 8 < common.bit_length() <= bits + COFACTOR_BITS:
        return None
    for one in signed:
        further = math.gcd(common, pow(one.value, exponent, common) - one.padded)
        if further.bit_length() > bits - 8:
            common = further
    for factor in (2, *range(3, _SMALL_FACTORS, 2)):
        while common % factor == 0:
            common //= factor
    held = sum(pow(one.value, exponent, common) == one.padded for one in signed)
    return common if held > 1 and common.bit_length() <= bits else None
