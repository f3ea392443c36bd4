"""The five answers, the two texts side by side, and that no answer depends on which party is named."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from tocsin.detect.fabrication import retrieval
from tocsin.detect.fabrication.address import Places, compared, imitated, is_link, links
from tocsin.detect.fabrication.check import COPIES, Checker, subject_of
from tocsin.detect.fabrication.differences import same_words, side_by_side
from tocsin.detect.fabrication.retrieval import ClaimIndex
from tocsin.detect.fabrication.wording import blind, plain
from tocsin.errors import WorkspaceError
from tocsin.kernels.pdq import Pdq
from tocsin.model.factcheck import CLAIMS
from tocsin.model.targets import OFFICIAL

CLAIM = "The mayor of Oldtown closed 12 polling stations on the day before the vote."
ROWS = [
    {"claim": "a", "text": CLAIM, "verdict": "No evidence", "appearances": ["https://social.example/p/7"]},
    {"claim": "b", "text": "A video shows a bear riding a bus in the capital.", "verdict": "Staged",
     "pictures": ["0f" * 32]},
    {"claim": "c", "kind": "official", "text": "Polling stations open at 7 in the morning and close at 8."},
    {"claim": "d", "kind": "open", "text": "Ballot papers were found in a river near Newtown."},
    {"claim": "e", "text": "A Democrat senator sold a harbour to a bank in Norland.", "verdict": "Wrong"},
]  # fmt: skip


def claims(rows=ROWS):
    blank = {"kind": "check", "publisher": "Desk", "date": date(2024, 5, 2), "appearances": [], "pictures": [],
             "file": "x", "row": 1, "language": "en"}  # fmt: skip
    return pa.Table.from_pylist([{**blank, **row} for row in rows], CLAIMS)


@pytest.fixture(scope="module")
def lexical():
    """Claims as they are searched where no model is installed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(retrieval.encoders, "available", tuple)
        yield Checker(ClaimIndex.make(claims()))


def answer(checker, text):
    found = checker.text(text)
    return found.answer, [one.link.claim for one in found.matches][:1]


@pytest.mark.parametrize(
    ("text", "kind", "claim"),
    [
        (f"BREAKING: {CLAIM.upper()} https://x.example/a", "checked", "a"),
        (CLAIM.replace("stations", "statoins"), "checked", "a"),
        (CLAIM.replace("12", "15"), "looks like", "a"),
        (CLAIM.replace("closed", "never closed"), "looks like", "a"),
        (CLAIM.replace("closed", "clo\u200bsed"), "checked", "a"),
        (f"It is false that {CLAIM}", "looks like", "a"),
        (f"{CLAIM} That is a hoax!", "looks like", "a"),
        (f"{CLAIM} So it was in 2019.", "looks like", "a"),
        (f"{CLAIM} " + "x " * 500_000, "looks like", "a"),
        (f"{CLAIM} {'and so on with much more of it ' * 5}", "looks like", "a"),
        ("look https://m.social.example/p/7/?utm_source=x&fbclid=1", "checked", "a"),
        ("Polling stations open at 7 in the morning", "official fact", "c"),
        ("Ballot papers found in a river near Newtown!", "being looked at", "d"),
        ("My aunt bakes bread on Sundays", "nobody has checked", None),
        ("https://social.example/", "nobody has checked", None),
        ("", "nobody has checked", None),
        ("\U0001f600 \ud800", "nobody has checked", None),
    ],
)
def test_the_five_answers(lexical, text, kind, claim):
    assert answer(lexical, text) == (kind, [claim] if claim else [])


def test_what_is_shown_is_the_publishers_and_only_a_person_confirms(lexical):
    found = lexical.text(CLAIM.replace("12", "15"))
    (match,) = found.matches
    assert (match.link.verdict, match.link.state, match.link.publisher) == ("No evidence", "suggested", "Desk")
    assert "".join(one.text for one in match.message) == found.message
    assert [one.text.strip() for one in match.message if one.differs] == ["15"]
    assert match.notes == ("Numbers differ: 15 in the message, 12 there",)
    settled = {subject_of(found.message): {"a": "confirmed"}}
    told = Checker(lexical.index, settled).text(found.message.upper() + " https://z.example")
    assert (told.answer, told.matches[0].link.state, told.matches[0].how) == ("checked", "confirmed", "confirmed")
    settled = {subject_of(found.message): {"a": "rejected"}}
    assert Checker(lexical.index, settled).text(found.message).answer == "nobody has checked"


def test_a_picture_is_found_however_it_is_turned(lexical):
    words = np.frombuffer(bytes.fromhex("0f" * 32), ">u8").astype(np.uint64)
    hashes = np.tile(~words, (8, 1))
    hashes[5] = words ^ np.uint64(0b1011)
    assert lexical.picture(Pdq(hashes, 90)).matches[0].link.claim == "b"
    assert lexical.picture(Pdq(hashes, 10)).answer == "nobody has checked"
    hashes[5] = ~words
    assert lexical.picture(Pdq(hashes, 90)).answer == "nobody has checked"


@pytest.mark.parametrize(
    "said",
    [
        "Democrat senator sells the harbour to a Norland bank",
        "They say a senator, a democrat, sold our harbour to a bank",
    ],
)
def test_the_answer_is_the_same_when_parties_change_places(lexical, said):
    swap = {"democrat": "republican", "Democrat": "Republican"}
    other = said
    for one, two in swap.items():
        other = other.replace(one, two)
    assert [m.link.probability for m in lexical.text(said).matches] == [
        m.link.probability for m in lexical.text(other).matches
    ]
    assert answer(lexical, said)[0] == answer(lexical, other)[0]
    assert blind("Tory and Labour; the GOP's") == "party and party; the party"


def test_copies_are_one_entry_and_an_index_is_kept(lexical, tmp_path, monkeypatch):
    table = claims([*ROWS, {"claim": "f", "text": CLAIM.upper().replace(".", "!"), "publisher": "Other"}])
    monkeypatch.setattr(retrieval.encoders, "available", tuple)
    made = ClaimIndex.make(table)
    assert made.search([CLAIM])[0][0].rows == (0, 5)
    assert [one.link.publisher for one in Checker(made).text(CLAIM).matches] == ["Desk", "Other"]
    made.save(tmp_path)
    assert ClaimIndex.load(tmp_path, table).search([CLAIM]) == made.search([CLAIM])
    with pytest.raises(WorkspaceError, match="other claims"):
        ClaimIndex.load(tmp_path, claims())
    (tmp_path / "entry.npy").unlink()
    with pytest.raises(WorkspaceError, match="cannot be read"):
        ClaimIndex.load(tmp_path, table)
    many = claims([{"claim": str(n), "text": CLAIM} for n in range(300)])
    (match,) = Checker(ClaimIndex.make(many)).text(CLAIM).matches
    assert match.others == COPIES - 1
    assert ClaimIndex.make(CLAIMS.empty_table()).search(["anything at all"]) == [[]]


class Counting:
    """A model that notes what it reads; a vector is made of the text's letters."""

    name, version, languages, dimensions = "USE", "1", None, 64

    def __init__(self):
        self.read = []

    def encode(self, texts, *, passage=False, progress=None):
        self.read += texts
        found = np.zeros((len(texts), 64), np.float32)
        for row, text in zip(found, texts, strict=True):
            np.add.at(row, [ord(char) % 64 for char in text], 1)
        return found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)


def test_what_a_model_has_read_is_not_read_again(monkeypatch):
    model = Counting()
    monkeypatch.setattr(retrieval.encoders, "available", lambda: (model,))
    first = ClaimIndex.make(claims(ROWS[:3]))
    model.read.clear()
    turned = claims([*ROWS[::-1], {"claim": "z", "text": "New.", "title": "A title"}])
    grown = ClaimIndex.make(turned, earlier=first)
    assert sorted(model.read) == sorted([*(blind(one["text"]) for one in ROWS[3:]), "New.", "A title"])
    whole = ClaimIndex.make(turned)
    assert np.array_equal(grown._vectors["USE"], whole._vectors["USE"])
    assert grown.search([CLAIM]) == whole.search([CLAIM])
    assert grown.encoders == ("USE 1",)


def test_an_index_that_was_cut_off_goes_on_where_it_was(monkeypatch, tmp_path):
    model = Counting()
    monkeypatch.setattr(retrieval.encoders, "available", lambda: (model,))
    monkeypatch.setattr(retrieval, "BLOCK", 2)
    whole = ClaimIndex.make(claims())
    read, model.read = model.encode, []

    def failing(texts, **how):
        if len(model.read) >= 4:
            raise KeyboardInterrupt
        return read(texts, **how)

    monkeypatch.setattr(model, "encode", failing)
    with pytest.raises(KeyboardInterrupt):
        ClaimIndex.make(claims(), begun=tmp_path)
    (part,) = tmp_path.iterdir()
    part.write_bytes(part.read_bytes() + b"cut")
    monkeypatch.setattr(model, "encode", read)
    model.read.clear()
    again = ClaimIndex.make(claims(), begun=tmp_path)
    assert len(model.read) == 1
    assert np.array_equal(again._vectors["USE"], whole._vectors["USE"])


def test_same_words():
    assert same_words("fwd:: " + CLAIM.lower(), CLAIM)
    assert not same_words("He closed it", "He closed it")  # too short to be told by its words
    assert not same_words("the the the the the the", "the the the the the")
    assert not same_words("It cost €12.5 million to close them", "It cost $12.5 million to close them")
    assert not same_words("It grew by -12.5 percent since the vote", "It grew by 12.5 percent since the vote")
    for one, other in (("12", "13"), ("Oldtown", "Newtown"), ("closed", "opened"), ("day before", "day after")):
        assert not same_words(CLAIM.replace(one, other), CLAIM)
    sides = side_by_side("He did not go", "He did go")
    assert sides.notes == ("Only the message has a word that denies or doubts: not",)
    assert side_by_side("a b", "a b").message[0].differs is False


def test_messages_are_cleaned_as_platforms_write_them():
    text = "\U0001f1ea\U0001f1fa #StopTheVote @AnnBell https://t.example/x pic.twitter.com/abc — Ann (@ann) May 2, 2024"
    assert plain(text) == "Stop The Vote Ann Bell Ann"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://www.a.example/x/?utm_source=y&b=2&a=1#top", "http://m.a.example/x?a=1&b=2"),
        ("https://web.archive.org/web/2024id_/https://a.example/x", "https://a.example/x/"),
        ("https://archive.ph/20240102/https://a.example/x", "https://a.example/x/amp"),
        ("HTTPS://A.example/%C3%A4", "https://a.example/ä"),
    ],
)
def test_addresses_of_one_page(one, other):
    assert compared(one) == compared(other) != ""


def test_addresses_that_differ_and_those_that_are_none():
    assert compared("https://a.example/x?id=1") != compared("https://a.example/x?id=2")
    assert compared("https://a.example/topic.php?t=1") != compared("https://a.example/topic.php?t=2")
    assert compared("https://x.com/ann/status/1?s=20&t=a7") == compared("https://x.com/ann/status/1?ref=home")
    assert compared("https://[bad/") == compared("no address") == compared("https:///x") == ""
    assert is_link("https://a.example/x")
    assert not is_link("see https://a.example/x")
    assert links("(https://a.example/x), https://b.example.") == ["https://a.example/x", "https://b.example"]
    for place in ("https://a.example/", "https://x.com/ann", "https://www.youtube.com/@ann", "https://t.me/s/ann"):
        assert Places(claims([{"claim": "a", "text": "t", "url": place}])).rows(place) == []
    assert Places(claims([{"claim": "a", "text": "t", "url": "https://t.me/ann/7"}])).rows("http://t.me/ann/7") == [0]


def test_an_imitated_outlet_is_named():
    official = pa.Table.from_pylist(
        [{"name": "daily-herald.example", "office": "Daily Herald", "kind": "outlet", "jurisdiction": "", "brands": [],
          "file": "x", "row": 1}], OFFICIAL,
    )  # fmt: skip
    found = imitated(official, ["https://daily-herald.ltd/x", "https://daily-herald.example/y", "https://other.net"])
    assert [(one.name, one.imitated, one.technique) for one in found] == [
        ("daily-herald.ltd", "daily-herald.example", "other ending")
    ]
    assert imitated(official, []) == ()
