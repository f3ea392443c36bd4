"""Days, countries and kinds of numbers as lists write them."""

from datetime import date, datetime

import pytest

from tocsin.sources.lists.countries import countries, country
from tocsin.sources.lists.days import day, of_parts, partials
from tocsin.sources.lists.entries import Entry, clean
from tocsin.sources.lists.numbers import imo, kind_of
from tocsin.sources.lists.ofac_remarks import take_remarks


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("10 Dec 1948", ["1948-12-10"]),
        ("1948", ["1948"]),
        ("circa 1951", ["1951"]),
        ("Dec 1948", ["1948-12"]),
        ("24.10.1980", ["1980-10-24"]),
        ("3/4/1960", ["1960-04-03"]),
        ("09/11/ 1954", ["1954-11-09"]),
        ("11/10/1953  10/11/1953", ["1953-10-11", "1953-11-10"]),
        ("1.2.1994/6.3.2000", ["1994-02-01", "2000-03-06"]),
        ("dd/mm/1945", ["1945"]),
        ("dd/03/1980", ["1980-03"]),
        ("00/00/1975", ["1975"]),
        ("1951 to 1954", ["1951", "1952", "1953", "1954"]),
        ("1960-1962", ["1960", "1961", "1962"]),
        ("1960-03", ["1960-03"]),
        ("between 1900 and 1999", ["1900", "1999"]),  # too long to write out
        ("Approximately 1963", ["1963"]),
        ("May 5, 1957", ["1957-05-05"]),
        ("5 Feb. 1970 (this aka only, alt born 5 Feb. 1969)", ["1970-02-05", "1969-02-05"]),
        ("29-Aprl-1967", ["1967-04-29"]),
        ("1957-02-30", ["1957-02"]),
        ("1937-04-28T00:00:00", ["1937-04-28"]),
        ("99/99/1999", ["1999"]),
        ("12345678", []),
        ("0001-01-01", []),
        ("", []),
        (None, []),
        (datetime(1961, 2, 3, 4, 5), ["1961-02-03"]),
        (date(1961, 2, 3), ["1961-02-03"]),
        (1961, ["1961"]),
    ],
)
def test_dates_of_any_form(text, found):
    assert partials(text) == found


def test_years_of_two_digits_only_where_they_are_asked_for():
    assert partials("07/04/62 and 23-Apr-68", short_years=True) == ["1962-04-07", "1968-04-23"]
    assert partials("07/04/62") == []


def test_a_day_is_whole():
    assert day("listed in 2001, on 25 Jan. 2001") == date(2001, 1, 25)
    assert day("May 1999") is None
    assert of_parts("1980", "8", "") == "1980-08"
    assert of_parts("1980", "13", "1") == "1980"
    assert of_parts("", "1", "1") == ""
    assert of_parts("19٨0", "1", "1") == ""  # digits of another script are none here


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Russia", ["ru"]),
        ("Russian", ["ru"]),
        ("Russian Federation", ["ru"]),
        ("RU", ["ru"]),
        ("Korea, North", ["kp"]),
        ("Democratic People’s Republic of Korea (DPRK)", ["kp"]),
        ("Congo, Democratic Republic of the", ["cd"]),
        ("Congo (Democratic Republic)", ["cd"]),
        ("Bahamas, The", ["bs"]),
        ("The Gambia", ["gm"]),
        ("Côte d'Ivoire", ["ci"]),
        ("Trinidad and Tobago", ["tt"]),
        ("Region: Gaza", ["ps"]),
        ("Ukrainian and/or Russian", ["ua", "ru"]),
        ("Russian, Uzbekistani, British", ["ru", "uz", "gb"]),
        ("Ukrainian, Russian (the Union does not recognise passports issued in Crimea)", ["ua", "ru"]),
        ("Swiss and Cameroonian", ["ch", "cm"]),
        ("Republic of Moldova, Romanian", ["md", "ro"]),
        ("undetermined", []),
        ("European Union", []),
        ("", []),
        (None, []),
    ],
)
def test_countries(text, codes):
    assert countries(text) == codes


def test_one_country_is_not_guessed_among_several():
    assert country("Russian, Ukrainian") == ""


@pytest.mark.parametrize(
    ("kind", "labels"),
    {
        "passport": ["Passport", "Diplomatic Passport", "diplomatic-passport"],
        "national": ["National ID No.", "Cedula No.", "D.N.I.", "C.U.R.P.", "Personal ID Card", "id", "id-card", "SSN"],
        "tax": ["Tax ID No.", "RUC #", "R.F.C.", "V.A.T. Number", "Italian Fiscal Code", "NIT #", "ИНН", "fiscalcode"],
        "registration": [
            "Company Number",
            "C.R. No.",
            "Matricula Mercantil No",
            "ОГРН",
            "regnumber",
            "Folio Mercantil No.",
        ],
        "imo": ["Vessel Registration Identification", "IMO Number", "imo"],
        "swift": ["SWIFT/BIC", "swiftbic"],
        "wallet": ["Digital Currency Address - XBT"],
        "aircraft-serial": ["Aircraft Serial Identification", "Aircraft Manufacturer's Serial Number (MSN)"],
        "driving-licence": ["Driver's License No.", "drivinglicence", "driving-license"],
        "lei": ["Legal Entity Number", "LE Number"],
        "other": ["Telephone", "Title", "Branch Unit Number", ""],
    }.items(),
)
def test_kinds_of_numbers(kind, labels):
    assert {label: kind_of(label) for label in labels} == dict.fromkeys(labels, kind)


def test_ships_have_seven_digits():
    assert imo("IMO 9562233") == imo("IMO9562233") == "9562233"
    assert imo("956223") == imo("95622330") == ""


def test_remarks_are_taken_apart():
    entry = Entry("1", 1, "Person")
    linked = take_remarks(
        entry,
        "DOB 10 Dec 1948; alt. DOB 1936; POB Tehran, Iran; nationality Iran; citizen Korea, North; Gender Female; "
        "Passport A10472263 (Malaysia) issued 01 Nov 2002 expires 31 Oct 2007; alt. Passport 92/664 (Kenya); "
        "National ID No. 216040 (Yemen); Tax ID No. AABA 670850 Y; NIT # 890115794-3 (Colombia); "
        "Registration ID 14063277; Digital Currency Address - XBT 12QtD5BFwRsdNsAZY76UVE1xyCGNTojH9h; "
        "a.k.a. 'BNC'; f.k.a. 'ANA I'; Linked To: MAHAN AIR; Secondary sanctions risk: section 1(b); Major General; "
        "Telephone (98)(21)(66153220); Branch Unit Number 2093373727 (Belgium).",
    )
    assert linked == ["MAHAN AIR"]
    assert entry.birth_dates == ["1948-12-10", "1936"]
    assert entry.birth_places == ["Tehran, Iran"]
    assert entry.countries == ["ir", "kp"]
    assert entry.genders == ["female"]
    assert entry.names == {"BNC": "weak", "ANA I": "former"}
    assert entry.measures == ["Secondary sanctions risk: section 1(b)"]
    assert entry.positions == ["Major General"]
    assert entry.numbers == {
        ("passport", "A10472263"): "my",
        ("passport", "92/664"): "ke",
        ("national", "216040"): "ye",
        ("tax", "AABA 670850 Y"): "",
        ("tax", "890115794-3"): "co",
        ("registration", "14063277"): "",
        ("wallet", "12QtD5BFwRsdNsAZY76UVE1xyCGNTojH9h"): "",
        ("other", "2093373727"): "be",
    }


def test_text_is_made_visible():
    assert clean("  A\u202eB\u200b\n\tC\u00a0D_x000D_E\0 ") == "AB C D E"
    assert clean(None) == ""


def test_an_entry_has_one_primary_name():
    entry = Entry("1", 1)
    for name, kind in (("A", "alias"), ("B", "primary"), ("C", "primary"), ("A", "primary"), (" ", "alias")):
        entry.add_name(name, kind)
    assert entry.as_row("x")["names"] == [
        {"name": "B", "kind": "primary"},
        {"name": "A", "kind": "alias"},
        {"name": "C", "kind": "alias"},
    ]
