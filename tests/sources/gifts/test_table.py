"""The generic table: columns guessed, given, or asked for."""

from datetime import date

import pytest

from tocsin.errors import InputError, UnknownFormat, UsageError
from tocsin.model.gift import GIFT_FIELDS
from tocsin.sources.gifts import read_gifts
from tocsin.sources.gifts.guessing import guess_mapping, plain
from tocsin.sources.gifts.table import preview
from tocsin.sources.vocabulary import words

ROWS = b"who,to,when,how much\nAnna Morrow,TP,2019-05-06,12.50\nHaven Ltd,TP,2019-05-07,100\n"
MAPPING = {"donor_name": "who", "recipient": "to", "date": "when", "amount": "how much"}


def read(tmp_path, data, **options):
    path = tmp_path / "register.csv"
    path.write_bytes(data)
    return read_gifts([str(path)], **options)


def test_the_vocabulary_has_every_field():
    assert set(words("gift_columns")) == set(GIFT_FIELDS)


def test_columns_that_are_given(tmp_path):
    files = read(tmp_path, ROWS, mapping=MAPPING, currency="gbp", jurisdiction="gb")
    person, company = files.table.to_pylist()
    assert (person["donor_type"], person["last_name"], person["amount_minor"]) == ("person", "Morrow", 1_250)
    assert (company["donor_type"], company["currency"], company["jurisdiction"]) == ("company", "GBP", "gb")
    assert "date from the column when as given" in files.inputs[0].notes[0]


def test_columns_that_nobody_can_tell_are_asked_for(tmp_path):
    with pytest.raises(UnknownFormat, match="no column can be told to be the date") as raised:
        read(tmp_path, ROWS, currency="GBP")
    assert "--map date=COLUMN" in raised.value.hint
    assert "who, to, when, how much" in raised.value.hint


def test_a_mapping_must_name_fields_and_columns(tmp_path):
    with pytest.raises(UsageError, match="no such field"):
        read(tmp_path, ROWS, mapping={"colour": "who"})
    with pytest.raises(UnknownFormat, match="has no column 'whom'"):
        read(tmp_path, ROWS, mapping={**MAPPING, "donor_name": "whom"})


def test_one_value_for_all_rows(tmp_path):
    data = b"donor,amount\nAnna Morrow,5\nHaven Ltd,6\n"
    mapping = {"recipient": "=TP", "date": "=2019", "amount": "amount", "donor_name": "donor", "currency": "=eur"}
    found = read(tmp_path, data, mapping=mapping).table
    assert (
        found.select(["recipient", "date", "currency"]).to_pylist()
        == [{"recipient": "TP", "date": date(2019, 12, 31), "currency": "EUR"}] * 2
    )


def test_the_currency_is_shown_or_asked_for(tmp_path):
    with pytest.raises(UnknownFormat, match="in which currency"):
        read(tmp_path, ROWS, mapping=MAPPING)
    shown = ROWS.replace(b"12.50", "£12.50".encode()).replace(b",100", ",£100".encode())
    assert set(read(tmp_path, shown, mapping=MAPPING).table["currency"].to_pylist()) == {"GBP"}
    column = b"donor,recipient,date,amount,currency\nAnna Morrow,TP,2019-05-06,12.50,chf\n"
    assert read(tmp_path, column).table["currency"].to_pylist() == ["CHF"]


def test_words_for_kinds_donors_memos_and_countries(tmp_path):
    data = (
        b"donor,recipient,date,amount,kind,donor type,memo,country,method\n"
        b"Anna Morrow,TP,2019-05-06,50,Refund,Individual,,UK,card\n"
        b"Haven,TP,2019-05-06,50,Non-cash,Company,X,Germany,\n"
        b"Docks,TP,2019-05-06,50,loan,Trade Union,no,,\n"
        b"Docks,TP,2019-05-06,50,,Unincorporated Association,,,\n"
    )
    found = read(tmp_path, data, currency="EUR").table.to_pylist()
    assert [row["kind"] for row in found] == ["refund", "in-kind", "loan", "money"]
    assert [row["donor_type"] for row in found] == ["person", "company", "union", "association"]
    assert [row["memo"] for row in found] == [False, True, False, False]
    assert [row["country"] for row in found] == ["gb", "de", None, None]
    assert [row["amount_minor"] for row in found] == [-5_000, 5_000, 5_000, 5_000]


def test_names_in_columns_of_their_own(tmp_path):
    data = b"last name,first name,recipient,date,amount\nMorrow,Anna B,TP,2019-05-06,5\n,,TP,2019-05-07,6\n"
    first, second = read(tmp_path, data, currency="EUR").table.to_pylist()
    assert (first["donor_name"], first["middle_name"], first["donor_type"]) == ("Morrow, Anna B", "B", "person")
    assert second["donor_name"] is None


def test_two_days_that_differ_are_a_question():
    rows = [{"sent date": "2019-05-06", "gift_date": "2019-05-06", "donation_date": "2019-05-07"}]
    guess = guess_mapping(["donation_date", "gift_date"], rows)
    assert "date" in guess.questions
    assert (
        guess_mapping(["date", "gift_date"], [{"date": "2019-05-06", "gift_date": "2019-05-07"}]).mapping["date"]
        == "date"
    )


def test_a_column_of_days_must_hold_days():
    assert "date" not in guess_mapping(["date"], [{"date": "soon"}] * 3).mapping
    assert "amount" not in guess_mapping(["amount"], [{"amount": "much"}] * 3).mapping


def test_names_of_columns_are_compared_as_words():
    assert {plain(name) for name in ("DonorName", " Donor-Name ", "donor_name")} == {"donor_name"}
    assert plain("Amount (EUR)") == "amount_eur"


def test_what_guided_mapping_shows():
    header, rows, guess = preview(b"Donor;Recipient;Date;Amount\nAnna Morrow;TP;06.05.2019;5\nEve Va")
    assert header == ["Donor", "Recipient", "Date", "Amount"]
    assert rows == [{"Donor": "Anna Morrow", "Recipient": "TP", "Date": "06.05.2019", "Amount": "5"}]
    assert guess.mapping == {"recipient": "Recipient", "date": "Date", "amount": "Amount", "donor_name": "Donor"}


def test_rows_without_ids_are_told_apart_by_where_they_stand(tmp_path):
    table = read(tmp_path, ROWS, mapping=MAPPING, currency="EUR").table
    assert table["gift"].to_pylist() == ["register.csv:2", "register.csv:3"]
    assert table["date"].to_pylist() == [date(2019, 5, 6), date(2019, 5, 7)]


def test_amounts_that_may_be_one_or_a_thousand(tmp_path):
    rows = b"donor,recipient,date,amount\nAnna Morrow,TP,2019-05-06,1.000\nHaven Ltd,TP,2019-05-06,7\n"
    files = read(tmp_path, rows, currency="EUR")
    assert files.table["amount_minor"].to_pylist() == [700]
    assert [(bad.row, bad.reason) for bad in files.rejected] == [(2, "no amount of money: '1.000'")]
    shown = read(tmp_path, rows + b'Haven Ltd,TP,2019-05-06,"3,50"\n', currency="EUR")
    assert shown.table["amount_minor"].to_pylist() == [100_000, 700, 350]
    shown = read(tmp_path, rows + b"Haven Ltd,TP,2019-05-06,3.50\n", currency="EUR")
    assert shown.table["amount_minor"].to_pylist() == [100, 700, 350]


def test_of_no_rows(tmp_path):
    files = read(tmp_path, b"donor,recipient,date,amount\n", currency="EUR")
    assert files.table.num_rows == 0
    assert "no rows of gifts in it" in files.inputs[0].notes
    with pytest.raises(InputError):
        read(tmp_path, b"one column\n1\n", format="table", currency="EUR")
