"""The verdict on one mail: every signature as of the sending date, repairs, and what a reader should know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tocsin.detect.leaks.mail import arc, around, canon, excuses, fields, repair
from tocsin.detect.leaks.mail import signature as signing
from tocsin.detect.leaks.mail import tags as taglist
from tocsin.detect.leaks.mail.added import footer
from tocsin.detect.leaks.mail.arc import ArcChain
from tocsin.detect.leaks.mail.around import Warned
from tocsin.detect.leaks.mail.fields import Field, Mail
from tocsin.detect.leaks.mail.keys import KeyBook, Known
from tocsin.detect.leaks.mail.signature import Signature, SignatureReport
from tocsin.detect.leaks.mail.tags import BadTags
from tocsin.model.mail import MailVerdict, Message

_BEST = ("holds", "restored", "weak", "added", "header", "body", "value", "invalid", "unreadable", "no key")
MOST_SIGNATURES = 20
RECOVERED_SHOWS = "one key signed them; whose it was needs a source outside"


@dataclass(frozen=True, slots=True)
class MailReport:
    """What can be said of a mail. `reasons`: why the verdict, in words. `warnings`: what no signature settles.
    `repairs`: damages of transport that were undone so that a signature holds. `as_of`: the day for which it was
    judged, None where the mail tells none. `sender`: domain of From, "" where there is none. `searched`: bytes read in
    the search for damage."""

    file: str
    row: int
    verdict: MailVerdict
    reasons: tuple[str, ...]
    signatures: tuple[SignatureReport, ...]
    warnings: tuple[Warned, ...]
    repairs: tuple[str, ...]
    as_of: datetime | None
    arc: ArcChain
    sender: str
    searched: int = 0

    @property
    def open(self) -> bool:
        """Whether it is not what was signed, and what changed it cannot be told."""
        return self.verdict == "unknown" and any(one.broken for one in self.signatures)


def verify(
    message: Message, keys: KeyBook, at: datetime | None = None, most_bytes: int = repair.ONCE_MOST_BYTES
) -> MailReport:
    """Judge a mail as of `at`, or of the day on which it was sent as it says itself: the first of the moment of signing
    (t=), Date, and the lowest Received. An x= that has run out since does not count against it. The search for damage
    reads `most_bytes` at most; where that ends it, the verdict is unknown and says so."""
    mail = fields.read(message.raw)
    as_of = at or _sent(mail)
    search, places = repair.Search(most_bytes), mail.at.get("dkim-signature", ())
    checked = [_Checked(mail, position, keys, message.whole, as_of, search) for position in places[:MOST_SIGNATURES]]
    reports = tuple(one.report for one in checked)
    chain = arc.chain(mail, keys)
    twice = _doubled(mail, checked)
    verdict, reasons = _verdict(mail, reports, chain, twice)
    return MailReport(
        file=message.file,
        row=message.row,
        verdict=verdict,
        reasons=tuple(reasons),
        signatures=reports,
        warnings=tuple(dict.fromkeys([*twice, *_warnings(mail, checked, as_of)])),
        repairs=tuple(dict.fromkeys(step for report in reports for step in report.repairs)),
        as_of=as_of,
        arc=chain,
        sender=next(iter(around.sender_domains(mail)), ""),
        searched=search.spent,
    )


class _Checked:
    """One signature field of a mail, checked; repaired where that is what it takes."""

    def __init__(
        self,
        mail: Mail,
        position: int,
        keys: KeyBook,
        whole: bool,
        as_of: datetime | None,
        search: repair.Search,
    ) -> None:
        self.mail, self.position, self.search = mail, position, search
        self.names: tuple[str, ...] = ()
        field = mail.fields[position]
        try:
            signature = signing.parse(field, position)
        except BadTags as error:
            self.report = _invalid(field, str(error))
            return
        self.names = signature.names
        report = self._best(signature, keys.find(signature.domain, signature.selector), whole)
        if report.good and report.expires_at and as_of and report.expires_at < as_of:
            report = replace(report, state="invalid", reason=f"it had expired on {report.expires_at:%Y-%m-%d} (x=)")
        if report.state == "value" and around.key_days(report, as_of):
            report = replace(report, state="no key", reason="the key at hand is of other days, and did not make it")
        signed_from = around.sender_domains(replace_from(mail, signature))
        self.report = replace(report, aligned=around.aligned(signature.domain, signed_from))

    def _best(self, signature: Signature, known: Sequence[Known], whole: bool) -> SignatureReport:
        body = canon.body_digest(self.mail.body, signature.body_relaxed, signature.length, signature.hash)
        header = signing.digest(self.mail, signature)
        found = [signing.check(self.mail, signature, one, body, header) for one in known]
        best = min(found, key=lambda one: _BEST.index(one.state), default=None)
        if best is None:
            best = signing.told(self.mail, signature, None)
            if body != signature.body_digest:
                best = replace(best, state="body", reason="the body is not the one that was signed (bh=)")
        if best.state == "value":
            return replace(best, excuse=excuses.value(best))
        if best.state not in ("body", "header"):
            return best
        usable = [one for one in known if one.key and not signing.objection(signature, one.key)]
        restored = repair.restore(self.mail, signature, usable, self.search)
        if restored:
            return restored
        if not whole:
            told = "the mail was put together from parts: the bytes that were signed are not there"
            return replace(best, state="unreadable", reason=told)
        if self.search.seen:
            told = f"this would give what was signed, but change what a reader sees: {'; '.join(self.search.seen)}"
            best = replace(best, reason=f"{best.reason}; {told}")
        return replace(best, excuse=excuses.broken(self.mail, signature, best, self.search))


def replace_from(mail: Mail, signature: Signature) -> Mail:
    """The mail with those From fields only that the signature covers."""
    return Mail(tuple(one for one in canon.chosen(mail, signature.names) if one.name == "from"), b"")


def _invalid(field: Field, why: str) -> SignatureReport:
    """A signature that does not follow the standard, with what can still be read of it."""
    tags: dict[str, str] = {}
    for spec in field.value.decode("utf-8", "replace").split(";"):
        try:
            tags |= taglist.read(spec)
        except BadTags:
            continue
    return SignatureReport(tags.get("d", "").lower(), tags.get("s", ""), tags.get("a", ""), "invalid", why)


def _sent(mail: Mail) -> datetime | None:
    for field in mail.all("dkim-signature"):
        try:
            if time := signing.parse(field, 0).signed_at:
                return time
        except BadTags:
            continue
    found = [fields.moment(field.text) for field in mail.all("date")[:1]]
    found += [fields.moment(field.text.rpartition(";")[2]) for field in reversed(mail.all("received"))]
    return next((time for time in found if time), None)


def _doubled(mail: Mail, checked: Sequence[_Checked]) -> list[Warned]:
    covering = [one.names for one in checked if one.report.good]
    if not covering:
        return around.doubled(mail, None)
    return min((around.doubled(mail, names) for names in covering), key=len)


def _warnings(mail: Mail, checked: Sequence[_Checked], as_of: datetime | None) -> list[Warned]:
    found = [Warned("stored", one) for one in mail.undone]
    if (more := len(mail.at.get("dkim-signature", ())) - MOST_SIGNATURES) > 0:
        found.append(Warned("signatures", f"{more} more signatures were not read"))
    for one in checked:
        report = one.report
        if report.good or report.state == "weak":
            found += around.limits(mail, report, one.names) + around.key_days(report, as_of)
        if report.good and report.expires_at:
            until = f"{report.expires_at:%Y-%m-%d}"
            found.append(Warned("expiry", f"{report.domain} signed until {until}; at the sending date it holds"))
    return found + around.dates(mail, [(one.position, one.report) for one in checked], as_of)


def _verdict(
    mail: Mail, reports: Sequence[SignatureReport], chain: ArcChain, twice: Sequence[Warned]
) -> tuple[MailVerdict, list[str]]:
    """The verdict and its reasons, the decisive first."""
    told = [
        f"Signature of {one.domain or 'no domain'} (selector {one.selector or 'none'}): {one.reason}."
        for one in reports
    ]
    if chain.status == "pass":
        said = f"; the first of them read a valid signature of {', '.join(chain.vouched)}" if chain.vouched else ""
        told.append(f"The chain of servers (ARC): {chain.reason}{said}.")
    good = [one for one in reports if one.good]
    if good and twice:
        return "contradicted", [*(f"{one.text[0].upper()}{one.text[1:]}." for one in twice), *told]
    own = [one for one in good if one.aligned]
    if uncovered := [one for one in own if not footer(one.beyond)]:
        if len(uncovered) == len(own):
            return "unknown", ["Text stands after the part that is signed (l=): anybody could have added it.", *told]
        own = [one for one in own if one not in uncovered]
    if outside := [one for one in own if one.key and one.key.source != "recovered"]:
        first = outside[0]
        after = f" once damage of transport is undone ({'; '.join(first.repairs)})" if first.repairs else ""
        origin = f"{first.key.source}, {first.key.origin}" if first.key else ""
        return "verified", [f"A signature of the sender's domain, {first.domain}, holds{after}. Key: {origin}.", *told]
    if own:
        return "verifiable", [f"It holds under a key recovered from mails themselves: {RECOVERED_SHOWS}.", *told]
    return _unsettled(reports, good, chain, told)


def _unsettled(
    reports: Sequence[SignatureReport], good: Sequence[SignatureReport], chain: ArcChain, told: list[str]
) -> tuple[MailVerdict, list[str]]:
    """The verdict where no signature of the sender's domain holds."""
    broken = [one for one in reports if one.broken]
    if broken and (good or chain.status == "pass"):
        through = good[0].domain if good else chain.sealers[-1]
        why = f"It is not what {broken[0].domain} signed, but it is what {through} passed on"
        return "unknown", [f"{why}: lists change mails, and so could a forger.", *told]
    if broken:
        return _broken(broken, told)
    if any(one.state == "no key" for one in reports):
        return "verifiable", ["It can be checked with the key of that day.", *told]
    if good:
        why = f"{good[0].domain} signed it, which is not the domain of From: nothing shows who wrote it."
        return "unknown", [why, *told]
    if reports:
        return "unknown", ["None of its signatures can count.", *told]
    return "unknown", ["It has no signature.", *told]


def _broken(broken: Sequence[SignatureReport], told: list[str]) -> tuple[MailVerdict, list[str]]:
    """The verdict where what is there is not what was signed: contradicted, unless there is an excuse for every
    signature. Then it says that, and that an excuse proves nothing."""
    against = [one for one in broken if not one.excuse and not (one.added and all(extra.usual for extra in one.added))]
    if against:
        first = against[0]
        if first.added:
            extra = "; ".join(one.told for one in first.added)
            return "contradicted", [f"This was added after {first.domain} had signed it: {extra}.", *told]
        why = f"What is here is not what {first.domain} signed, and no known damage of transport explains it."
        lost = [f"Fields that it covers and that are not here: {', '.join(first.absent)}."] if first.absent else []
        return "contradicted", [why, *lost, *told]
    first = broken[0]
    if first.added:
        extra = "; ".join(one.told for one in first.added)
        why = (
            f"What {first.domain} signed is here, but this was added since: {extra}. Lists and virus scanners add such"
        )
        return "unknown", [f"{why}; so may a forger. {first.domain} did not sign it.", *told]
    why = f"It is not what {first.domain} signed, and why cannot be told: {first.excuse}"
    return "unknown", [f"{why}. A forger may have seen to that. Compare it with another copy.", *told]
