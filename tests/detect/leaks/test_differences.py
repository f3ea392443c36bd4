"""Texts that were changed on purpose, and such as only look different."""

import pytest

from tocsin.detect.leaks.differences import differences

BEFORE = (
    "The grant of 5,000 euros was paid to Maria Lind on 3 May 2015. It was not disclosed to the board. The committee "
    "will meet again in autumn. A report on the harbour works is due before that day."
)


def changed(after, before=BEFORE):
    return [(one.kind, one.before, one.after) for one in differences([before], [after]).changes]


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


MANY = [
    f"Sentence {n} tells of item {n * 7} and of {a} {b} in {c}."
    for n, (a, b, c) in enumerate(zip("abcdefghijkl" * 5, "mnopqrst" * 8, "uvwxyz" * 10, strict=False))
]


def test_parts_in_another_order_are_moved_whole_and_what_was_altered_in_them_is_told():
    tainted = [*MANY[20:30], "On 5 May 9,000 euros went to Alexei Navin.", *MANY[31:40]]
    found = changed(" ".join([*MANY[40:], *tainted, *MANY[:20]]), " ".join(MANY))
    assert sorted(one[0] for one in found) == ["changed number", "moved", "moved"]
    assert [one[2] for one in found if one[0] != "moved"] == ["On 5 May 9,000 euros went to Alexei Navin"]


def test_a_long_text_is_compared_to_the_word():
    many = [f"Sentence {n} tells of item {n * 7} and nothing else." for n in range(4_000)]
    after = [*many]
    after[1_234] = "Sentence 1234 tells of item 9 and nothing else."
    assert changed(" ".join(after), " ".join(many)) == [("changed number", "8638", "9")]


def test_words_around_a_change_are_kept_and_are_those_of_both():
    (found,) = differences([BEFORE], [BEFORE.replace("Maria Lind", "Alexei Navin")]).changes
    assert (found.left, found.right) == ("The grant of 5,000 euros was paid to", "on 3 May 2015 It was not disclosed")
    two = differences([BEFORE], [BEFORE.replace("Maria", "Alexei").replace("3 May", "4 May")]).changes
    assert (two[0].right, two[1].left) == ("Lind on", "Lind on")


def pages(texts, head, lines=12):
    rows = [row for text in texts for row in (text[:30], text[30:])]
    return [
        "\n".join([head.format(n + 1), *rows[at : at + lines], f"Page {n + 1} of 9"])
        for n, at in enumerate(range(0, len(rows), lines))
    ]


def test_what_runs_along_the_edges_of_pages_is_no_change_unless_both_have_it_and_it_differs():
    plain = " ".join(text[:30] + " " + text[30:] for text in MANY)
    headed = differences([plain], pages(MANY, "Ministry of Works {}"))
    assert headed.changes == ()
    assert headed.heads > 5
    assert differences(pages(MANY, "Works {}", 60), pages(MANY, "Works {}")).changes == ()
    (found,) = differences(pages(MANY, "For all to see {}"), pages(MANY, "Top secret {}")).changes
    assert (found.before, found.after) == ("For all to see #", "Top secret #")
    tainted = [*MANY[:30], MANY[30].replace("210", "910"), *MANY[31:]]
    (found,) = differences([plain], pages(tainted, "Ministry of Works {}")).changes
    assert (found.place, found.before, found.after) == ("page 6", "210", "910")


def test_a_page_read_badly_is_told_apart_from_what_was_altered():
    read = BEFORE.replace("grant", "gnant").replace("euros", "euros.").replace("committee", "comnittee")
    read = read.replace("autumn", "antumn").replace("harbour", "haroour").replace("disclosed", "disclosec")
    assert {one.kind for one in differences([BEFORE], [read]).changes} == {"spelling"}
    found = differences([BEFORE], [read.replace("Maria Lind", "Alexei Navin")])
    assert [one.kind for one in found.changes] == ["changed name", *["spelling"] * 5]
    assert changed(BEFORE.replace("Lind", "Linde")) == [("changed name", "Lind", "Linde")]


def test_a_part_of_the_original_is_known_as_such():
    assert differences([" ".join(MANY)], [" ".join(MANY[10:20])]).excerpt
    assert not differences([" ".join(MANY)], [" ".join([*MANY[10:20], "More."])]).excerpt
    assert not differences([" ".join(MANY)], [" ".join([*MANY[10:14], *MANY[15:20]])]).excerpt


def test_years_and_compounds_survive_the_end_of_a_line():
    said = "In 2019-2020 the well-known fund of the harbour paid more than it had."
    assert changed(said.replace("2019-", "2019-\n").replace("well-", "well-\n"), said) == []
    assert changed("It rose by -5 percent.", "It rose by 5 percent.") == [("changed number", "5", "-5")]
