"""Detector leaks.mail: mails of a leak that are not what their domain signed, and those that hold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, Literal

from tocsin.detect.leaks.base import Candidate, Detector, LeakTables, Parameters, Result, sorted_rows
from tocsin.detect.leaks.mail import fields
from tocsin.detect.leaks.mail.keys import KeyBook
from tocsin.detect.leaks.mail.mailbox import MEANING, MailboxReport, mailbox
from tocsin.detect.leaks.mail.verify import MailReport
from tocsin.model.finding import Explanation
from tocsin.progress import Progress
from tocsin.stats import stated

_LIST = ("list-id", "list-post", "list-unsubscribe", "mailing-list", "x-mailing-list")
CANNOT_SHOW = (
    "Who altered a mail, or when; whether it was altered on its way into the leak or before.",
    "That a mail which holds is complete with others that belong to it: mails may have been left out.",
    "That the person named in From wrote it: a server signs for everybody who may send through it.",
    "That a private key was not stolen or published; an old key may have been published since.",
)


class MailParameters(Parameters):
    """`at`: the moment for which all mails are judged; None: each as of its own sending date."""

    at: datetime | None = None


class MailDetector(Detector):
    """A signature of the sender's domain fixes the text of a mail and the fields it names (RFC 6376). Where what is
    there cannot be what was signed, and no known damage of transport explains it, the mail is contradicted. This is an
    exact rule, without a probability."""

    id: ClassVar[str] = "leaks.mail"
    title: ClassVar[str] = "mail signatures"
    params: ClassVar[type[Parameters]] = MailParameters
    wants: ClassVar[tuple[Literal["messages", "papers", "originals", "posts"], ...]] = ("messages",)

    def look(self, tables: LeakTables, params: MailParameters, progress: Progress) -> Result:
        """One candidate for each domain whose mails are contradicted; of interest, one for those that are not what was
        signed but may be so innocently, and one for those that are verified."""
        book = KeyBook(tables.keys)
        report: MailboxReport = tables.once("mailbox", lambda: mailbox(tables.messages, book, params.at, progress))
        by_domain: dict[str, list[int]] = {}
        for at, row in enumerate(report.rows):
            if row.verdict == "contradicted":
                by_domain.setdefault(_domain(row), []).append(at)
        found = [self._contradicted(tables, report, domain, rows) for domain, rows in sorted(by_domain.items())]
        opened = [at for at, row in enumerate(report.rows) if row.open]
        if opened:
            found.append(self._open(report, opened))
        verified = [at for at, row in enumerate(report.rows) if row.verdict == "verified"]
        if verified:
            found.append(self._verified(report, verified))
        return Result(tuple(found), measured=_measured(report), verdicts={**report.verdicts})

    def _contradicted(self, tables: LeakTables, report: MailboxReport, domain: str, rows: list[int]) -> Candidate:
        signed = [row for row in report.rows if domain in {one.domain for one in row.signatures}]
        count, whole = len(rows), len(signed)
        title = "One mail is" if count == 1 else f"{count} mails are"
        told = [report.rows[at] for at in rows]
        return Candidate(
            detector=self.id,
            sign="mail",
            table="messages",
            rows=sorted_rows(rows),
            title=f"{title} not what {domain} signed",
            sentence=(
                f"{count} of {whole} mails with a signature of {domain} cannot be what was signed, and none of the "
                "known damages of transport explains it."
            ),
            p=None,
            effects=(stated.share("contradicted", count, whole, f"of the mails with a signature of {domain}"),),
            explanations=_explanations(tables, rows, told),
            verdicts=_verdicts(signed),
            cannot_show=CANNOT_SHOW,
            notes={at: _note(report.rows[at]) for at in rows},
            objects=dict.fromkeys(rows, domain),
            times=_times(report, rows),
        )

    def _open(self, report: MailboxReport, rows: list[int]) -> Candidate:
        count, all_ = len(rows), len(report.rows)
        title = "One mail is" if count == 1 else f"{count} mails are"
        return Candidate(
            detector=self.id,
            sign="mail",
            table="messages",
            rows=sorted_rows(rows),
            title=f"{title} not what was signed, and why cannot be told",
            sentence=(
                f"{count} of {all_} mails are not what their domain signed. Each has a mark of something that changes "
                "mails and cannot be undone here, such as a mailing list; a forger can put such a mark there, too."
            ),
            p=None,
            effects=(stated.share("open", count, all_, "not what was signed, for a reason that cannot be told"),),
            verdicts=_verdicts([report.rows[at] for at in rows]),
            cannot_show=("Whether any of them was altered: compare each with another copy.", *CANNOT_SHOW),
            notes={at: _note(report.rows[at]) for at in rows},
            objects={at: _domain(report.rows[at]) for at in rows},
            times=_times(report, rows),
            interest=True,
        )

    def _verified(self, report: MailboxReport, rows: list[int]) -> Candidate:
        count, all_ = len(rows), len(report.rows)
        return Candidate(
            detector=self.id,
            sign="mail",
            table="messages",
            rows=sorted_rows(rows),
            title=f"{count} of {all_} mails are verified",
            sentence=f"Of {all_} mails {count} are verified: {MEANING['verified']}. {report.repaired} needed a repair.",
            p=None,
            effects=report.shares,
            verdicts={**report.verdicts},
            cannot_show=CANNOT_SHOW,
            notes={at: _note(report.rows[at]) for at in rows},
            objects={at: report.rows[at].sender or report.rows[at].file for at in rows},
            times=_times(report, rows),
            interest=True,
        )


def _domain(row: MailReport) -> str:
    """The domain of the broken signature, else of the one that holds and does not cover all fields of a name."""
    broken = [one.domain for one in row.signatures if one.broken]
    return (broken or [one.domain for one in row.signatures if one.good])[0]


def _note(row: MailReport) -> str:
    """Why a mail counts, without words of the mail itself."""
    if any(one.added for one in row.signatures) and row.verdict != "verified":
        return f"Text was added to it after {_domain(row)} had signed it; the table of all mails has it."
    return row.reasons[0]


def _times(report: MailboxReport, rows: Sequence[int]) -> dict[int, datetime]:
    return {at: time for at in rows if (time := report.rows[at].as_of)}


def _verdicts(rows: Sequence[MailReport]) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows:
        found[row.verdict] = found.get(row.verdict, 0) + 1
    return found


def _explanations(tables: LeakTables, rows: Sequence[int], told: Sequence[MailReport]) -> tuple[Explanation, ...]:
    """Innocent ways to a signature that fails, and what the mails say of them."""
    listed = sum(any(name in fields.read(tables.messages[at].raw).at for name in _LIST) for at in rows)
    broken = [one for row in told for one in row.signatures if one.broken]
    absent = sum(bool(one.absent) for one in broken)
    value = sum(one.state == "value" for one in broken)
    testing = sum(one.testing for one in broken)
    return (
        stated.explanation(
            "transport",
            "Was it damaged on its way or in storage?",
            "does not fit",
            "Re-wrapping, line ends, blanks, quoting and encodings were undone in turn; none restores what was signed.",
        ),
        stated.explanation(
            "list",
            "Did a mailing list change it?",
            "fits in part" if listed else "does not fit",
            f"{listed} of {len(rows)} carry fields of a mailing list; a list may add text or change the subject.",
        ),
        stated.explanation(
            "lost-fields",
            "Did an export leave out fields that were signed?",
            "cannot tell" if absent else "does not fit",
            f"{absent} of {len(rows)} name fields that are not there; most such fields never were.",
        ),
        stated.explanation(
            "other-key",
            "Did the domain use another key that day?",
            "cannot tell" if value or testing else "does not fit",
            f"{value} of {len(rows)} were not signed with the key at hand; {testing} under a key in test.",
        ),
    )


def _measured(report: MailboxReport) -> dict[str, str]:
    """Figures that are told without a finding, too."""
    found = {
        f"mails {one.name}": f"{one.value:.1%} ({one.low:.1%} to {one.high:.1%}): {one.meaning}"
        for one in report.shares
    }
    found["mails repaired"] = str(report.repaired)
    if report.open:
        found["mails not as signed, for a reason that cannot be told"] = str(report.open)
    if report.cut:
        found["mails for which not every damage was tried, the mailbox being so large"] = str(report.cut)
    if report.wanting:
        found["keys wanting"] = "; ".join(f"{name} ({mails} mails)" for name, mails in report.wanting[:20])
    if report.conflicts:
        found["keys that differ between sources"] = "; ".join(report.conflicts[:20])
    return found


DETECTOR = MailDetector()
