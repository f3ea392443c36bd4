"""A dossier as a person writes it: TOML or JSON, and what in it cannot be."""

import json

import pytest
from tests.respond.sanctions.dossiers import FULL

from tocsin.errors import InputError
from tocsin.respond.sanctions.reading import read_dossier

TOML = """
name = "Marta Quill"
role = "head of the Quill Foundation"
searched = "two registers"

[[sources]]
id = "court"
title = "Judgment"
kind = "court"
reliability = "B"
information = "2"
published = 2025-02-20
archived = 2025-03-01T12:00:00Z
sha256 = "{digest}"

[[acts]]
id = "a1"
text = "Marta Quill paid for a rally"
first = 2025-02-03
place = "Port Ellery"
amount_minor = 2500000
currency = "EUR"
conduct = ["election"]
sources = ["court"]
"""
GOOD = TOML.format(digest="ab" * 32)


@pytest.fixture
def written(tmp_path):
    def write(text, name="dossier.toml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def test_toml_is_read_with_days_and_times(written):
    dossier = read_dossier(written(GOOD))
    (act,), (source,) = dossier.acts, dossier.sources
    assert (act.first.isoformat(), act.amount_minor, act.own) == ("2025-02-03", 2_500_000, True)
    assert source.archived.isoformat() == "2025-03-01T12:00:00+00:00"


def test_json_says_the_same(written):
    raw = FULL.model_dump(mode="json", exclude={"id", "version", "case", "authors", "updated"})
    dossier = read_dossier(written(json.dumps(raw), "dossier.json"))
    assert dossier.but(id=FULL.id) == FULL


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("[[acts]]", "[[acts"), "is not TOML"),
        (('name = "Marta Quill"\n', ""), "name: Field required"),
        (('place = "Port Ellery"', 'plaice = "Port Ellery"'), r"acts\.0\.plaice: Extra inputs"),
        (('["court"]', '["curt"]'), "no source is called curt"),
        (('["election"]', '["sin"]'), "act a1: no conduct is called sin"),
        (('currency = "EUR"', ""), "an amount without a currency"),
        (("first = 2025-02-03", "first = 2025-02-03\nlast = 2025-01-01"), "ends before it begins"),
        (('information = "2"', 'information = "7"'), "information"),
        (("2025-03-01T12:00:00Z", "2025-03-01T12:00:00"), "time zone"),
        (("ab" * 32, "ab"), "sha256"),
        (('searched = "two registers"', "version = 3"), "version is not for the writer"),
        (('id = "a1"', 'id = "a 1"'), r"acts\.0\.id"),
    ],
)
def test_what_cannot_be_is_named_with_its_field(written, change, words):
    with pytest.raises(InputError, match=words) as caught:
        read_dossier(written(GOOD.replace(*change)))
    assert caught.value.hint


def test_what_stands_twice_is_named(written):
    second = GOOD[GOOD.index("[[acts]]") :]
    with pytest.raises(InputError, match="act a1 stands twice"):
        read_dossier(written(GOOD + second))


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"\xff\xfe\x00", "x.toml"),
        (b"[1]", "x.json"),
        (b"[" * 200_000, "x.json"),
        (b'{"name": NaN}', "x.json"),
        (b"name = 1\n" * 600_000, "x.toml"),
        (b"", "x.toml"),
    ],
)
def test_what_is_no_dossier_is_refused(written, data, name):
    with pytest.raises(InputError):
        read_dossier(written(data, name))


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match=r"none\.toml"):
        read_dossier(tmp_path / "none.toml")
