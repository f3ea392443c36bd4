"""Authenticated received chains (RFC 8617): what each server that passed a mail on vouched for."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from tocsin.detect.leaks.mail import canon
from tocsin.detect.leaks.mail import tags as taglist
from tocsin.detect.leaks.mail.fields import CRLF, Field, Mail
from tocsin.detect.leaks.mail.keys import LEAST_BITS, KeyBook
from tocsin.detect.leaks.mail.signature import (
    Signature,
    algorithm,
    decoded,
    digest,
    objection,
    parse,
)
from tocsin.detect.leaks.mail.tags import BadTags

AAR, AMS, AS = "arc-authentication-results", "arc-message-signature", "arc-seal"
MOST_SETS = 50
_INSTANCE = re.compile(rb"[ \t\r\n]*i[ \t\r\n]*=[ \t\r\n]*([0-9]+)[ \t\r\n]*;")
_PASSED = re.compile(r"\bdkim=pass\b[^;]*\bheader\.(?:d=|i=[^;\s]*@)([A-Za-z0-9._-]+)")
_SEAL_TAGS = ("i", "a", "b", "cv", "d", "s")
One = TypeVar("One")


@dataclass(frozen=True, slots=True)
class ArcChain:
    """A chain. `status` as in RFC 8617, section 4.4; none also where a server itself sealed the chain as broken.
    `missing`: keys without which it could not be checked (the status is then fail). `sealers`: the domains, first to
    last. `vouched`: domains whose signature held when the first server read it, as that server says."""

    status: Literal["none", "pass", "fail"]
    reason: str
    sealers: tuple[str, ...] = ()
    vouched: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Seal:
    field: Field
    instance: int
    kind: str
    status: str
    domain: str
    selector: str
    value: bytes


@dataclass(frozen=True, slots=True)
class _Set:
    results: Field
    message: Signature
    seal: _Seal


def chain(mail: Mail, keys: KeyBook) -> ArcChain:
    """Validate the chain of a mail (RFC 8617, section 5.2)."""
    if not any(name in mail.at for name in (AAR, AMS, AS)):
        return ArcChain("none", "there is no chain")
    try:
        sets = _sets(mail)
        sealers = tuple(one.seal.domain for one in sets)
        missing = _missing(sets, keys)
        if missing:
            return ArcChain("fail", f"no key is at hand: {', '.join(missing)}", sealers, missing=missing)
        used = [_message(mail, sets[-1].message, keys)]
        for n in range(len(sets), 0, -1):
            if sets[n - 1].seal.status == "fail":
                said = f"{sets[n - 1].seal.domain} found the chain broken and sealed it as such"
                return ArcChain("none", said, sealers)
            used.append(_seal(sets[:n], keys))
        _statuses(sets)
    except BadTags as error:
        return ArcChain("fail", str(error))
    vouched = tuple(dict.fromkeys(found.lower() for found in _PASSED.findall(sets[0].results.text)))
    own = ", with keys that were recovered from mails themselves" if "recovered" in used else ""
    return ArcChain("pass", f"it holds, sealed by {', '.join(sealers)}{own}", sealers, vouched)


def _sets(mail: Mail) -> list[_Set]:
    """The sets in order; each has one field of each kind (section 4.2.1)."""
    results: dict[int, Field] = {}
    for field in mail.all(AAR):
        found = _INSTANCE.match(field.raw.partition(b":")[2])
        if not found:
            raise BadTags("ARC-Authentication-Results does not begin with its instance (i=)")
        _put(results, int(found[1]), field)
    messages: dict[int, Signature] = {}
    for position in mail.at.get(AMS, ()):
        message = parse(mail.fields[position], position, sealed=True)
        _put(messages, message.instance, message)
    seals: dict[int, _Seal] = {}
    for field in mail.all(AS):
        seal = _read_seal(field)
        _put(seals, seal.instance, seal)
    numbers = sorted(seals)
    if numbers != list(range(1, len(numbers) + 1)) or not numbers or len(numbers) > MOST_SETS:
        raise BadTags("the sets of the chain are not numbered from 1 without a gap")
    if set(results) != set(numbers) or set(messages) != set(numbers):
        raise BadTags("a set of the chain is not whole")
    return [_Set(results[n], messages[n], seals[n]) for n in numbers]


def _put(found: dict[int, One], instance: int, one: One) -> None:
    if instance in found:
        raise BadTags(f"the chain has two fields of one kind for i={instance}")
    found[instance] = one


def _read_seal(field: Field) -> _Seal:
    tags = taglist.read(field.raw.partition(b":")[2].decode("utf-8", "surrogateescape"))
    for name in _SEAL_TAGS:
        if not tags.get(name):
            raise BadTags(f"ARC-Seal has no {name}=")
    if "h" in tags or "bh" in tags:
        raise BadTags("ARC-Seal has a tag that it must not have (h= or bh=)")
    taglist.number(tags, "t")
    kind, _ = algorithm(tags["a"], sealed=True)
    status = tags["cv"]
    if status not in ("none", "pass", "fail"):
        raise BadTags("ARC-Seal does not say what it found (cv=)")
    instance = taglist.number(tags, "i") or 0
    return _Seal(field, instance, kind, status, tags["d"].lower(), tags["s"], decoded(tags, "b"))


def _statuses(sets: Sequence[_Set]) -> None:
    for one in sets:
        if one.seal.status != ("none" if one.seal.instance == 1 else "pass"):
            raise BadTags(f"the seal i={one.seal.instance} says cv={one.seal.status}, which cannot be")


def _missing(sets: Sequence[_Set], keys: KeyBook) -> tuple[str, ...]:
    asked = [(one.seal.domain, one.seal.selector) for one in sets]
    asked.append((sets[-1].message.domain, sets[-1].message.selector))
    return tuple(f"{s}._domainkey.{d}" for d, s in dict.fromkeys(asked) if not keys.find(d, s))


def _message(mail: Mail, message: Signature, keys: KeyBook) -> str:
    """The source of the key that signed the message. Without c= both canonical forms are tried: programs differ in
    which of them is meant, and either fixes the same words."""
    if len(mail.at.get("from", ())) > message.names.count("from"):
        raise BadTags(f"there is a From that {message.domain} did not sign")
    if not message.formed:
        with suppress(BadTags):
            return _message(mail, replace(message, header_relaxed=True, body_relaxed=True, formed=True), keys)
    body = canon.body_digest(mail.body, message.body_relaxed, message.length, message.hash)
    if body != message.body_digest:
        raise BadTags(f"the body is not the one that {message.domain} signed")
    return _made(message, digest(mail, message), keys, f"the signature i={message.instance} of the message")


def _seal(sets: Sequence[_Set], keys: KeyBook) -> str:
    """A seal covers all sets so far, oldest first, each as results, message signature, seal (section 5.1.1)."""
    last = sets[-1].seal
    text = b""
    for one in sets:
        text += canon.field(one.results.raw, True) + canon.field(one.message.field.raw, True)
        if one.seal is not last:
            text += canon.field(one.seal.field.raw, True)
    text += canon.field(canon.unsigned(last.field.raw), True).removesuffix(CRLF)
    return _made(last, hashlib.sha256(text).digest(), keys, f"the seal i={last.instance}")


def _made(one: Signature | _Seal, digest: bytes, keys: KeyBook, what: str) -> str:
    """The source of the key that made the signature over that digest. Raises `BadTags` where none did."""
    why = "no key of that name can be used"
    for known in keys.find(one.domain, one.selector):
        key = known.key
        if (
            key is None
            or key.algorithm != one.kind
            or (isinstance(one, Signature) and objection(one, key, sealed=True))
        ):
            continue
        if key.algorithm == "rsa" and key.bits < LEAST_BITS:
            why = f"anybody can break its key of {key.bits} bits"
        elif key.opened(one.value, "sha256") == digest if key.algorithm == "rsa" else key.signed(one.value, digest):
            return known.given.source
        else:
            why = "its key did not make it over what is here"
    raise BadTags(f"{what} does not hold: {why}")
