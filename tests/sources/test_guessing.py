"""Which column is what: guessed where it is plain, asked where it is not."""

import pytest

from tocsin.errors import UnknownFormat, UsageError
from tocsin.sources.base import ReadOptions
from tocsin.sources.guessing import guess_mapping, settle

ROW = {
    "Tweet ID": "1",
    "user_id": "7",
    "screen_name": "bob",
    "created_at": "2024-01-02 10:00:00",
    "Text": "hi",
    "lang": "en",
}


def test_plain_names():
    guess = guess_mapping(list(ROW), [ROW])
    assert guess.mapping == {
        "post": "Tweet ID",
        "account": "user_id",
        "time": "created_at",
        "text": "Text",
        "language": "lang",
    }
    assert guess.reasons["time"] == "time from the column created_at"
    assert not guess.questions


def test_a_column_of_times_must_hold_times():
    guess = guess_mapping(["user_id", "date", "ts"], [{"user_id": "7", "date": "a fine day", "ts": "1700000000"}])
    assert guess.mapping["time"] == "ts"


def test_two_columns_that_say_the_same_are_no_question():
    row = {"user": "a", "timestamp": "2024-01-02 10:00:00", "date": "2024-01-02 10:00:00"}
    assert guess_mapping(list(row), [row]).mapping["time"] == "timestamp"


@pytest.mark.parametrize(
    "row",
    [
        {"user_id": "a", "channel_id": "b", "created_at": "2024-01-02"},
        {"user_id": "a", "created_at": "2024-01-02", "published_at": "2024-01-03"},
    ],
)
def test_a_question_lists_columns_and_the_option(row):
    with pytest.raises(UnknownFormat, match="could be") as caught:
        settle(list(row), [row], ReadOptions(), "f.csv")
    assert "--map" in caught.value.hint
    assert all(column in caught.value.hint for column in row)


def test_a_given_mapping_wins_and_only_the_required_is_filled_in():
    guess = settle(list(ROW), [ROW], ReadOptions(mapping={"account": "screen_name"}), "f.csv")
    assert guess.mapping == {"account": "screen_name", "time": "created_at"}


def test_mappings_that_cannot_be():
    with pytest.raises(UsageError, match="no such field"):
        settle(list(ROW), [ROW], ReadOptions(mapping={"acount": "user_id"}), "f.csv")
    with pytest.raises(UnknownFormat, match="no column 'nobody'") as caught:
        settle(list(ROW), [ROW], ReadOptions(mapping={"account": "nobody"}), "f.csv")
    assert "screen_name" in caught.value.hint
