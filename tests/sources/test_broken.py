"""Every broken file: a clear message or quarantined rows, never a traceback, and no good row lost."""

import pytest
from tests.sources.broken.files import BROKEN
from tests.sources.reads import read


def test_there_are_enough():
    assert len({case.name for case in BROKEN}) == len(BROKEN) >= 60


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case.name)
def test_broken(tmp_path, case):
    path = tmp_path / case.name
    path.write_bytes(case.make())
    found = read(path, **case.options)
    outcomes = found.outcomes
    assert outcomes, "an input without an outcome"
    said = [note for outcome in outcomes for note in outcome.input.notes] + [row.reason for row in found.rejected]
    errors = [outcome.error for outcome in outcomes if outcome.error]
    if case.error:
        assert errors, f"no error; notes {said}"
        assert case.error in str(errors[0]), str(errors[0])
        assert errors[0].hint
    else:
        assert not errors or case.says == "bomb", errors
    if case.posts >= 0:
        assert len(found.posts) == case.posts, said
        assert len(found.rejected) == case.rejected, found.rejected
        assert sum(outcome.input.duplicates for outcome in outcomes) == case.duplicates
    if case.says:
        assert case.says in " | ".join([*said, *map(str, errors)])
    assert all(row.row >= 1 and row.reason for row in found.rejected)


@pytest.mark.parametrize("name", ["gzip_cut", "zstd_cut"])
def test_what_was_unpacked_before_the_cut_is_kept(tmp_path, name):
    """All rows before the break, and the row that it broke is set aside, not read as it stands."""
    case = next(case for case in BROKEN if case.name == name)
    path = tmp_path / name
    path.write_bytes(case.make())
    found = read(path)
    numbers = [int(post["post"][1:]) for post in found.posts]
    assert numbers == list(range(len(numbers)))
    assert len(found.rejected) <= 1
    assert all("breaks off" in row.reason for row in found.rejected)


def test_one_bad_file_does_not_stop_the_others(tmp_path):
    for case in BROKEN:
        if not case.name.startswith(("zip_bomb", "gzip_bomb")):
            (tmp_path / case.name).write_bytes(case.make())
    found = read(tmp_path)
    assert len(found.outcomes) >= 60
    assert any(outcome.error for outcome in found.outcomes)
    assert found.posts
