import csv
import io
from datetime import date, timedelta

import pyarrow.parquet as pq
import pytest
from tests.share import strict
from tests.share.money import making
from tests.share.strict import Page

from tocsin.errors import WorkspaceError
from tocsin.model.finding import ScanSummary, Step
from tocsin.share.money import LEADS, charts, leads, path, render, view, words, write_money_scan


@pytest.fixture(scope="module", params=["plain", "hostile", "empty"])
def page(request):
    return Page(render(making.summary(() if request.param == "empty" else None, request.param == "hostile")))


def test_nothing_is_loaded_and_the_page_holds_together(page):
    strict.loads_nothing(page)
    strict.holds_together(page)


def test_it_says_what_may_not_be_done_with_federal_data_and_that_nobody_is_accused(page):
    text = "".join(page.text)
    assert "52 U.S.C. 30111(a)(4)" in text
    assert "Nobody here is accused." in text


def test_leads_are_set_out_with_rows_path_rules_tests_and_explanations():
    text = "".join(Page(render(making.summary())).text)
    for said in (
        "2 leads in 4,120 gifts",
        "4,120 gifts by 2,310 donors to 11 recipients, 50.00 EUR and 1,234,567.89 USD in all",
        "F10: link to a listed person",
        "3,275.00 USD",
        "is owned by: 50 to 75 %",
        "probability 0.97",
        "us-ofac-sdn 20003",
        "unverified: confirm it first",
        "This flag follows from a rule, not from a test.",
        "no loans in the files",
        "repeats or explains another row",
        "1 % (0.6 % to 1.5 %)",
    ):
        assert said in text, said


def test_no_lead_is_said():
    assert "No gift stands out" in render(making.summary(()))
    only = making.summary((making.finding(1, standing="explained"),))
    assert "No lead: 1 pattern found, each with an innocent explanation that fits" in render(only)


def test_hostile_text_is_shown_as_text():
    html = render(making.summary(hostile=True))
    assert "<script" not in html
    assert "<img" not in html
    assert "\x00" not in html
    assert html.count("{{7*7}}") > 20


def test_many_leads_are_listed_and_the_first_fifty_set_out():
    html = render(making.summary(tuple(making.finding(i) for i in range(60))))
    assert html.count("<article") == 50
    assert "The first 50 are set out in full below" in html


def test_leads_as_a_table():
    table = leads(making.summary())
    assert table.schema == LEADS
    first, second, third = table.to_pylist()
    assert (first["flag"], first["standing"], first["donors"], first["gifts"]) == ("F1", "lead", 6, 6)
    assert str(first["total"]) == "19425.00"
    assert first["q"] == 4e-5
    assert second["path"] == "C00700001, Merrow Nominees Ltd, Oleg Dravonin and us-ofac-sdn 20003"
    assert second["p"] is None
    assert third["standing"] == "explained"


def test_the_folder_holds_all_and_reads_back(tmp_path):
    made = making.summary(hostile=True)
    files = write_money_scan(tmp_path / "scan", made, making.evidence(made), making.gifts(made))
    assert [file.name for file in files] == [
        "evidence.parquet",
        "gifts.parquet",
        "leads.csv",
        "report.html",
        "scan.json",
    ]
    assert ScanSummary.model_validate_json((tmp_path / "scan" / "scan.json").read_bytes()) == made
    rows = list(csv.DictReader(io.StringIO((tmp_path / "scan" / "leads.csv").read_text("utf-8-sig"))))
    assert [row["flag"] for row in rows] == ["F1", "F10", "F2"]
    assert pq.read_table(tmp_path / "scan" / "gifts.parquet").equals(making.gifts(made))


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    made = making.summary()
    with pytest.raises(WorkspaceError, match="cannot write"):
        write_money_scan(tmp_path / "file", made, making.evidence(made), making.gifts(made))


def test_a_path_runs_down_from_the_recipient_to_the_list():
    drawn = path.picture(making.PATH)
    boxes = {" ".join(box.lines): box for box in drawn.boxes}
    order = [making.COMMITTEE, making.COMPANY, making.HOLDING, making.OWNER, making.ENTRY]
    assert list(boxes) == order
    depths = [boxes[name].y for name in order]
    assert depths == sorted(set(depths))
    assert [boxes[name].kind for name in order] == ["recipient", "donor", "owner", "owner", "listed"]
    assert drawn.arrows[2].words == ("is owned by: 50 to 75 %", "from 2023-01-01")
    assert all(0 <= box.x <= drawn.width - path.WIDTH for box in drawn.boxes)
    assert all(0 <= box.y <= drawn.height - path.HEIGHT for box in drawn.boxes)
    assert len(drawn.table.rows) == len(making.PATH)


def test_two_owners_stand_side_by_side_and_a_circle_ends():
    steps = [
        Step(relation="gave to", source="A", target="C"),
        Step(relation="is owned by", source="A", target="B", share_min=0.3, share_max=0.3),
        Step(relation="is owned by", source="A", target="D", share_min=0.25),
        Step(relation="is owned by", source="D", target="A"),
    ]
    drawn = path.picture(steps)
    at = {box.lines[0]: box for box in drawn.boxes}
    assert at["B"].y == at["D"].y
    assert abs(at["B"].x - at["D"].x) >= path.WIDTH
    assert len(drawn.arrows) == 4
    assert path.picture([]) is None
    alone = path.picture([Step(relation="is owned by", source="X", target="X")])
    assert len(alone.boxes) == 1


def test_who_got_the_gifts_stands_above_a_path_that_begins_with_the_donor():
    money = making.finding(1, "F10", gifts=2).money
    assert path.whole(money) == making.PATH
    below = money.model_copy(update={"path": making.PATH[1:]})
    first, *rest = path.whole(below)
    assert tuple(rest) == making.PATH[1:]
    assert (first.relation, first.source, first.target) == ("gave to", making.COMPANY, making.COMMITTEE)
    assert (first.since, first.until) == (making.DAY, making.DAY + timedelta(days=1))
    assert path.whole(money.model_copy(update={"path": ()})) == ()


def test_long_names_are_cut_into_two_lines():
    step = Step(
        relation="gave to", source="The Very Long Name of a Company Limited by Guarantee and More", target="y" * 200
    )
    drawn = path.picture([step])
    assert all(len(box.lines) <= 2 and all(len(line) <= 28 for line in box.lines) for box in drawn.boxes)


def test_amounts_shares_and_times_in_words():
    assert words.amount(123_456_789, "USD") == "1,234,567.89 USD"
    assert words.amount(-500, "JPY") == "−500 JPY"
    assert words.flag("F99") == "F99"
    step = making.PATH[1]
    assert words.share(step) == "100 %"
    assert words.during(step.model_copy(update={"until": date(2024, 1, 1)})) == "2023-12-01 to 2024-01-01"
    assert words.during(step.model_copy(update={"until": step.since})) == "on 2023-12-01"
    assert words.sure(0.99997) == "over 0.999"
    assert words.during(Step(relation="is owned by", source="a", target="b")) == "–"


def test_gifts_over_time_add_up():
    day = date(2024, 1, 1)
    shown = charts.spans([(day, 100, 1), (day + timedelta(days=3), 250, 1), (day + timedelta(days=200), -50, 1)])
    assert shown.days == 7
    assert sum(shown.money) == 300
    assert sum(shown.gifts) == 3
    assert len(shown.money) <= 60
    drawn = charts.over_time(shown, "USD")
    assert drawn.alt.startswith("3 gifts in 2 spans of 7 days; most, 3.50 USD")
    assert [row[1] for row in drawn.table.rows] == ["2", "1"]
    assert charts.spans([]) is None


def test_the_balance_is_told_for_each_kind_of_group():
    balance = making.ledger().balance
    assert [row[0] for row in view.balance(balance, "party").rows] == ["Harbour", "Meadow"]
    (drawn,) = charts.balance(balance, "party")
    assert [dot.name for dot in drawn.dots] == ["Harbour", "Meadow"]
    assert drawn.unit == "% of donors"
