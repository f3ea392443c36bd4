"""No given name survives blinding; other words do."""

import unicodedata

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from tests.cases.making import START

from tocsin.cases.blinding import Blinder, check_name, placeholder
from tocsin.errors import UsageError
from tocsin.model.case import Case, Lead, Name


def name(sort, text, *also, mark=None, standing="mentioned"):
    return Name(sort=sort, text=text, also=also, placeholder=mark or f"{sort.capitalize()} A", standing=standing)


def blind(text, *names):
    return Blinder(names).text(text)


GREEN = name("party", "Green Party", "Greens", "GP")
ROWS = [
    ("The GREEN party's plan.", GREEN, "The Party A's plan."),
    ("Green\n  Party and green-party and Green_Party", GREEN, "Party A and Party A and Party A"),
    ("GPU shows the greenhouse", GREEN, "GPU shows the greenhouse"),
    ("the GP, the GP's vote", GREEN, "the Party A, the Party A's vote"),
    ("Jane Müller said", name("candidate", "Jane Müller"), "Candidate A said"),
    ("JANE MULLER, jane mu\u0308ller", name("candidate", "Jane Müller"), "Candidate A, Candidate A"),
    ("Müllers Rede", name("candidate", "Jane Müller"), "Candidate A Rede"),
    ("He will mark it", name("candidate", "Mark Will"), "He will mark it"),
    ("#VoteMuller2024 @jane_muller", name("candidate", "Jane Müller"), "#VoteCandidate A2024 @Candidate A"),
    ("https://jane-muller.example/x", name("candidate", "Jane Müller"), "https://Candidate A.example/x"),
    ("Rus\u00adsian, Rus\u200bsia, pro-russian", name("country", "Russia"), "Country A, Country A, pro-Country A"),
    ("Иванова сказала Ивановым", name("candidate", "Иванов"), "Candidate A сказала Candidate A"),
    ("للحزب الوطني والحزب الوطني", name("party", "الحزب الوطني"), "Party A Party A"),
    ("הליכוד ובליכוד", name("party", "ליכוד"), "Party A Party A"),
    ("日本の民主党は勝つ", name("party", "民主党"), "日本のParty Aは勝つ"),
    ("더불어민주당은 이긴다", name("party", "더불어민주당"), "Party A은 이긴다"),
    ("พรรคเพื่อไทยชนะ", name("party", "เพื่อไทย"), "พรรคParty Aชนะ"),
    ("της Νέας Δημοκρατίας", name("party", "Νέα Δημοκρατία", "Νέας Δημοκρατίας"), "της Party A"),
    ("ＧＲＥＥＮ ＰＡＲＴＹ", GREEN, "Party A"),
    ("STRAẞE der Straße", name("organisation", "Straße"), "Organisation A der Organisation A"),
    ("by @troll_99, troll_99 and Troll99!", name("account", "@troll_99"), "by @Account A, Account A and Account A!"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "hidden", "expected"), ROWS, ids=lambda value: value[:20] if isinstance(value, str) else ""
)
def test_names_are_found_as_they_are_written(text, hidden, expected):
    assert blind(text, hidden) == expected


def test_the_longest_name_wins():
    short, long = name("party", "Work", mark="Party A"), name("party", "Work and Justice", mark="Party B")
    assert blind("Work and Justice, not Work and play", short, long) == "Party B, not Party A and play"


def test_each_name_keeps_its_own_placeholder():
    names = (name("party", "Meadow Party", mark="Party A"), name("party", "Harbour League", mark="Party B"))
    assert blind("Harbour League against Meadow Party", *names) == "Party B against Party A"
    assert blind("Harbour League against Meadow Party", *reversed(names)) == "Party B against Party A"


def test_no_names_change_nothing():
    assert blind("any text") == "any text"


LETTERS = st.sampled_from(
    "abcdefghiklmnoprstuvzäöüßéçñøłабвгдежиклмнопрстуαβγδεηικλμνοπρσςτअआकखगمحدعليقرשלוםאב民主党自由"
)
WORDS = st.text(LETTERS, min_size=3, max_size=9)
GIVEN = st.lists(WORDS, min_size=1, max_size=3).map(" ".join)
WRITINGS = [
    str,
    str.upper,
    str.title,
    str.lower,
    lambda t: unicodedata.normalize("NFD", t),
    lambda t: t.replace(" ", "\n\t"),
]
FRAMES = [
    "{}",
    "the {}.",
    "«{}»",
    "{}'s",
    "({})",
    "#{}",
    "@{}",
    "a {}, b",
    "pro-{}",
    "{}–x",
    "https://x.example/{}?a=1",
]


def survives(given_name, text):
    """An oracle of its own: the name's letters, without case and accents, in a row in the text."""

    def plain(value):
        value = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", value).casefold())
        return "".join(c for c in value if c.isalnum())

    return plain(given_name) in plain(text)


@settings(deadline=None)
@given(st.lists(GIVEN, min_size=1, max_size=4, unique=True), st.data())
@example(["αβγ"], None)
def test_no_given_name_survives(given_names, data):
    assume(not any(survives(part, "party a b c d") for one in given_names for part in one.split()))
    names = [name("party", one, mark=f"Party {letter}") for one, letter in zip(given_names, "ABCD", strict=False)]
    pieces = []
    for one in given_names:
        writing, frame = (data.draw(st.sampled_from(c)) for c in (WRITINGS, FRAMES)) if data else (str, "{}")
        pieces.append(frame.format(writing(one)))
    text = " ‧ ".join(pieces)
    hidden = Blinder(names).text(text)
    assert not any(survives(one, hidden) for one in given_names), (text, hidden)
    assert Blinder(names).names_in(hidden) == ()


@settings(deadline=None)
@given(st.text(max_size=80), GIVEN)
def test_text_without_the_name_is_left_alone(text, given_name):
    hidden = Blinder([name("party", given_name)])
    if not hidden.names_in(text):
        assert hidden.text(text) == text
    first = given_name.split()[0]
    assert hidden.names_in("") == ()
    assert hidden.text(first[:-1]) == first[:-1]


def test_a_record_is_blinded_at_every_depth_and_its_ids_are_kept():
    hidden = Blinder([name("party", "Fed"), name("candidate", "Ines Kowal")])
    lead = Lead(id="fed-1", finding="coord-fed", title="Ines Kowal of Fed", text="#IngFed", first=START, last=START,
                platforms=("fed",), added_by="fed", updated=START)  # fmt: skip
    seen = hidden.record(lead)
    assert (seen.id, seen.finding, seen.added_by) == ("fed-1", "coord-fed", "fed")
    assert (seen.title, seen.text, seen.platforms) == ("Candidate A of Party A", "#IngParty A", ("Party A",))
    case = Case(title="Fed", working_title="x", owner="o", opened=START, updated=START, names=(name("party", "Fed"),))
    assert hidden.record(case).names[0].text == "Party A"


def test_placeholders_are_counted_by_sort_and_never_reused_while_later_ones_stand():
    names = []
    for sort in ["party", "party", "country", "party"]:
        names.append(name(sort, "x", mark=placeholder(names, sort)))
    assert [one.placeholder for one in names] == ["Party A", "Party B", "Country A", "Party C"]
    assert placeholder([names[3]], "party") == "Party D"
    assert placeholder([name("party", "x", mark="Party Z")], "party") == "Party AA"
    assert placeholder([name("party", "x", mark="Party AZ")], "party") == "Party BA"


@pytest.mark.parametrize("text", ["", "a", "!", "Party", "candidate"])
def test_names_that_would_be_found_everywhere_are_refused(text):
    with pytest.raises(UsageError):
        check_name(text)
