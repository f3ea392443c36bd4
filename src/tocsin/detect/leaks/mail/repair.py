"""The search for the damage of transport that explains why a signature fails.

A repair counts only where it gives the very bytes that were signed, which their digest shows, and where a reader sees
the same before and after (`seen.same`). So a changed word is never called damage. The search is bounded in the bytes
that it hashes: one that finds nothing shows that none of the known damages explains the failure, where it was not cut
off, and never that there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from tocsin.detect.leaks.mail import canon, damage, headers, places, seen
from tocsin.detect.leaks.mail import signature as signing
from tocsin.detect.leaks.mail.damage import Budget
from tocsin.detect.leaks.mail.fields import Field, Mail
from tocsin.detect.leaks.mail.keys import Known
from tocsin.detect.leaks.mail.parts import parts
from tocsin.detect.leaks.mail.signature import Signature, SignatureReport

#: Bytes read and hashed for one mail: for one damage, at one place or throughout, and for two together.
ONCE_BYTES, ONCE_TIMES_BODY, ONCE_MOST_BYTES, TWICE_BYTES = 128 << 20, 400, 768 << 20, 24 << 20
TWICE_MOST_BODY = 1 << 20  # of a larger body two damages together are not tried


class Search:
    """The limits of the search in one mail, for all its signatures. `whole`: one damage of every kind was tried.
    `seen`: what restores the signed bytes, but changes what a reader sees."""

    def __init__(self, mail: Mail) -> None:
        size = min(max(ONCE_BYTES, ONCE_TIMES_BODY * len(mail.body)), ONCE_MOST_BYTES)
        self.once, self.twice, self.whole = Budget(size), Budget(TWICE_BYTES), True
        self.seen: tuple[str, ...] = ()


class _Body(NamedTuple):
    """A body as it may have been, the transfer encoding of the mail's header, and what was undone."""

    data: bytes
    encoding: str = ""
    steps: tuple[str, ...] = ()


def restore(mail: Mail, signature: Signature, known: Sequence[Known], search: Search) -> SignatureReport | None:
    """The report of a signature that holds once known damage is undone; None where none explains the failure. Without a
    key only the body can be restored: the state is then `no key`, with what was undone."""
    for body in _bodies(mail, signature, search):
        if not known:
            restored = _as_mail(mail, body)
            if body.steps and seen.same(mail, restored):
                return replace(signing.told(restored, signature, None), repairs=body.steps)
            search.seen = body.steps
            continue
        for one in known:
            if report := _under(mail, body, signature, one, search):
                return report
    return None


def _under(mail: Mail, body: _Body, signature: Signature, known: Known, search: Search) -> SignatureReport | None:
    """The report of the signature over `body` under one key, with the header as it is or restored."""
    matches = _matches(signature, known)
    chosen = canon.chosen(mail, signature.names)
    found = matches and headers.search(chosen, signature.field, signature.header_relaxed, body.encoding, matches)
    if not found:
        return None
    new = {id(old): one for old, one in zip([*chosen, signature.field], found.fields, strict=True)}
    fields = tuple(field for one in mail.fields if (field := new.get(id(one), one)).raw)
    restored = _as_mail(Mail(fields, mail.body), body)
    steps = (*body.steps, *found.steps)
    if not steps or not seen.same(mail, restored):
        search.seen = steps
        return None
    report = replace(signing.told(restored, signature, known.given), bits=known.key.bits if known.key else 0)
    report = signing.held(replace(report, testing=known.key is not None and "y" in known.key.flags))
    if not report.good:
        return report
    return replace(report, state="restored", reason=f"it holds once this is undone: {'; '.join(steps)}", repairs=steps)


def _matches(signature: Signature, known: Known) -> Callable[[bytes], bool] | None:
    """Whether a header's text was signed with the key; None where the key cannot have made the signature."""
    key, hashed = known.key, canon.HASHES[signature.hash]
    if key is None:
        return None
    if key.algorithm == "ed25519":
        return lambda text: key.signed(signature.value, hashed(text).digest())
    wanted = key.opened(signature.value, signature.hash)
    return None if wanted is None else lambda text: hashed(text).digest() == wanted


def _bodies(mail: Mail, signature: Signature, search: Search) -> Iterator[_Body]:
    """Bodies whose digest is the signed one: as it is; one damage undone; one place; two damages; one and a place."""

    def fits(data: bytes, budget: Budget) -> bool:
        budget.spend((4 if signature.body_relaxed else 1) * len(data) + 64)
        digest = canon.body_digest(data, signature.body_relaxed, signature.length, signature.hash)
        return digest == signature.body_digest

    if fits(mail.body, search.once):
        yield _Body(mail.body)
        return
    first = []
    for told, data, encoding in damage.undo(mail, search.once):
        one = _Body(data, encoding, (told,))
        if fits(data, search.once):
            yield one
            return
        if len(data) <= TWICE_MOST_BODY:
            first.append(one)
    if found := _at_place(mail, signature, _Body(mail.body), search.once):
        yield found
        return
    search.whole = search.once.left > 0
    yield from _twice(mail, signature, first, fits, search.twice)


def _twice(
    mail: Mail, signature: Signature, first: list[_Body], fits: Callable[[bytes, Budget], bool], budget: Budget
) -> Iterator[_Body]:
    """Two damages; then a damage and a place."""
    tried = {mail.body}
    for one in first:
        if one.data in tried:
            continue
        tried.add(one.data)
        for told, data, encoding in damage.undo(_as_mail(mail, one), budget):
            if data not in tried and fits(data, budget):
                yield _Body(data, encoding or one.encoding, (*one.steps, told))
                return
        if budget.left <= 0:
            return
    for one in first:
        if found := _at_place(mail, signature, one, budget):
            yield found
            return


def _at_place(mail: Mail, signature: Signature, body: _Body, budget: Budget) -> _Body | None:
    text = canon.body(body.data, signature.body_relaxed)
    quoted = any(part.encoding == "quoted-printable" for part in parts(_as_mail(mail, body)))
    form, limit = signature.body_relaxed, signature.length
    found = places.one_place(text, form, quoted, limit, signature.hash, signature.body_digest, budget)
    return _Body(found[1], body.encoding, (*body.steps, found[0])) if found else None


def _as_mail(mail: Mail, body: _Body) -> Mail:
    """The mail with another body, and the transfer encoding that goes with it."""
    name = "content-transfer-encoding"
    raw = f"Content-Transfer-Encoding: {body.encoding}\r\n".encode()
    if not body.encoding:
        return Mail(mail.fields, body.data)
    if name in mail.at:
        return Mail(tuple(Field(name, raw) if one.name == name else one for one in mail.fields), body.data)
    return Mail((*mail.fields, Field(name, raw)), body.data)
