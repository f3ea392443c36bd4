"""What the scan of registers writes beside its findings."""

from tocsin.jobs.money import _row
from tocsin.model.post import Rejected


def test_a_reason_quotes_no_cell_with_a_name():
    rows = [Rejected("f", 3, reason, "DOE, JANE|x") for reason in ("no day: 'DOE, JANE'", "no day: '31/31/2018'")]
    assert [_row(row, False)["reason"] for row in rows] == ["no day", "no day: '31/31/2018'"]
    assert _row(rows[0], True) == {"file": "f", "row": 3, "reason": "no day: 'DOE, JANE'", "text": "DOE, JANE|x"}
