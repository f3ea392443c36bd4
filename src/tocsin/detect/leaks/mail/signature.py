"""One signature: what it says, whether it follows the standard, and whether it holds (RFC 6376, 8301, 8463)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from tocsin.detect.leaks.mail import canon
from tocsin.detect.leaks.mail import tags as taglist
from tocsin.detect.leaks.mail.added import Added
from tocsin.detect.leaks.mail.fields import Field, Mail
from tocsin.detect.leaks.mail.keys import LEAST_BITS, Known, PublicKey
from tocsin.detect.leaks.mail.tags import BadTags
from tocsin.model.mail import DomainKey

#: holds: under the key, over the mail as it is. restored: over the mail once a damage of transport is undone.
#: added: over the mail without some text, which was added to it since.
#: no key: none at hand, or only one that does not count for that day. body, header: what is there is not what was
#: signed. value: the key did not make this signature. invalid: it does not follow the standard, or the key's domain
#: says it does not count. weak: it holds, under a key so short that anybody could have made it.
#: unreadable: the mail was put together from parts, so the bytes that were signed are not there.
State = Literal["holds", "restored", "added", "no key", "body", "header", "value", "invalid", "weak", "unreadable"]
_ALGORITHMS = ("rsa-sha256", "rsa-sha1", "ed25519-sha256")
_FORMS = ("simple", "relaxed")


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature field as it was read. `instance` counts ARC sets, 0 for DKIM; `position` is the field's place;
    `formed`: whether it names its canonical forms (c=)."""

    field: Field
    position: int
    domain: str
    selector: str
    kind: str  # rsa or ed25519
    hash: str
    header_relaxed: bool
    body_relaxed: bool
    names: tuple[str, ...]
    body_digest: bytes
    value: bytes
    identity: str  # the domain of i=
    length: int | None
    signed_at: datetime | None
    expires_at: datetime | None
    instance: int = 0
    formed: bool = True


@dataclass(frozen=True, slots=True)
class SignatureReport:
    """What came of one signature. `aligned`: the domain is that of From, or of the same organisation. `covered`: names
    of the fields that it covers; `absent`: of those among them that are not there. `beyond`: bytes of the body after
    the part that l= covers. `repairs`: what was undone. `testing`: the domain said so (t=y).
    `added`: what was added since. `excuse`: where it fails, what may explain that without an alteration and cannot be
    undone; a forger may have seen to it, too."""

    domain: str
    selector: str
    algorithm: str
    state: State
    reason: str
    aligned: bool = False
    key: DomainKey | None = None
    bits: int = 0
    signed_at: datetime | None = None
    expires_at: datetime | None = None
    covered: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    beyond: bytes = b""
    repairs: tuple[str, ...] = ()
    testing: bool = False
    added: tuple[Added, ...] = ()
    excuse: str = ""

    @property
    def broken(self) -> bool:
        """Whether what is there is not what was signed."""
        return self.state in ("body", "header", "value", "added")

    @property
    def good(self) -> bool:
        """Whether it holds, as it is or once damage of transport is undone."""
        return self.state in ("holds", "restored")


def parse(field: Field, position: int, *, sealed: bool = False) -> Signature:
    """Read a DKIM-Signature, or with `sealed` an ARC-Message-Signature (RFC 8617, section 4.1.2), by the rules of
    RFC 6376, section 6.1.1. Raises `BadTags` where it does not follow them."""
    tags = taglist.read(field.raw.partition(b":")[2].decode("utf-8", "surrogateescape"))
    _must_have(tags, ("a", "b", "bh", "d", "h", "s", "i") if sealed else ("v", "a", "b", "bh", "d", "h", "s"))
    if not sealed and tags["v"] != "1":
        raise BadTags("its version is not 1 (v=)")
    kind, hashed = algorithm(tags["a"], sealed=sealed)
    forms = tags.get("c", "simple/simple").partition("/")
    header, body = forms[0], forms[2] if forms[1] else "simple"
    if header not in _FORMS or body not in _FORMS:
        raise BadTags(f"its canonical form is not known (c={tags['c']})")
    names = taglist.words(tags["h"])
    if "from" not in names:
        raise BadTags("it does not cover From (h=)")
    if sealed and "arc-seal" in names:
        raise BadTags("it covers ARC-Seal, which it must not (h=)")
    if "dns/txt" not in taglist.words(tags.get("q", "dns/txt")):
        raise BadTags(f"its way to the key is not known (q={tags['q']})")
    signed, expires = taglist.number(tags, "t"), taglist.number(tags, "x")
    if signed is not None and expires is not None and expires < signed:
        raise BadTags("it expires before it was made (x= before t=)")
    domain = tags["d"].lower()
    return Signature(
        field=field,
        position=position,
        domain=domain,
        selector=tags["s"],
        kind=kind,
        hash=hashed,
        header_relaxed=header == "relaxed",
        body_relaxed=body == "relaxed",
        names=names,
        body_digest=decoded(tags, "bh"),
        value=decoded(tags, "b"),
        identity=domain if sealed else _identity(tags, domain),
        length=taglist.number(tags, "l"),
        signed_at=_time(signed),
        expires_at=_time(expires),
        instance=taglist.number(tags, "i") or 0 if sealed else 0,
        formed="c" in tags,
    )


def _must_have(tags: Mapping[str, str], names: tuple[str, ...]) -> None:
    for name in names:
        if name not in tags:
            raise BadTags(f"the tag {name}= is missing")
        if not tags[name]:
            raise BadTags(f"the tag {name}= is empty")


def algorithm(text: str, *, sealed: bool) -> tuple[str, str]:
    """Kind of key and hash of a tag a=, whose case counts (RFC 6376, section 3.2); ARC has no SHA-1 (RFC 8617, section
    4.1.2). Raises `BadTags`."""
    if text not in _ALGORITHMS or (sealed and text == "rsa-sha1"):
        raise BadTags(f"its algorithm does not count (a={text})")
    kind, _, hashed = text.partition("-")
    return kind, hashed


def decoded(tags: Mapping[str, str], name: str) -> bytes:
    """The bytes of a tag in base64. Raises `BadTags`."""
    try:
        return base64.b64decode(taglist.solid(tags[name]), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadTags(f"the tag {name}= is not base64") from error


def _identity(tags: Mapping[str, str], domain: str) -> str:
    """The domain of the tag i=, which must be the signing one or below it."""
    found = tags.get("i", "@" + domain).rpartition("@")[2].lower()
    if found != domain and not found.endswith("." + domain):
        raise BadTags(f"its identity is not of the domain that signs (i= {found}, d= {domain})")
    return found


def _time(seconds: int | None) -> datetime | None:
    if seconds is None or seconds > 253402300799:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def objection(signature: Signature, key: PublicKey, *, sealed: bool = False) -> str:
    """Why a key does not count for a signature, "" where it does."""
    if key.algorithm != signature.kind:
        return f"the key is of another kind ({key.algorithm}) than the signature ({signature.kind})"
    if key.hashes and signature.hash not in key.hashes:
        return f"the key's domain does not allow {signature.hash} (h= of the key)"
    if not sealed and "s" in key.flags and signature.identity != signature.domain:
        return f"the key's domain allows no subdomain (t=s), and i= names {signature.identity}"
    return ""


def digest(mail: Mail, signature: Signature) -> bytes:
    """Digest of the header as it is."""
    text = canon.header_text(canon.chosen(mail, signature.names), signature.field, signature.header_relaxed)
    return canon.HASHES[signature.hash](text).digest()


def check(mail: Mail, signature: Signature, known: Known, body: bytes, header: bytes) -> SignatureReport:
    """Check a signature under one key; `body` and `header` are the digests of the mail as it is."""
    report = told(mail, signature, known.given)
    if known.key is None:
        state: State = "no key" if known.revoked else "invalid"
        return replace(report, state=state, reason=f"the key cannot be used: {known.problem}")
    key = known.key
    report = replace(report, bits=key.bits, testing="y" in key.flags)
    if why := objection(signature, key):
        return replace(report, state="invalid", reason=why)
    if body != signature.body_digest:
        return replace(report, state="body", reason="the body is not the one that was signed (bh=)")
    if key.algorithm == "ed25519":
        if not key.signed(signature.value, header):
            return replace(report, state="header", reason="the header is not what was signed, or not with this key")
    else:
        opened = key.opened(signature.value, signature.hash)
        if opened is None:
            return replace(report, state="value", reason="the signature was not made with this key, or was damaged")
        if opened != header:
            return replace(report, state="header", reason="the header is not the one that was signed with this key")
    return held(report)


def held(report: SignatureReport) -> SignatureReport:
    """The report of a signature that holds; under a key that anybody can break it shows nothing (RFC 8301, 3.2)."""
    if 0 < report.bits < LEAST_BITS and not report.algorithm.startswith("ed25519"):
        return replace(report, state="weak", reason=f"it holds, but anybody can break a key of {report.bits} bits")
    return replace(report, state="holds", reason="it holds")


def told(mail: Mail, signature: Signature, key: DomainKey | None) -> SignatureReport:
    """What a signature says, before it is checked."""
    names = signature.names
    present = tuple(name for name in dict.fromkeys(names) if name in mail.at)
    return SignatureReport(
        domain=signature.domain,
        selector=signature.selector,
        algorithm=f"{signature.kind}-{signature.hash}",
        state="no key",
        reason="no key of that name is at hand",
        key=key,
        signed_at=signature.signed_at,
        expires_at=signature.expires_at,
        covered=present,
        absent=tuple(name for name in dict.fromkeys(names) if name not in mail.at),
        beyond=beyond(mail, signature),
    )


def beyond(mail: Mail, signature: Signature) -> bytes:
    """What the body has after the part that the tag l= covers."""
    if signature.length is None:
        return b""
    return canon.body(mail.body, signature.body_relaxed)[signature.length :]
