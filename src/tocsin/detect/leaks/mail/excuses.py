"""Why a signature may fail on a mail that nobody altered, where that cannot be undone: then it accuses nobody.

Each is something that can be seen in the mail or of its key. A forger can see to any of them, so an excuse clears
nobody either: the verdict is unknown, and says both.
"""

from __future__ import annotations

from tocsin.detect.leaks.mail import canon, headers
from tocsin.detect.leaks.mail.fields import Mail
from tocsin.detect.leaks.mail.repair import Search
from tocsin.detect.leaks.mail.signature import Signature, SignatureReport

#: Fields of mailing lists (RFC 2919, RFC 2369, and older ones); newsletters have List-Unsubscribe without a list.
LISTS = ("list-id", "list-post", "mailing-list", "x-mailing-list", "x-beenthere")
#: Fields of virus scanners that write into the text; most only look at it and leave X-Virus-Scanned.
SCANNERS = ("x-antivirus", "x-antivirus-status")
#: Fields that many servers name in h= although they are not there, so that nobody can add them (RFC 6376, 5.4.1).
_OFTEN_ABSENT = """
    from sender reply-to to cc bcc subject date message-id in-reply-to references content-id content-description
    mime-version content-type content-transfer-encoding content-disposition content-language autocrypt openpgp
    resent-date resent-from resent-sender resent-to resent-cc resent-message-id list-id list-help list-owner
    list-unsubscribe list-unsubscribe-post list-subscribe list-post list-archive x-ms-exchange-senderadcheck
"""
OFTEN_ABSENT = frozenset(_OFTEN_ABSENT.split())


def value(report: SignatureReport) -> str:
    """The excuse of a signature that the key at hand did not make: it may be the key of other days."""
    key = report.key
    if key is None or key.first or key.last:
        return ""
    return (
        f"the key at hand ({key.source}, {key.origin}) has no dates, and {report.domain} may have had another that day"
    )


def broken(mail: Mail, signature: Signature, report: SignatureReport, search: Search) -> str:
    """The excuse of a signature whose body or header is not what is there, "" where there is none."""
    if search.spaced:
        return f"only spacing differs, but that broke its structure ({'; '.join(search.seen)})"
    if listed := [name for name in LISTS if name in mail.at and name not in signature.names]:
        return f"it came through a mailing list ({_shown(mail, listed[0])}), and lists change texts and fields"
    if report.state == "header":
        return _header(mail, signature, report)
    if scanned := [name for name in SCANNERS if name in mail.at and name not in signature.names]:
        return f"a virus scanner that writes into mails handled it ({_shown(mail, scanned[0])})"
    if not search.whole:
        return "it, or the mailbox, is so large that not every damage of transport was tried"
    return ""


def _header(mail: Mail, signature: Signature, report: SignatureReport) -> str:
    if lost := [name for name in report.absent if name not in OFTEN_ABSENT]:
        left_out = f"fields that were signed are not here ({', '.join(lost)}), as if an export had left them out"
        return f"{left_out}; its text is as it was signed, but From, To, Subject and Date cannot be checked"
    if sum(len(one.raw) for one in canon.chosen(mail, signature.names)) > headers.MOST_BYTES:
        return "its header is so large that not every damage of transport was tried"
    return ""


def _shown(mail: Mail, name: str) -> str:
    field = mail.first(name)
    return field.raw.decode("utf-8", "replace").strip()[:120] if field else name
