"""Fifty hostile files for each reader of ownership data: a clear error or what could be read, no hang."""

import json
import time

import pytest
from tests.sources.hostile import HOSTILE
from tests.sources.owners.samples import SAMPLES, lines

from tocsin.errors import InputError
from tocsin.model.owner import ENTITIES, HOLDINGS
from tocsin.sources.owners import read_owners

SECONDS = 8


def attempt(path):
    try:
        return read_owners([str(path)]), None
    except InputError as error:
        return None, error


@pytest.mark.parametrize("spoilt", HOSTILE)
@pytest.mark.parametrize("format_", SAMPLES)
def test_no_file_brings_a_reader_down(tmp_path, format_, spoilt):
    path = tmp_path / "owners"
    path.write_bytes(HOSTILE[spoilt](SAMPLES[format_]))
    started = time.process_time()
    owners, error = attempt(path)
    assert time.process_time() - started < SECONDS
    if error:
        assert str(path) in str(error)
        assert error.hint
        return
    assert (owners.entities.schema, owners.holdings.schema) == (ENTITIES, HOLDINGS)
    owners.entities.validate(full=True)
    owners.holdings.validate(full=True)
    shares = [row["share_min"] for row in owners.holdings.to_pylist() if row["share_min"] is not None]
    assert all(0 <= share <= 1 for share in shares)


@pytest.mark.parametrize("format_", ["bods", "companies-house-psc", "ftm"])
@pytest.mark.parametrize("value", [None, 5, "x", [], {}, [[]], [None], {"a": None}, 1e308, True])
def test_members_of_any_other_type(tmp_path, format_, value):
    """Every member of every object, at every depth, replaced by something of another type."""

    good = (
        json.loads(SAMPLES[format_])
        if format_ == "bods"
        else [json.loads(row) for row in SAMPLES[format_].splitlines()]
    )
    spoilt = [changed for item in good for changed in changes(item, value)]
    path = tmp_path / "owners"
    path.write_bytes(lines([*good, *spoilt]))
    owners = read_owners([str(path)])
    assert owners.entities.num_rows
    owners.entities.validate(full=True)


def changes(item, value):
    for key, inner in item.items():
        yield {**item, key: value}
        if isinstance(inner, dict):
            yield from ({**item, key: changed} for changed in changes(inner, value))
        if isinstance(inner, list) and inner and isinstance(inner[0], dict):
            yield from ({**item, key: [changed]} for changed in changes(inner[0], value))
