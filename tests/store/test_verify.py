"""A check of exports: whatever was done is found, where it was done, and a second check by others agrees."""

import ast
import io
import json
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from tests.store import exported, independent_verifier
from tests.store.authority import Authority
from tests.store.damage import damages

from tocsin.errors import InputError
from tocsin.store.verify import verify

SECOND = Path(independent_verifier.__file__)


def places(verdict):
    return {(one.file, one.start, one.end, -1 if one.entry is None else one.entry) for one in verdict.faults}


def test_a_good_export_is_good_to_both(good, tmp_path):
    verdict = verify(exported.write(tmp_path, good.data))
    assert verdict.faults == ()
    assert independent_verifier.check(good.data) == set()
    assert len(good.named("roots/")) == len(good.named("timestamps/")) == 2
    assert verdict.checked == {
        "bytes": len(good.data),
        "files": len(good.files),
        "entries": 7,
        "roots": 2,
        "records": 6,
        "vault": 4,
        "timestamps": 2,
    }


def test_the_tools_of_these_tests_make_good_exports(good):
    """Otherwise the damage that is found would be that of the tools."""
    assert exported.packed(good.files) == good.data
    assert exported.sealed(good.files) == good.data
    assert exported.loose(sorted(good.files.items())) == good.data
    assert independent_verifier.check(exported.forged(good.files)) == set()


def test_every_damage_is_found_where_it_is_and_both_agree(good, tmp_path):
    wrong, done = {}, damages(good)
    for what, (data, expected) in done.items():
        found = places(verify(exported.write(tmp_path, data)))
        second = independent_verifier.check(data)
        if found != second or not found or not (expected or set()) <= {file for file, *_ in found}:
            wrong[what] = (found ^ second, expected)
    assert wrong == {}
    assert len(done) > 150


def flips(good, step):
    """Places all over the zip, and the part that each lies in: a file, or none."""
    for name, (start, end) in good.places.items():
        yield from ((at, name, at - start) for at in range(start, end, step))
    outside = sorted(
        set(range(len(good.data))) - {at for start, end in good.places.values() for at in range(start, end)}
    )
    yield from ((at, "", at) for at in outside[::step])


def covers(verdict, name, at):
    """Whether a fault's range holds the byte; a header also tells which file stands behind it."""
    return any((one.file == name and one.start <= at < one.end) or (not name and one.file) for one in verdict.faults)


def missed(good, folder, step):
    """The places of flipped bits that were not found, not located, or on which the two do not agree."""
    for number, (at, name, inside) in enumerate(flips(good, step)):
        data = exported.flip(good.data, at, 1 << number % 8)
        verdict = verify(exported.write(folder, data))
        if not covers(verdict, name, inside) or places(verdict) != independent_verifier.check(data):
            yield at, name, verdict.faults


def test_a_flipped_bit_anywhere_is_found_and_located(good, tmp_path):
    assert list(missed(good, tmp_path, 97)) == []


@pytest.mark.slow
def test_a_flipped_bit_in_every_third_byte_is_found_and_located(good, tmp_path):
    assert list(missed(good, tmp_path, 3)) == []


def test_a_flipped_byte_of_the_journal_names_its_entry(good, tmp_path):
    start, end = good.places["journal.jsonl"]
    text = good.data[start:end]
    for at in range(0, len(text), 23):
        entry, begins = text[:at].count(b"\n"), text.rfind(b"\n", 0, at) + 1
        verdict = verify(exported.write(tmp_path, exported.flip(good.data, start + at)))
        named = [(one.start, one.end) for one in verdict.faults if one.entry == entry]
        assert named, at
        assert named[0][0] == begins, at
        assert begins <= at < named[0][1], at


def test_what_cannot_be_checked_is_said(good, tmp_path):
    verdict = verify(exported.write(tmp_path, good.data))
    assert verdict.notes == (
        "Timestamps were compared with their roots; signatures need the authority's certificates.",
    )
    start, _ = good.places["journal.jsonl"]
    verdict = verify(exported.write(tmp_path, exported.flip(good.data, start)))
    assert verdict.notes == ("Roots, records and timestamps were not checked: a line of the journal cannot be read.",)


def test_signatures_are_checked_against_the_certificates_given(good, tmp_path, stamping, tmp_path_factory):
    path = exported.write(tmp_path, good.data)
    verdict = verify(path, [stamping.certificate])
    assert (verdict.faults, verdict.notes) == ((), ())
    other = Authority(tmp_path_factory.mktemp("other"))
    other.close()
    faults = verify(path, [other.certificate]).faults
    assert [fault.file for fault in faults] == good.named("timestamps/")
    name = good.named("timestamps/")[0]
    token = good.files[name]
    changed = exported.sealed(good.files | {name: exported.flip(token, len(token) - 1)})
    path = exported.write(tmp_path, changed)
    assert verify(path).faults == ()  # as said in the notes: the imprint is right
    assert [fault.file for fault in verify(path, [stamping.certificate]).faults] == [name]


def test_what_is_no_file_is_said(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        verify(tmp_path / "none.zip")


def test_a_hostile_zip_costs_little(tmp_path):
    """A zip that promises much: what it states is never reserved, and its names are never written anywhere."""
    promise = b"PK\3\4" + bytes(14) + b"\xff" * 12
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", bytes(50 << 20))
    many = exported.loose([(f"../{n}", b"") for n in range(20_000)])
    before = time.process_time()
    for data in (promise, bomb.getvalue(), many):
        verdict = verify(exported.write(tmp_path, data))
        assert not verdict.good
        assert places(verdict) == independent_verifier.check(data)
    assert time.process_time() - before < 5
    assert [path.name for path in tmp_path.iterdir()] == ["export.zip"]


def test_the_check_needs_no_database():
    """It runs where only the export is: none of the store's heavy libraries is imported."""
    code = "import sys; from tocsin.store.verify import verify; verify(__import__('pathlib').Path(sys.argv[1]));"
    code += "print([name for name in ('sqlalchemy', 'pydantic', 'alembic', 'rfc3161_client') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code, str(SECOND)], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_second_check_is_short_stands_alone_and_runs(good, tmp_path):
    text = SECOND.read_text()
    tree = ast.parse(text)
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names
    assert len(text.splitlines()) < 150
    damaged = exported.flip(good.data, good.places["README.txt"][0])
    for data, faults in ((good.data, []), (damaged, [["README.txt", 0, len(good.files["README.txt"]), -1]])):
        command = [sys.executable, "-I", "-S", str(SECOND), str(exported.write(tmp_path, data))]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert json.loads(done.stdout) == faults
