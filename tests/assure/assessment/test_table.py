"""Tables of answers that somebody else wrote."""

import pytest

from tocsin.assure.assessment.table import read_table


@pytest.mark.parametrize(
    "name", ["{root}/secret", "../secret", "sub/inner", "link", "t.csv", "..", "x" * 5000, "hard/../beside"]
)
def test_a_table_reaches_no_file_but_those_beside_it(tmp_path, name):
    (tmp_path / "secret").write_text("a key")
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "inner").write_text("x")
    (folder / "beside").write_text("x")
    (folder / "link").symlink_to(tmp_path / "secret")
    cell = name.format(root=tmp_path)
    rows = f"c00,q0,met,beside\nc00,q1,met,beside;{cell}\n"
    (folder / "t.csv").write_text("subject,question,state,evidence\n" + rows)
    good, bad = read_table(folder / "t.csv")
    assert [[file.name for file in one.files] for one in good] == [["beside"]]
    assert [line for line, _ in bad] == [3]
