"""A mailbox as a whole, and the finding that it gives."""

import random

from tests.detect.leaks.mail.making import DAMAGES, altered, book, mail, message

from tocsin.detect.leaks.base import LeakTables
from tocsin.detect.leaks.mail.detector import DETECTOR
from tocsin.detect.leaks.mail.keys import KeyBook
from tocsin.detect.leaks.mail.mailbox import mailbox
from tocsin.model.mail import DomainKey
from tocsin.simulate.mail import SigningKey

FORGED = dict(altered(mail(number=50)))


def box():
    """Six mails as they were, one damaged, two altered, one of a domain without a key."""
    lost = SigningKey("gone.example", "k", seed=2)
    return [
        *(message(mail(number=n)) for n in range(6)),
        message(DAMAGES["mbox quoting"](mail(number=7))),
        message(FORGED["sentence added"]),
        message(FORGED["second subject"]),
        message(mail(key=lost)),
    ]


def test_shares_have_exact_intervals_and_wanting_keys_are_counted():
    other = DomainKey("party.example", "mail", SigningKey("party.example", "mail", seed=9).record, "dns", "a resolver")
    report = mailbox(box(), KeyBook([*book(), other]))
    assert report.verdicts == {"verified": 7, "verifiable": 1, "contradicted": 2, "unknown": 0}
    assert report.repaired == 1
    share = report.shares[0]
    assert (share.value, round(share.low, 4), round(share.high, 4)) == (0.7, 0.3475, 0.9333)
    assert report.wanting == (("k._domainkey.gone.example", 1),)
    assert report.conflicts == ("mail._domainkey.party.example: 2 different keys, from archive kept; dns a resolver",)
    assert mailbox([], book()).shares == ()


def test_the_detector_tells_altered_mails_by_domain_and_the_rest_for_interest():
    messages = box()
    result = DETECTOR.run(LeakTables(messages=messages, keys=tuple(book())))
    lead, interest = result.candidates
    assert (lead.title, lead.rows.tolist(), lead.p) == ("2 mails are not what party.example signed", [7, 8], None)
    assert not lead.explained
    assert (interest.interest, interest.rows.tolist()) == (True, list(range(7)))
    assert result.verdicts == {"verified": 7, "verifiable": 1, "contradicted": 2, "unknown": 0}
    random.Random(3).shuffle(messages)
    again = DETECTOR.run(LeakTables(messages=messages, keys=tuple(book())))
    assert [one.title for one in again.candidates] == [one.title for one in result.candidates]
    raws = [messages[at].raw for at in again.candidates[0].rows.tolist()]
    assert sorted(raws) == sorted([FORGED["sentence added"], FORGED["second subject"]])


def test_a_clean_mailbox_gives_no_lead_and_none_gives_nothing():
    result = DETECTOR.run(LeakTables(messages=[message(mail())], keys=tuple(book())))
    assert [one.interest for one in result.candidates] == [True]
    assert DETECTOR.run(LeakTables()).skipped == "no mails were given"


def test_mails_that_may_have_been_changed_innocently_are_told_apart_and_counted():
    listed = [message(b"List-Id: <tour.party.example>\r\n" + one.raw) for one in box()[7:8]]
    result = DETECTOR.run(LeakTables(messages=[*box(), *listed], keys=tuple(book())))
    lead, opened, _ = result.candidates
    assert lead.rows.tolist() == [7, 8]
    assert (opened.interest, opened.rows.tolist()) == (True, [10])
    assert "List-Id" in opened.notes[10]
    assert result.measured["mails not as signed, for a reason that cannot be told"] == "1"


def test_a_mailbox_has_a_bound_on_its_search(monkeypatch):
    forged = [message(raw) for raw in (FORGED["letter exchanged"], FORGED["word cut"])]
    monkeypatch.setattr("tocsin.detect.leaks.mail.mailbox.MOST_BYTES", 1)
    report = mailbox(forged, book())
    assert [row.verdict for row in report.rows] == ["contradicted", "contradicted"]
    assert report.cut == 1
    monkeypatch.setattr("tocsin.detect.leaks.mail.mailbox.SHORT_BYTES", 10_000)
    assert [row.verdict for row in mailbox(forged, book()).rows] == ["contradicted", "unknown"]


def test_words_of_a_mail_do_not_go_into_the_finding():
    result = DETECTOR.run(LeakTables(messages=[message(mail() + b"Burn this.\r\n")], keys=tuple(book())))
    lead = result.candidates[0]
    assert "Burn" not in f"{lead.title} {lead.sentence} {lead.notes}"
    assert "added" in lead.notes[0]
