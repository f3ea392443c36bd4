import csv

import pytest
from tests.share import strict
from tests.share.strict import Page
from tests.share.targets import making

from tocsin.model.finding import ScanSummary
from tocsin.share.targets import page, timeline


def shown(**how):
    made = making.summary(**how)
    return Page(page.render(made, timeline.timeline(made.findings, making.evidence(made))))


@pytest.mark.parametrize("how", [{}, {"hostile": True}, {"empty": True}])
def test_nothing_is_loaded_and_the_page_holds_together(how):
    read = shown(**how)
    strict.loads_nothing(read)
    strict.holds_together(read)
    text = "".join(read.text)
    assert "Nothing here says who did it." in text
    assert "first-digit Benford" in text


def test_the_page_says_what_was_seen_and_what_it_cannot_show():
    text = "".join(shown().text)
    for said in (making.NAME, making.ADDRESS, "brand and word", "Who sat behind the address."):
        assert said in text, said
    assert "3 leads" in text


def test_the_timeline_has_each_event_once_by_time_and_no_results():
    made = making.summary()
    rows = timeline.timeline(made.findings, making.evidence(made))
    assert rows.num_rows == 3 + 12 + 2
    assert rows["time"].to_pylist() == sorted(rows["time"].to_pylist())
    assert set(rows["sign"].to_pylist()) == {"look-alike", "scan", "outage"}
    drawn = timeline.lanes(rows)
    assert drawn.lanes == sorted(making.OFFICES)
    assert sum(path.count("M") for _, _, path in drawn.series) == 17
    assert timeline.lanes(rows.slice(0, 0)) is None
    assert sum(int(row[-1]) for row in drawn.table.rows) == 17


def test_the_folder_can_be_read_again(tmp_path):
    made = making.summary()
    making.folder(tmp_path / "scan")
    assert ScanSummary.model_validate_json((tmp_path / "scan" / "scan.json").read_bytes()) == made
    with (tmp_path / "scan" / "names.csv").open(encoding="utf-8-sig", newline="") as stream:
        assert [row["name"] for row in csv.DictReader(stream)] == [making.NAME]
    with (tmp_path / "scan" / "timeline.csv").open(encoding="utf-8-sig", newline="") as stream:
        assert len(list(csv.DictReader(stream))) == 17
