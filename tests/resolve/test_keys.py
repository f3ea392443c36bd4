"""One key for the spellings of a donor, an employer, an address."""

import pyarrow as pa
import pytest

from tocsin.resolve import keys


def of(make, *texts):
    return make(pa.array(texts, pa.string())).to_pylist()


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("SMITH, JOHN A. JR", "smith, john"),
        ("Mr. John Smith", "smith, john"),
        ("SMITH, JOHN MR", "smith, john"),
        ("John Smith, Jr.", "smith, john"),
        ("O'NEIL, MARY-ANN", "oneil, mary"),
        ("ПУТИН, Владимир", "putin, vladimir"),
        ("MARCHE', SARAH M", "marche, sarah"),
        ("CHER", "cher"),
        ("DR", "dr"),
        (" , ", None),
        ("", None),
        (None, None),
    ],
)
def test_a_person_has_one_key(name, key):
    assert of(keys.person_keys, name) == [key]


def test_the_widest_key_has_an_initial():
    assert of(keys.initial_keys, "SMITH, J", "John Q Smith", "CHER") == ["smith, j", "smith, j", "cher"]
    assert of(keys.surname_keys, "O'NEIL-SMITH, J", "John Q Smith") == ["oneil smith", "smith"]


def test_words_in_any_order():
    assert len(set(of(keys.name_keys, "Kim Jong Un", "UN, Kim Jong", "jong-un kim"))) == 1


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("THE ANTHEM COMPANIES, INC.", "anthem"),
        ("Home Depot U.S.A., Inc.", "home depot usa"),
        ("Siemens AG", "siemens"),
        ("The Company", "company"),
        ("Ernst & Young LLP", "ernst young"),
        ("Ernst and Young", "ernst young"),
    ],
)
def test_an_organisation_is_known_without_its_legal_form(name, key):
    assert of(keys.org_keys, name) == [key]
    assert of(keys.employer_keys, name) == [key]


@pytest.mark.parametrize(
    "said",
    [
        "SELF-EMPLOYED",
        "Self",
        "RETIRED",
        "N/A",
        "NOT EMPLOYED",
        "NOT-EMPLOYED",
        "INFORMATION REQUESTED PER BEST EFFORTS",
        "none",
        "HOMEMAKER",
        "",
        None,
        "---",
    ],
)
def test_what_names_no_employer_has_no_key(said):
    assert of(keys.employer_keys, said) == [None]


@pytest.mark.parametrize(
    ("street", "postcode", "key"),
    [
        ("12 North Main Street, Apt. 4B", "22201-1234", "12 n main st|22201"),
        ("12 N. Main St #4B", "222011234", "12 n main st|22201"),
        ("12 N MAIN ST SUITE 300", "22201", "12 n main st|22201"),
        ("85 Fifth Avenue 8th Floor", "10003", "85 5 ave|10003"),
        ("P.O. Box 100 1 Merck Drive", "08889", "po box 100|08889"),
        ("PO BOX 100", "08889.0", "po box 100|08889"),
        ("1154-c Montauk Highway", "11705", "1154 c montauk hwy|11705"),
        ("10 Downing Street", "SW1A 2AA", "10 downing st|sw1a2aa"),
        ("12 Main St", None, "12 main st|"),
        ("23d Nob Hill", "07068", "23d nob hill|07068"),
        ("12 Main St Apt C-6", "22201", "12 main st|22201"),
        ("", "22201", None),
        (None, "22201", None),
    ],
)
def test_an_address_has_one_key_without_its_unit(street, postcode, key):
    assert keys.address_keys(pa.array([street]), pa.array([postcode])).to_pylist() == [key]


def test_chunked_and_empty_columns_are_taken():
    column = pa.chunked_array([["Smith, A"], [], ["Smith, B"]], pa.string())
    assert keys.person_keys(column).to_pylist() == ["smith, a", "smith, b"]
    assert keys.person_keys(pa.array([], pa.string())).to_pylist() == []
    assert keys.address_keys(pa.array([], pa.string()), pa.array([], pa.string())).to_pylist() == []


@pytest.mark.parametrize(
    ("said", "last", "naming"),
    [
        ("Law Office of Jim O'Brien", "O'BRIEN", True),
        ("Quillfire Works", "Quill", False),
        ("Smith-Jones LLC", "JONES", True),
        (None, "Jones", False),
        ("Jones LLC", None, False),
    ],
)
def test_a_firm_that_holds_the_last_name_is_found(said, last, naming):
    names = keys.last_names(pa.array([last], pa.string()), pa.array([None], pa.string()))
    assert keys.naming(pa.array([said, "Other"], pa.string()), pa.concat_arrays([names, names])).to_pylist() == [
        naming,
        False,
    ]


def test_the_last_name_is_read_from_the_whole_name_where_it_is_not_told():
    last, whole = pa.array(["Van Dyke", None], pa.string()), pa.array(["Doe, Jo", "Doe, Jo"])
    assert keys.last_names(last, whole).to_pylist() == ["dyke", "doe"]
