"""What a repair may change: nothing that a reader sees."""

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.detect.leaks.mail.making import BODIES, book, mail, message

from tocsin.detect.leaks.mail import damage, fields, seen
from tocsin.detect.leaks.mail.fields import Mail
from tocsin.detect.leaks.mail.verify import verify

TEXT = st.text("ab .,>\t\n=-Fromé", max_size=60)


def plain(body):
    return fields.read(b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + body.encode().replace(b"\n", b"\r\n"))


@given(TEXT, TEXT)
def test_two_texts_are_the_same_only_where_their_words_are(one, other):
    def words(text):
        lines = [line.lstrip(">") if line.lstrip(">").startswith("From ") else line for line in text.split("\n")]
        return " ".join("." + line.lstrip(".") if line.startswith("..") else line for line in lines).split()

    assert seen.same(plain(one), plain(other)) == (words(one) == words(other))


def test_a_change_of_a_word_of_a_name_or_of_an_attachment_is_seen():
    for name in BODIES:
        before = fields.read(mail(name))
        assert seen.same(before, before)
    parts = fields.read(mail("parts"))
    assert not seen.same(parts, Mail(parts.fields, parts.body.replace(b"AAECAwQF", b"AAECAwQG", 1)))
    assert not seen.same(parts, fields.read(mail("parts").replace(b"Maria Vogel", b"Marta Vogel")))
    assert seen.same(parts, fields.read(mail("parts").replace(b"Maria Vogel <", b'"Maria Vogel"  <')))


def test_every_way_of_undoing_stays_within_its_budget():
    found = fields.read(mail("quoted"))
    counts = [len(list(damage.undo(found, damage.Budget(times * len(found.body))))) for times in (1, 300, 20_000)]
    assert counts[0] == 0 < counts[1] < 40 < counts[2] < 1000


@settings(max_examples=25)
@given(st.integers(0, 400), st.binary(max_size=4))
def test_a_mail_with_any_bytes_in_its_header_is_judged(at, junk):
    raw = mail("flowed")
    report = verify(message(raw[:at] + junk + raw[at + len(junk) :][:500]), book())
    assert report.verdict in ("verified", "verifiable", "contradicted", "unknown")
