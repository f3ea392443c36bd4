"""The search for the damage of transport that explains why a signature fails.

A repair counts only where it gives the very bytes that were signed, which their digest shows, and where a reader sees
the same before and after (`seen.same`). So a changed word is never called damage. The search is bounded in the bytes
that it hashes: one that finds nothing shows that none of the known damages explains the failure, where it was not cut
off, and never that there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from tocsin.detect.leaks.mail import added, canon, damage, folds, headers, places, seen
from tocsin.detect.leaks.mail import signature as signing
from tocsin.detect.leaks.mail.added import LIST_FIELDS, Added
from tocsin.detect.leaks.mail.damage import Budget
from tocsin.detect.leaks.mail.fields import Field, Mail
from tocsin.detect.leaks.mail.keys import Known
from tocsin.detect.leaks.mail.parts import parts
from tocsin.detect.leaks.mail.signature import Signature, SignatureReport

#: Bytes read and hashed for one mail: for one damage, at one place or throughout; for blanks at some places; and for
#: two damages together.
ONCE_MOST_BYTES, SOME_BYTES, TWICE_BYTES = 1 << 30, 96 << 20, 32 << 20
MOST_WRAPPED = 40  # damages that are tried together with wrapping
SOME_MOST_BODY = 256 << 10  # of a larger body blanks at some places are not tried
TWICE_MOST_BODY = 1 << 20  # of a larger body two damages together are not tried


class Search:
    """The limits of the search in one mail, for all its signatures. `whole`: one damage of every kind was tried.
    `seen`: what restores the signed bytes, but changes what a reader sees; `spaced`: and that in nothing but spacing.
    `bodies`: what was found for a body digest under a canonical form, None where nothing was."""

    def __init__(self, most: int = ONCE_MOST_BYTES) -> None:
        self.once = Budget(most)
        self.some, self.twice = Budget(min(SOME_BYTES, most)), Budget(min(TWICE_BYTES, most))
        self.whole, self.spaced = True, False
        self.seen: tuple[str, ...] = ()
        self.bodies: dict[tuple[bool, int | None, bytes], _Body | None] = {}

    def differs(self, mail: Mail, restored: Mail, steps: tuple[str, ...]) -> None:
        """Keep what was undone where a reader would see something else."""
        self.seen = steps
        self.spaced = _told(mail) == _told(restored)

    @property
    def spent(self) -> int:
        """Bytes read and hashed."""
        return self.once.spent + self.some.spent + self.twice.spent


def _told(mail: Mail) -> tuple[list[bytes], list[str]]:
    """All that a mail has, without spacing."""
    return mail.body.split(), [f"{one.name}: {seen.words(one)}" for one in mail.fields]


class _Body(NamedTuple):
    """A body as it may have been, the transfer encoding of the mail's header, what was undone, and what was added."""

    data: bytes
    encoding: str = ""
    steps: tuple[str, ...] = ()
    added: tuple[Added, ...] = ()


def restore(mail: Mail, signature: Signature, known: Sequence[Known], search: Search) -> SignatureReport | None:
    """The report of a signature that holds once known damage is undone, or what was added since is left out (state
    `added`); None where neither explains the failure. Without a key only the body can be restored: the state is then
    `no key`, with what was undone, or `added`."""
    key = (signature.body_relaxed, signature.length, signature.body_digest)
    if key not in search.bodies:
        search.bodies[key] = _body(mail, signature, search)
    body = search.bodies[key]
    if body is None:
        return None
    for one in known:
        if report := _under(mail, body, signature, one, search) or _without_added(mail, body, signature, one):
            return report
    return None if known else _without_key(mail, body, signature, search)


def _without_key(mail: Mail, body: _Body, signature: Signature, search: Search) -> SignatureReport | None:
    report = signing.told(mail, signature, None)
    if body.added:
        return replace(report, state="added", added=body.added, reason=_since("the body that it signed", body.added))
    restored = _as_mail(mail, body)
    if body.steps and seen.same(mail, restored):
        return replace(signing.told(restored, signature, None), repairs=body.steps)
    search.differs(mail, restored, body.steps)
    return None


def _under(mail: Mail, body: _Body, signature: Signature, known: Known, search: Search) -> SignatureReport | None:
    """The report of the signature over `body` under one key, with the header as it is or restored."""
    matches = _matches(signature, known)
    chosen = canon.chosen(mail, signature.names)
    found = matches and (
        headers.search(chosen, signature.field, signature.header_relaxed, body.encoding, matches)
        or _folded(chosen, signature, known)
    )
    if not found:
        return None
    new = {id(old): one for old, one in zip([*chosen, signature.field], found.fields, strict=True)}
    fields = tuple(field for one in mail.fields if (field := new.get(id(one), one)).raw)
    restored = _as_mail(Mail(fields, mail.body), body)
    steps = (*body.steps, *found.steps)
    if body.added:
        return _with_added(mail, signature, known, body.added)
    if not steps or not seen.same(mail, restored):
        search.differs(mail, restored, steps)
        return None
    report = replace(signing.told(restored, signature, known.given), bits=known.key.bits if known.key else 0)
    report = signing.held(replace(report, testing=known.key is not None and "y" in known.key.flags))
    if not report.good:
        return report
    return replace(report, state="restored", reason=f"it holds once this is undone: {'; '.join(steps)}", repairs=steps)


def _folded(chosen: Sequence[Field], signature: Signature, known: Known) -> headers.Restored | None:
    if signature.header_relaxed or known.key is None or known.key.algorithm != "rsa":
        return None
    wanted = known.key.opened(signature.value, signature.hash)
    found = folds.search([*chosen, signature.field], signature.hash, wanted) if wanted else None
    return headers.Restored(tuple(found), (folds.STEP,)) if found else None


def _without_added(mail: Mail, body: _Body, signature: Signature, known: Known) -> SignatureReport | None:
    """The report of a signature that holds without a tag in the subject, and without fields of a list."""
    matches = _matches(signature, known)
    if not matches or body.steps:
        return None
    chosen, tags = canon.chosen(mail, signature.names), list[Added]()
    for n, one in enumerate(chosen):
        if found := added.untagged(one):
            chosen[n], tag = found
            tags.append(tag)
    for fields in (chosen, [one for one in chosen if one.name not in LIST_FIELDS]):
        if matches(canon.header_text(fields, signature.field, signature.header_relaxed)):
            more = [Added("header", one.raw) for one in chosen if len(fields) < len(chosen) and one not in fields]
            return _with_added(mail, signature, known, (*body.added, *tags, *more))
    return None


def _with_added(mail: Mail, signature: Signature, known: Known, extra: tuple[Added, ...]) -> SignatureReport:
    report = replace(signing.told(mail, signature, known.given), bits=known.key.bits if known.key else 0)
    if (held := signing.held(report)).state == "weak":
        return held
    return replace(report, state="added", added=extra, reason=_since("all that it signed", extra))


def _since(what: str, extra: Sequence[Added]) -> str:
    return f"{what} is here, and this was added since: {'; '.join(one.told for one in extra)}"


def _matches(signature: Signature, known: Known) -> Callable[[bytes], bool] | None:
    """Whether a header's text was signed with the key; None where the key cannot have made the signature."""
    key, hashed = known.key, canon.HASHES[signature.hash]
    if key is None:
        return None
    if key.algorithm == "ed25519":
        return lambda text: key.signed(signature.value, hashed(text).digest())
    wanted = key.opened(signature.value, signature.hash)
    return None if wanted is None else lambda text: hashed(text).digest() == wanted


def _body(mail: Mail, signature: Signature, search: Search) -> _Body | None:
    """The body whose digest is the signed one: as it is; without what was added; one damage undone; one place; two
    damages; one and a place."""

    tried = set[bytes]()  # digests of canonical bodies

    def fits(data: bytes, budget: Budget) -> bool | None:
        budget.spend((4 if signature.body_relaxed else 1) * len(data) + places.TRY_BYTES)
        digest = canon.body_digest(data, signature.body_relaxed, signature.length, signature.hash)
        if digest in tried:
            return None
        tried.add(digest)
        return digest == signature.body_digest

    if fits(mail.body, search.once):
        return _Body(mail.body)
    if signature.length is None:
        text = canon.body(mail.body, signature.body_relaxed)
        if short := added.cut(text, signature.body_relaxed, signature.hash, signature.body_digest):
            data, extra = short
            return (
                _Body(data, added=(extra,)) if extra.text.strip() else _Body(data, "", ("blanks at the end removed",))
            )
    first = []
    for told, data, encoding in damage.undo(mail, search.once):
        one = _Body(data, encoding, (told,))
        if (fit := fits(data, search.once)) is not None and len(data) <= TWICE_MOST_BODY:
            first.append(one)
        if fit:
            return one
    if at_place := _at_place(mail, signature, _Body(mail.body), search.once):
        return at_place
    search.whole = search.whole and search.once.left > 0
    if not signature.body_relaxed and len(mail.body) <= SOME_MOST_BODY:
        text = canon.body(mail.body, relaxed=False)
        found = places.some_places(text, signature.length, signature.hash, signature.body_digest, search.some)
        if found:
            return _Body(found[1], "", (found[0],))
    return _twice(mail, signature, first, fits, search.twice)


def _twice(
    mail: Mail, signature: Signature, first: list[_Body], fits: Callable[[bytes, Budget], bool | None], budget: Budget
) -> _Body | None:
    """Two damages, the cheap ones first; a damage and a place. What gives the same canonical body as another does is
    tried once."""
    for way, count in ((damage.written, len(first)), (damage.wrapped, MOST_WRAPPED)):
        for one in first[:count]:
            for told, data, encoding in way(_as_mail(mail, one), budget):
                if fits(data, budget):
                    return _Body(data, encoding or one.encoding, (*one.steps, told))
            if budget.left <= 0:
                return None
        if way is damage.written and (found := _then_place(mail, signature, first, budget)):
            return found
    return None


def _then_place(mail: Mail, signature: Signature, first: list[_Body], budget: Budget) -> _Body | None:
    half = Budget(budget.left // 2)
    return next((found for one in first if (found := _at_place(mail, signature, one, half))), None)


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
