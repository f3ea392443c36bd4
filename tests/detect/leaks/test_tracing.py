"""Quotes of a leak among posts made here."""

import random
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from tocsin.detect.leaks.base import LeakTables
from tocsin.detect.leaks.run import look
from tocsin.detect.leaks.tracing import DETECTOR
from tocsin.kernels import quotes, text
from tocsin.model.mail import Message
from tocsin.model.paper import Paper
from tocsin.model.post import POSTS

START = datetime(2024, 1, 1, tzinfo=UTC)
PUBLIC = START + timedelta(days=60)
SAYING = "at the end of the day we all want the same thing"
VOCABULARY = [a + b + c for a in ("ka", "lo", "mi", "ter", "van") for b in ("ra", "su", "ne", "do") for c in "pqrstxyz"]


def sentence(rng, size):
    return " ".join(rng.choices(VOCABULARY, weights=range(1, len(VOCABULARY) + 1), k=size))


def made(seed, quoted=12, posts=2_400):
    rng = random.Random(seed)
    leak = [sentence(rng, 300) + " " + SAYING for _ in range(3)]
    texts = [sentence(rng, 14) for _ in range(posts)]
    for row in rng.sample(range(posts), posts // 60):
        texts[row] = f"{sentence(rng, 3)} {SAYING} {sentence(rng, 2)}"
    planted = {}
    for row in rng.sample(range(posts // 2, posts), quoted):
        words, size = rng.choice(leak[:2]).split(), rng.randint(6, 12)
        at = rng.randrange(300 - size)
        quote = words[at : at + size]
        if row % 2:
            quote[rng.randrange(1, size - 1)] = "exchanged"
        texts[row], planted[str(row)] = f"{sentence(rng, 4)} {' '.join(quote)} {sentence(rng, 3)}", size
    columns = {
        "post": list(map(str, range(posts))),
        "account": [f"a{row % 400}" for row in range(posts)],
        "time": [START + timedelta(days=120) / posts * row for row in range(posts)],
        "text": texts,
        "file": ["f"] * posts,
        "row": list(range(posts)),
    }
    table = pa.table([pa.array(columns.get(one.name, [None] * posts), one.type) for one in POSTS], schema=POSTS)
    papers = tuple(Paper(f"d{n}", str(n), "text/plain", b"", (page,)) for n, page in enumerate(leak[:1] + leak[2:]))
    mail = Message(b"Subject: plans\r\n\r\n" + leak[1].encode(), "box", 1, "eml")
    return LeakTables((mail,), papers, posts=table, public=PUBLIC), planted


def trace(tables):
    return look(tables, chosen={DETECTOR.id: DETECTOR})


@pytest.mark.parametrize("seed", [1, 2])
def test_quotes_are_found_in_mails_and_documents_and_a_saying_is_not(seed):
    tables, planted = made(seed)
    found = trace(tables)
    (finding,) = found.findings
    hit = set(found.evidence["post"].to_pylist())
    assert len(hit & set(planted)) >= 11
    assert len(hit - set(planted)) <= 1
    assert {quote.document for quote in finding.leak.quotes} == {"d0", "box:1"}
    assert finding.standing == "lead"
    assert finding.tests[0].q < 0.02
    assert "0.0 of them are expected by chance, with 95 % confidence at most" in finding.sentence
    assert "exchanged" not in {word for quote in finding.leak.quotes for word in quote.passage.split()}
    gapped = [quote for quote in finding.leak.quotes if quote.gaps]
    assert gapped
    assert all(quote.words >= 5 and quote.gaps <= 3 for quote in gapped)


def test_nothing_is_found_where_nothing_is_quoted():
    assert [trace(made(seed, quoted=0)[0]).findings for seed in range(3)] == [()] * 3


def test_what_older_posts_have_is_no_quote():
    tables, planted = made(3)
    posts = tables.posts.to_pylist()
    copies = [{**posts[int(row)], "post": f"old {row}", "time": START, "row": -int(row)} for row in planted]
    tables.posts = pa.concat_tables([pa.Table.from_pylist(copies, POSTS), tables.posts])
    found = trace(tables)
    assert not set(found.evidence["post"].to_pylist()) & set(planted)


def test_without_a_day_or_older_posts_it_says_so():
    tables, _ = made(1)
    tables.public = None
    assert "was not told" in trace(tables).reading.skipped[DETECTOR.id]


def test_with_few_older_posts_what_may_be_quotes_is_shown_and_is_no_lead():
    tables, planted = made(1)
    tables.public = START + timedelta(days=1)
    found = trace(tables)
    (finding,) = found.findings
    assert finding.standing == "interest"
    assert "cannot be told" in finding.sentence
    assert "fewer than 200" in found.reading.measured["Posts older than the leak"]
    long = {row for row, size in planted.items() if size >= 9}
    assert long <= {quote.post for quote in finding.leak.quotes} <= set(planted)
    tables, _ = made(1, quoted=0)
    tables.public = START + timedelta(days=1)
    assert trace(tables).findings == ()
    tables.public = START + timedelta(days=200)
    assert "all 2,400" in trace(tables).reading.skipped[DETECTOR.id]


def words(*texts):
    return text.words(pa.array(texts))


def passages(leak, *texts):
    index = quotes.index(words(*leak))
    made_ = quotes.search(words(*texts), index, quotes.weigh(index, quotes.no_counts(index)))
    return [
        (int(made_.place[k]), int(made_.length[k]), int(made_.same[k]), int(made_.differ[k])) for k in range(len(texts))
    ]


@pytest.mark.parametrize(
    ("said", "passage"),
    [
        ("one two three four five six", (0, 6, 6, 0)),
        ("so one two THREE, x five six!", (0, 6, 5, 1)),
        ("one two x three four five six", (0, 6, 6, 1)),
        ("one two four five six seven", (0, 7, 6, 1)),
        ("three four five six seven eight", (2, 5, 5, 0)),
        ("one two three four", (0, 0, 0, 0)),
        ("six seven eight nine ten eleven", (8, 4, 4, 0)),
    ],
)
def test_passages_are_followed_over_one_gap_and_end_with_the_document(said, passage):
    leak = ("one two three four five six seven", "eight nine ten eleven twelve")
    expected = passage if passage[2] >= quotes.LEAST else (0, 0, 0, 0)
    assert passages(leak, said) == [expected]


def test_a_phrase_that_is_often_said_weighs_less():
    index = quotes.index(words("the committee of the whole house met there"))
    counts = quotes.no_counts(index)
    quotes.count(words(*["the committee of the whole house"] * 40 + ["met there once"] * 40), index, counts)
    weights = quotes.weigh(index, counts)
    bits = quotes.search(words("committee of the whole house", "whole house met there once more"), index, weights).bits
    plain = quotes.search(words("committee of the whole house"), index, quotes.weigh(index, quotes.no_counts(index)))
    assert bits[0] < plain.bits[0] / 1.3
