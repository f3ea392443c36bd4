import csv

import pytest
from tests.share import strict
from tests.share.narratives import making
from tests.share.strict import Page

from tocsin.model.finding import ScanSummary
from tocsin.share.narratives import page, timeline


def shown(**how):
    made = making.summary(**how)
    return Page(page.render(made, timeline.timeline(made.findings, making.evidence(made))))


@pytest.mark.parametrize("how", [{}, {"hostile": True}, {"empty": True}])
def test_nothing_is_loaded_and_the_page_holds_together(how):
    read = shown(**how)
    strict.loads_nothing(read)
    strict.holds_together(read)
    text = "".join(read.text)
    assert "Nothing here says true or false" in text
    assert "Structure alone does not measure divisiveness" in text
    assert "controversy" in text


def test_the_page_says_what_is_said_whose_words_they_are_and_what_it_cannot_show():
    text = "".join(shown().text)
    said = (making.SAYING, making.CHECK, "Not so", "suggested", making.NAME, making.OPINION, "Who wants it said.")
    for words in (*said, "no ground for this finding", "a model 1"):
        assert words in text, words
    assert "2 leads" in text


def test_the_timeline_counts_posts_by_day_and_platform_and_no_names():
    made = making.summary()
    rows = timeline.timeline(made.findings, making.evidence(made))
    assert sum(rows["posts"].to_pylist()) == 5 + 3 + 2 + 4
    assert rows["day"].to_pylist() == sorted(rows["day"].to_pylist())
    drawn = timeline.lanes(rows)
    assert len(drawn.lanes) == 4
    assert sum(path.count("M") for _, _, path in drawn.series) == 14
    assert timeline.lanes(rows.slice(0, 0)) is None
    bars = timeline.bars(making.content("burst", 400))
    assert "3 days" in bars.title
    assert bars.series[0][2].count("M") == 134


def test_the_folder_can_be_read_again(tmp_path):
    made = making.summary()
    making.folder(tmp_path / "scan")
    assert ScanSummary.model_validate_json((tmp_path / "scan" / "scan.json").read_bytes()) == made
    rows = {}
    for name in ("wordings", "links", "timeline"):
        with (tmp_path / "scan" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as stream:
            rows[name] = list(csv.DictReader(stream))
    assert [row["text"] for row in rows["wordings"]] == [making.SAYING]
    kinds = {row["kind"]: row for row in rows["links"]}
    assert set(kinds) == {"checked claim", "imitated outlet", "picture", "opinion of a list"}
    assert (kinds["checked claim"]["state"], kinds["checked claim"]["note"]) == ("suggested", "Not so")
    assert sum(int(row["posts"]) for row in rows["timeline"]) == 14
