"""Reading in parts: a rerun reads what is new, and ends where an undisturbed run would."""

import pytest
from tests.jobs.commands import HEADER, rows, table, zipped

from tocsin.jobs.parts import Parts
from tocsin.sources.base import ReadOptions
from tocsin.sources.reading import Reader


class Listener:
    def __init__(self):
        self.steps, self.notes = [], []

    def start(self, step, total=None):
        self.steps.append(step)

    def advance(self, amount=1):
        pass

    def note(self, text):
        self.notes.append(text)


@pytest.fixture
def run(tmp_path):
    out = tmp_path / "out"
    out.mkdir()

    def call(*files, where=out, decided_by="same"):
        where.mkdir(exist_ok=True)
        listener = Listener()
        parts = Parts(where, {"by": decided_by}, hide=False)
        parts.read_all([str(file) for file in files], Reader(ReadOptions(), progress=listener), listener)
        return parts, listener

    return call


def content(parts):
    return parts.posts().to_pylist(), parts.quarantine().to_pylist(), [entry.inputs for entry in parts.entries]


def three(tmp_path):
    """Three files; the second repeats posts of the first, one with other words."""
    one = table(tmp_path / "one.csv", 0, 50)
    two = table(tmp_path / "two.csv", 40, 50)
    two.write_text(two.read_text().replace("45 things", "forty-five things"))
    return one, two, table(tmp_path / "three.csv", 80, 50)


def test_a_rerun_reads_nothing(tmp_path, run):
    files = three(tmp_path)
    first, listener = run(*files)
    assert len(listener.steps) == 3
    again, listener = run(*files)
    assert listener.steps == []
    assert content(again) == content(first)
    assert (first.posts().num_rows, first.quarantine().num_rows) == (130, 1)


def test_what_was_read_before_is_known_when_a_run_goes_on(tmp_path, run):
    one, two, three_ = three(tmp_path)
    run(one)
    resumed, listener = run(one, two, three_)
    assert [step.split("/")[-1] for step in listener.steps] == ["two.csv", "three.csv"]
    whole, _ = run(one, two, three_, where=tmp_path / "whole")
    assert content(resumed) == content(whole)


def test_rows_kept_as_further_objects_are_known_too(tmp_path, run):
    head = "id,account,time,platform,text,hashtags"
    row = "p1,ann,2024-03-04T00:00:00Z,square,hello,{}"
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text("\n".join([head, row.format("a"), row.format("b")]) + "\n")
    two.write_text("\n".join([head, row.format("b"), row.format("c")]) + "\n")
    run(one)
    resumed, _ = run(one, two)
    whole, _ = run(one, two, where=tmp_path / "whole")
    assert content(resumed) == content(whole)
    assert [entry.inputs[0].posts for entry in resumed.entries] == [2, 1]


def test_a_changed_file_is_read_again_with_those_after_it(tmp_path, run):
    one, two, three_ = three(tmp_path)
    run(one, two, three_)
    table(two, 200, 10)
    changed, listener = run(one, two, three_)
    assert len(listener.steps) == 2
    assert any("two.csv: not as it was" in note for note in listener.notes)
    whole, _ = run(one, two, three_, where=tmp_path / "whole")
    assert content(changed) == content(whole)


def test_a_file_that_went_leaves_nothing(tmp_path, run):
    one, two, three_ = three(tmp_path)
    run(one, two, three_)
    fewer, _ = run(one)
    assert fewer.posts().num_rows == 50
    assert [path.name for path in (tmp_path / "out" / "posts").iterdir()] == ["00001.parquet"]


def test_other_conditions_read_all_again(tmp_path, run):
    files = three(tmp_path)
    run(*files)
    _, listener = run(*files, decided_by="other")
    assert len(listener.steps) == 3
    assert any("all files are read again" in note for note in listener.notes)


@pytest.mark.parametrize("cut", [1, 30])
def test_a_line_cut_off_is_a_file_not_finished(tmp_path, run, cut):
    files = three(tmp_path)
    first, _ = run(*files)
    manifest = tmp_path / "out" / "manifest.jsonl"
    manifest.write_bytes(manifest.read_bytes()[:-cut])
    again, listener = run(*files)
    assert len(listener.steps) == 1
    assert content(again) == content(first)


def test_a_part_that_went_is_made_again(tmp_path, run):
    files = three(tmp_path)
    first, _ = run(*files)
    (tmp_path / "out" / "posts" / "00002.parquet").unlink()
    again, _ = run(*files)
    assert content(again) == content(first)


def test_a_zip_file_is_one_part_of_several_inputs(tmp_path, run):
    one = "\n".join([HEADER, *rows(0, 5)])
    two = "\n".join([HEADER, *rows(3, 5)])
    packed = zipped(tmp_path / "both.zip", one=one, two=two)
    last = table(tmp_path / "last.csv", 6, 5)
    parts, _ = run(packed)
    assert [file.posts for file in parts.entries[0].inputs] == [5, 3]
    resumed, _ = run(packed, last)
    assert [file.posts for file in resumed.entries[1].inputs] == [3]
