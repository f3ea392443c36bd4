"""The verdict on a mail: what holds, what was altered, what transport did, and what nobody can tell."""

import re
import textwrap
from datetime import UTC, datetime, timedelta

import pytest
from tests.detect.leaks.mail import making
from tests.detect.leaks.mail.making import BODIES, DAMAGES, EDWARDS, FORMS, RSA, WHEN, book, mail, message

from tocsin.detect.leaks.mail.keys import KeyBook
from tocsin.detect.leaks.mail.verify import verify
from tocsin.model.mail import DomainKey
from tocsin.simulate.mail import SigningKey, compose, sign


def codes(report):
    return {one.code for one in report.warnings}


def judged(raw, keys=None, **more):
    return verify(message(raw, **more), keys or book())


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("key", [RSA, EDWARDS], ids=["rsa", "ed25519"])
def test_a_mail_as_it_was_sent_is_verified(form, key):
    for name in BODIES:
        report = judged(mail(name, form, key))
        assert (report.verdict, report.as_of, report.sender) == ("verified", WHEN, "party.example")
        assert report.signatures[0].state == "holds"
        assert report.repairs == ()


def damages(names, forms, keys):
    return [
        (name, form, key, damage)
        for name in names
        for form in forms
        for key in keys
        for damage in DAMAGES
        if name in making.damaged(damage) and DAMAGES[damage](mail(name, form, key)) != mail(name, form, key)
    ]


def check_damages(cases):
    for name, form, key, damage in cases:
        report = judged(DAMAGES[damage](mail(name, form, key)))
        assert report.verdict == "verified", (name, form, damage, report.reasons)


def check_alterations(names, forms, keys):
    for name in names:
        for form in forms:
            for key in keys:
                raw = mail(name, form, key)
                for what, forged in making.altered(raw):
                    if forged != raw:
                        report = judged(forged)
                        assert report.verdict == "contradicted", (name, form, what, report.repairs)
                        assert report.repairs == ()


def test_damage_of_transport_is_undone_and_told():
    check_damages(damages(("words", "parts"), ("simple/simple",), (RSA,)))
    report = judged(DAMAGES["mbox quoting"](mail("words", "simple/simple")))
    assert report.repairs == ("mbox quoting undone (> before From)",)
    assert report.signatures[0].state == "restored"


@pytest.mark.parametrize(("was", "now"), [(72, 0), (0, 72), (76, 65), (70, 78)])
def test_paragraphs_wrapped_otherwise_are_restored(was, now):
    text = "We have to decide about the second debate this week, since the station asks for an answer. " * 4

    def body(width):
        return "Dear Anna,\n\n" + (textwrap.fill(text, width) if width else text.strip()) + "\n\nMaria\nOffice\n"

    raw = compose("m@party.example", "a@party.example", "Debate", body(was), WHEN, message_id="1@party.example")
    head, gap, _ = sign(raw, RSA, WHEN).partition(b"\r\n\r\n")
    report = judged(head + gap + body(now).replace("\n", "\r\n").encode())
    assert report.verdict == "verified"
    assert "wrapped" in report.repairs[0]


def test_altered_mails_are_contradicted():
    check_alterations(("flowed",), ("relaxed/relaxed",), (RSA,))


@pytest.mark.slow
def test_every_damage_is_told_from_every_alteration():
    check_damages(damages(BODIES, FORMS, (RSA, EDWARDS)))
    check_alterations(BODIES, ("simple/simple", "relaxed/relaxed"), (RSA, EDWARDS))


def test_words_joined_by_an_alteration_of_blanks_are_no_damage():
    raw = mail("words")
    forged = raw.replace(b"is too small", b"istoo small")
    report = judged(forged)
    assert report.verdict == "contradicted"
    assert "blank" not in report.reasons[0]


def test_a_second_field_contradicts_and_the_same_text_twice_does_not():
    raw = mail()
    report = judged(b"Date: Mon, 21 Mar 2016 09:30:00 +0000\r\n" + raw)
    assert (report.verdict, report.signatures[0].state) == ("contradicted", "holds")
    assert "Date is there 2 times" in report.reasons[0]
    assert judged(b"Date: Tue, 22 Mar 2016 09:30:00 +0000\r\n" + raw).verdict == "verified"


def test_verdicts_by_what_the_keys_are():
    raw = mail()
    other = SigningKey("party.example", "mail", seed=9)
    assert judged(raw, KeyBook()).verdict == "verifiable"
    assert judged(raw, book(source="recovered")).verdict == "verifiable"
    assert judged(raw, book(other, first=WHEN - timedelta(days=9), last=WHEN)).verdict == "contradicted"
    undated = judged(raw, book(other))
    assert (undated.verdict, undated.open) == ("unknown", True)
    assert "has no dates" in undated.reasons[0]
    assert judged(raw, book(other, last=WHEN - timedelta(days=90))).verdict == "verifiable"
    assert judged(raw, KeyBook([*book(other), *book(RSA, source="dns")])).verdict == "verified"
    revoked = DomainKey("party.example", "mail", "v=DKIM1; p=", "dns", "today")
    assert judged(raw, KeyBook([revoked])).verdict == "verifiable"


def test_a_changed_body_is_contradicted_without_any_key():
    report = judged(mail().replace(b"too small", b"too large"), KeyBook())
    assert report.verdict == "contradicted"


def test_expiry_is_judged_at_the_sending_date():
    until = WHEN + timedelta(days=7)
    raw = mail(x=int(until.timestamp()))
    report = judged(raw)
    assert report.verdict == "verified"
    assert "expiry" in codes(report)
    assert verify(message(raw), book(), datetime(2026, 1, 1, tzinfo=UTC)).verdict == "unknown"


def test_what_a_signature_does_not_cover_is_told():
    raw = compose(
        "Maria <maria@party.example>",
        "anna@party.example",
        "Halls",
        "Yes.\n",
        WHEN,
        message_id="1@party.example",
        more=[("Reply-To", "maria@elsewhere.example")],
    )
    report = judged(sign(raw, RSA, WHEN, signed=("From", "Date")))
    told = " ".join(one.text for one in report.warnings if one.code == "unsigned")
    assert report.verdict == "verified"
    assert all(name in told for name in ("Reply-To", "Content-Type", "Subject", "To"))
    assert "short key" in codes(report)


def test_a_signature_of_another_domain_shows_nothing_of_the_sender():
    key = SigningKey("sender.example", "s")
    report = judged(mail(key=key), book(key))
    assert (report.verdict, report.signatures[0].state) == ("unknown", "holds")
    assert "alignment" in codes(report)
    sub = SigningKey("mail.party.example", "s")
    assert judged(mail(key=sub), book(sub)).verdict == "verified"


def test_keys_with_limits():
    raw = mail(i="@news.party.example")
    record = RSA.record
    assert judged(raw, KeyBook([DomainKey("party.example", "mail", record, "dns", "x")])).verdict == "verified"
    for changed, why in (
        (record.replace("k=rsa", "t=s; k=rsa"), "no subdomain"),
        (record.replace("k=rsa", "h=sha1; k=rsa"), "sha256"),
        (record.replace("k=rsa", "k=ed25519"), "bytes"),
        (record.replace("k=rsa", "s=chat; k=rsa"), "not for mail"),
        (record.replace("DKIM1", "DKIM2"), "DKIM1"),
    ):
        report = judged(raw, KeyBook([DomainKey("party.example", "mail", changed, "dns", "x")]))
        assert report.verdict == "unknown", changed
        assert why in report.signatures[0].reason
    weak = SigningKey("party.example", "mail", bits=512)
    assert judged(mail(key=weak), book(weak)).signatures[0].state == "weak"
    assert judged(mail(key=weak), book(weak)).verdict == "unknown"


def test_signatures_that_break_the_standard_do_not_count():
    raw = mail()
    for old, new in (
        (b" v=1;", b""),
        (b"DKIM-Signature: v=1;", b"DKIM-Signature: v=2;"),
        (b" a=rsa-sha256;", b" a=rsa-md5;"),
        (b" a=rsa-sha256;", b" a=RSA-SHA256;"),
        (b" c=relaxed/relaxed;", b" c=loose;"),
        (b"h=From:", b"h="),
        (b" t=1458639000;", b" t=soon;"),
        (b" t=1458639000;", b" t=1458639000; x=1;"),
        (b" s=mail;", b" s=mail; s=mail;"),
        (b" d=party.example;", b" d=party.example; i=@elsewhere.example;"),
    ):
        changed = raw.replace(old, new, 1)
        assert changed != raw
        report = judged(changed)
        assert (report.verdict, report.signatures[0].state) == ("unknown", "invalid"), (new, report.reasons)


def test_copied_fields_in_a_signature_are_no_value_of_it():
    assert judged(mail(z="From:a|To:b=3Dmaria")).verdict == "verified"


def test_text_after_the_signed_length():
    body = BODIES["words"][0].replace("\n", "\r\n")
    raw = mail(l=len(body.replace("\t", " ").replace("  ", " ").replace("-- \r\n", "--\r\n")))
    assert judged(raw).verdict == "verified"
    footer = judged(raw + b"________________\r\nparty-list mailing list\r\n")
    assert footer.verdict == "verified"
    assert footer.signatures[0].beyond == b"________________\r\nparty-list mailing list\r\n"
    assert "length" in codes(footer)
    assert judged(raw + b"And bring the money.\r\n").verdict == "unknown"


def test_dates_that_cannot_be():
    raw = mail()
    assert not {"date", "received"} & codes(judged(raw))
    late = raw.replace(b"22 Mar 2016 09:30:02", b"22 Mar 2015 09:30:02", 1)
    assert {"received", "date"} <= codes(judged(late))
    assert "date" in codes(judged(raw.replace(b"Date: Tue, 22", b"Date: Wed, 22")))
    assert "date" in codes(judged(raw.replace(b"Date: Tue, 22 Mar", b"Date: Tue, 32 Mar")))


def test_a_mail_put_together_from_parts_is_not_called_altered():
    raw = mail("quoted").replace(b"Liebe Anna,", b"<p>Liebe Anna,</p>")
    assert judged(raw, whole=True).verdict == "contradicted"
    report = judged(raw, whole=False)
    assert (report.verdict, report.signatures[0].state) == ("unknown", "unreadable")


def test_mails_without_a_signature_and_without_anything():
    unsigned = re.sub(rb"DKIM-Signature:.*?\r\n(?=From)", b"", mail(), flags=re.S)
    assert judged(unsigned).verdict == "unknown"
    for raw in (b"", b"\r\n", b"no header at all", b":\r\n: \r\n\r\n", b"DKIM-Signature: ;;;\r\n\r\n", b"\0" * 50):
        assert judged(raw).verdict == "unknown"


def test_a_list_that_signs_anew_makes_it_unknown_not_contradicted():
    listed = SigningKey("lists.example", "l", seed=5)
    changed = mail().replace(b"Subject: The", b"Subject: [tour] The") + b"-- \r\ntour mailing list\r\n"
    report = judged(sign(changed, listed, WHEN), KeyBook([*book(), *book(listed)]))
    assert report.verdict == "unknown"
    assert "lists.example passed on" in report.reasons[0]


def test_signatures_and_their_cost_are_bounded():
    raw = mail().replace(b"too small", b"too large")
    field = raw[raw.index(b"DKIM-Signature") : raw.index(b"From: Maria")]
    report = judged(field * 40 + raw)
    assert len(report.signatures) == 20
    assert "signatures" in codes(report)


def newsletter(form="simple/simple"):
    """A long mail in quoted-printable with indents, as newsletters are."""
    lines = [
        f'    <td style="a:b; c:d">Item {n} of the newsletter costs {n} euros, as ever – {"x" * 60}</td>'
        for n in range(70)
    ]
    raw = compose(
        "News <news@party.example>",
        "a@party.example",
        "News",
        making.quoted("\n".join(lines) + "\n"),
        WHEN,
        message_id="n@party.example",
        content_type="text/html; charset=utf-8",
        encoding="quoted-printable",
    )
    return sign(raw, RSA, WHEN, canonical=form)


def test_one_place_in_a_long_mail_is_restored_and_one_word_is_not():
    raw = newsletter()
    for damage in (
        making.nth(rb"=\r\n", b"", 30),
        making.nth(rb"(?<=\w) (?=\w)", b"    ", 40),
        making.nth(rb"(?<=\w) (?=\w)", b"\r\n", 40),
        DAMAGES["three blanks at three places"],
    ):
        assert judged(damage(raw)).verdict == "verified"
    report = judged(making.nth(rb"euros", b"pence", 40)(raw))
    assert (report.verdict, report.signatures[0].excuse) == ("contradicted", "")


def test_what_was_added_is_told_to_the_letter_and_accuses_only_where_it_is_not_usual():
    raw = mail()
    for extra in (
        b"________________\r\ntour mailing list\r\n",
        b"\r\nThis email has been checked for viruses by X.\r\n",
    ):
        report = judged(raw + extra)
        assert (report.verdict, report.signatures[0].state, report.open) == ("unknown", "added", True)
        assert extra.split()[-1].decode() in report.reasons[0]
    tagged = raw.replace(b"Subject: The", b"Subject: Re: [tour] The").replace(b"Re: [tour] ", b"[tour] ")
    report = judged(tagged + b"________________\r\ntour mailing list\r\n")
    assert report.verdict == "unknown"
    assert "[tour]" in report.reasons[0]
    report = judged(raw + b"Burn this.\r\n")
    assert (report.verdict, report.signatures[0].state) == ("contradicted", "added")
    assert "Burn this." in report.reasons[0]
    report = judged(tagged.replace(b"halls", b"bribes"))
    assert report.verdict == "contradicted"


def test_damage_that_cannot_be_undone_accuses_nobody_and_clears_nobody():
    changed = mail().replace(b"too small", b"too large")
    for field in (b"List-Id: <tour.party.example>\r\n", b"X-Antivirus: Some (VPS 1)\r\n"):
        report = judged(field + changed)
        assert (report.verdict, report.open) == ("unknown", True)
        assert field.split()[0].decode() in report.reasons[0]
        assert "not what party.example signed" in report.reasons[0]
        assert "A forger" in report.reasons[0]
    assert judged(b"List-Unsubscribe: <mailto:x@party.example>\r\n" + changed).verdict == "contradicted"
    kept = sign(b"List-Id: <tour.party.example>\r\n" + making.bare(), RSA, WHEN, signed=("From", "Subject", "List-Id"))
    assert judged(kept.replace(b"too small", b"too large")).verdict == "contradicted"


def test_signed_fields_that_an_export_left_out():
    mailer = sign(b"X-Mailer: Post 7\r\n" + making.bare(), RSA, WHEN, signed=("From", "Subject", "X-Mailer"))
    report = judged(mailer.replace(b"X-Mailer: Post 7\r\n", b""))
    assert (report.verdict, report.open) == ("unknown", True)
    assert "x-mailer" in report.reasons[0]
    oversigned = sign(making.bare(), RSA, WHEN, signed=("From", "Subject", "Cc", "List-Id"))
    assert judged(oversigned.replace(b"Subject: The", b"Subject: No")).verdict == "contradicted"


def test_a_search_that_is_cut_off_accuses_nobody():
    raw = mail().replace(b"too small", b"too large")
    report = verify(message(raw), book(), most_bytes=10_000)
    assert (report.verdict, report.open) == ("unknown", True)
    assert "not every damage" in report.reasons[0]


def test_folds_of_a_header_that_was_joined_are_put_back():
    trace = b"Received: from client.party.example [192.0.2.1]\r\n by mx.party.example with ESMTP; Tue, 22 Mar 2016\r\n"
    raw = sign(
        trace + making.bare(), RSA, WHEN, canonical="simple/simple", signed=("Received", "From", "To", "Subject")
    )
    head, gap, body = raw.partition(b"\r\n\r\n")
    joined = re.sub(rb"\r\n\s+", b" ", head) + gap + body
    report = judged(joined)
    assert (report.verdict, len(report.repairs)) == ("verified", 1)
    report = judged(joined.replace(b"client.party", b"client.other"))
    assert report.verdict == "contradicted"
