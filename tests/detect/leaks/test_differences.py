"""Texts that were changed on purpose, and such as only look different."""

import pytest

from tocsin.detect.leaks.differences import differences

BEFORE = (
    "The grant of 5,000 euros was paid to Maria Lind on 3 May 2015. It was not disclosed to the board. The committee "
    "will meet again in autumn. A report on the harbour works is due before that day."
)


def changed(after, before=BEFORE):
    return [(one.kind, one.before, one.after) for one in differences(before, after, "p").changes]


@pytest.mark.parametrize(
    ("was", "now", "kind"),
    [
        ("5,000", "50,000", "changed number"),
        ("Maria Lind", "Alexei Navin", "changed name"),
        ("meet", "gather", "replacement"),
        ("not ", "", "deletion"),
        ("to the board", "to the board and the press", "insertion"),
        ("3 May", "8 May", "changed number"),
    ],
)
def test_each_change_is_told_by_its_kind(was, now, kind):
    found = changed(BEFORE.replace(was, now))
    assert [one[0] for one in found] == [kind]
    assert was.split()[0] in found[0][1] or kind == "insertion"


@pytest.mark.parametrize(
    "after",
    [
        BEFORE.replace(" ", "\n"),
        BEFORE.replace("committee", "commit-\ntee"),
        BEFORE.upper(),
        BEFORE.replace("report", "rep0rt").replace("will", "wi11"),
        BEFORE.replace(". ", ".\n\n"),
    ],
)
def test_what_is_set_anew_or_read_by_a_machine_is_the_same(after):
    assert changed(after) == []


def test_a_number_is_never_taken_for_an_error_of_reading():
    assert changed(BEFORE.replace("2015", "2016")) == [("changed number", "2015", "2016")]


def test_a_moved_passage_is_one_change():
    first, *rest = BEFORE.split(". ")
    moved = changed(". ".join([*rest[:-1], rest[-1].rstrip("."), first]) + ".")
    assert [one[0] for one in moved] == ["moved"]
    assert "5,000" in moved[0][1]


def test_long_texts_are_compared_by_sentences():
    many = [f"Sentence {n} tells of item {n * 7} and nothing else." for n in range(4_000)]
    after = [*many]
    after[1_234] = "Sentence 1234 tells of item 9 and nothing else."
    assert changed(" ".join(after), " ".join(many)) == [("changed number", "8638", "9")]
