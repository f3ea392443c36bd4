"""Public keys of domains, from several sources that are kept apart, and what they say of a signature."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tocsin.detect.leaks.mail import tags as taglist
from tocsin.detect.leaks.mail.tags import BadTags
from tocsin.model.mail import DomainKey

LEAST_BITS, SHORT_BITS = 1024, 2048
_ORDER = ("archive", "dns", "other", "recovered")
#: DigestInfo without the digest (RFC 8017, section 9.2, note 1).
_DIGEST_INFO = {
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "sha1": bytes.fromhex("3021300906052b0e03021a05000414"),
}


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key record (RFC 6376, section 3.6.1). `modulus` and `exponent` of RSA keys, `point` of ed25519 keys."""

    algorithm: str
    modulus: int = 0
    exponent: int = 0
    point: bytes = b""
    hashes: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()

    @property
    def bits(self) -> int:
        """Length of the modulus; 256 for ed25519."""
        return self.modulus.bit_length() or 256

    def opened(self, signature: bytes, algorithm: str) -> bytes | None:
        """The digest that an RSA signature was made over; None where this key did not make it (RFC 8017, 8.2.2)."""
        size = self.bits + 7 >> 3
        value = int.from_bytes(signature, "big")
        if len(signature) != size or value >= self.modulus:
            return None
        text = pow(value, self.exponent, self.modulus).to_bytes(size, "big")
        length = {"sha256": 32, "sha1": 20}[algorithm]
        return text[-length:] if text == padded(text[-length:], algorithm, size) else None

    def signed(self, signature: bytes, digest: bytes) -> bool:
        """Whether an ed25519 signature is of that digest (RFC 8463, section 3)."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        try:
            Ed25519PublicKey.from_public_bytes(self.point).verify(signature, digest)
        except (InvalidSignature, ValueError):
            return False
        return True


def padded(digest: bytes, algorithm: str, size: int) -> bytes:
    """EMSA-PKCS1-v1_5 (RFC 8017, section 9.2): what the signature of `size` bytes is a root of."""
    info = _DIGEST_INFO[algorithm] + digest
    return b"\0\1" + b"\xff" * (size - len(info) - 3) + b"\0" + info


@dataclass(frozen=True, slots=True)
class Known:
    """A key as it was given, and as it was read; `key` is None where `problem` says why it cannot be used."""

    given: DomainKey
    key: PublicKey | None
    problem: str = ""
    revoked: bool = False


class KeyBook:
    """Keys by selector and domain; several for one selector are all kept, each with its source."""

    def __init__(self, keys: Iterable[DomainKey] = ()) -> None:
        self._keys: dict[tuple[str, str], list[DomainKey]] = {}
        self._read: dict[tuple[str, str], tuple[Known, ...]] = {}
        for key in dict.fromkeys(keys):
            self._keys.setdefault((key.domain.lower().rstrip("."), key.selector.lower()), []).append(key)
        for found in self._keys.values():
            found.sort(key=lambda key: (_ORDER.index(key.source), key.origin, key.record))

    def __iter__(self) -> Iterator[DomainKey]:
        for found in self._keys.values():
            yield from found

    def find(self, domain: str, selector: str) -> tuple[Known, ...]:
        """The keys of that name: those that somebody kept or asked for first, recovered ones last."""
        name = (domain.lower(), selector.lower())
        if name not in self._read:
            self._read[name] = tuple(known(key) for key in self._keys.get(name, ()))
        return self._read[name]

    def conflicts(self) -> tuple[str, ...]:
        """Names for which the sources have different keys, each told with its sources."""
        told = []
        for (domain, selector), keys in sorted(self._keys.items()):
            values: dict[str, list[str]] = {}
            for key in keys:
                values.setdefault(_value(key.record), []).append(f"{key.source} {key.origin}")
            if len(values) > 1:
                sources = "; ".join(" and ".join(dict.fromkeys(names)) for names in values.values())
                told.append(f"{selector}._domainkey.{domain}: {len(values)} different keys, from {sources}")
        return tuple(told)


def known(given: DomainKey) -> Known:
    """Read a key record."""
    try:
        key = _public(taglist.read(given.record))
    except BadTags as error:
        return Known(given, None, str(error))
    if key is None:
        return Known(given, None, "the domain has revoked it (p= is empty)", revoked=True)
    return Known(given, key)


def _value(record: str) -> str:
    try:
        return taglist.solid(taglist.read(record).get("p", ""))
    except BadTags:
        return record


def _public(tags: dict[str, str]) -> PublicKey | None:
    """The key of a record; None where it is revoked."""
    if tags.get("v", "DKIM1") != "DKIM1" or ("v" in tags and next(iter(tags)) != "v"):
        raise BadTags("it is no DKIM1 record")
    if "p" not in tags:
        raise BadTags("it has no key (p=)")
    if not {"*", "email"} & set(taglist.words(tags.get("s", "*"))):
        raise BadTags(f"it is not for mail (s={tags['s']})")
    value = taglist.solid(tags["p"])
    if not value:
        return None
    hashes = taglist.words(tags["h"]) if "h" in tags else ()
    flags = taglist.words(tags["t"]) if "t" in tags else ()
    try:
        data = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadTags("its key is not base64") from error
    algorithm = tags.get("k", "rsa")
    if algorithm == "ed25519":
        if len(data) != 32:
            raise BadTags("its ed25519 key does not have 32 bytes")
        return PublicKey(algorithm, point=data, hashes=hashes, flags=flags)
    if algorithm != "rsa":
        raise BadTags(f"its kind of key is not known (k={algorithm})")
    modulus, exponent = _rsa(data)
    return PublicKey(algorithm, modulus, exponent, hashes=hashes, flags=flags)


def _rsa(data: bytes) -> tuple[int, int]:
    """Modulus and exponent of a SubjectPublicKeyInfo (RFC 5280) or a bare RSAPublicKey (RFC 8017, A.1.1), both DER."""
    try:
        inner = _der(data, 0x30)
        if inner[0] == 0x30:  # AlgorithmIdentifier, then the key as a bit string
            _, rest = _split(inner)
            inner = _der(_der(rest, 0x03)[1:], 0x30)
        modulus, rest = _split(inner)
        exponent = _der(rest, 0x02)
        n, e = int.from_bytes(modulus, "big"), int.from_bytes(exponent, "big")
    except (IndexError, ValueError) as error:
        raise BadTags("its key is no RSA key in DER") from error
    if n.bit_length() < 256 or n.bit_length() > 16384 or n % 2 == 0 or e < 3 or e.bit_length() > 64:
        raise BadTags("its key is no RSA key that can be used")
    return n, e


def _der(data: bytes, kind: int) -> bytes:
    if data[0] != kind:
        raise ValueError(f"not of kind {kind}")
    return _split(data)[0]


def _split(data: bytes) -> tuple[bytes, bytes]:
    """The content of the first element, and what follows it."""
    length, start = data[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(data[2:start], "big")
    if start + length > len(data):
        raise ValueError("it breaks off")
    return data[start : start + length], data[start + length :]


def rsa_record(modulus: int, exponent: int) -> str:
    """The TXT record of an RSA key."""

    def element(kind: int, content: bytes) -> bytes:
        size = len(content)
        head = (
            bytes([size]) if size < 128 else bytes([0x80 + (n := size.bit_length() + 7 >> 3)]) + size.to_bytes(n, "big")
        )
        return bytes([kind]) + head + content

    def integer(value: int) -> bytes:
        return element(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))

    key = element(0x30, integer(modulus) + integer(exponent))
    algorithm = element(0x30, bytes.fromhex("06092a864886f70d0101010500"))
    info = element(0x30, algorithm + element(3, b"\0" + key))
    return f"v=DKIM1; k=rsa; p={base64.b64encode(info).decode()}"
