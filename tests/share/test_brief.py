"""The brief in Markdown and the table in CSV: all that is there, marked, and nothing in it is more than text."""

import csv
import io
import json

from views import HOSTILE, objects, shared

from tocsin.share.brief import COLUMNS, markdown, table
from tocsin.share.formats import strictest
from tocsin.share.stix.scales import TLP_IDS


def rows(data):
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_the_brief_holds_what_one_reads_a_case_for():
    text = markdown(shared()).decode()
    for words in ("# Harbour case", "Claim: behaviour", "T0049 Flooding", "Harbour News, telegram", "ships are late",
                  "ab" * 32, "Label it", "Not known: who paid", "attributed to Unit 7. Confidence 85 of 100",
                  "Northern Office on infrastructure Harbour News", "For partners, from Watch"):  # fmt: skip
        assert words in text, words


def test_the_marking_stands_first_and_last_and_on_lines():
    lines = markdown(shared()).decode().splitlines()
    assert lines[0] == lines[-1] == "**TLP:AMBER**"
    assert all(line.endswith(r"\[TLP:AMBER\]") for line in lines if line.startswith("- T0049"))


def test_no_text_becomes_a_link_a_heading_or_html():
    text = markdown(shared(HOSTILE)).decode()
    for plain in ("<script", "](", "<a", "\u202e", "\x07", "://"):
        unescaped = [at for at in range(len(text)) if text.startswith(plain, at) and text[at - 1] != "\\"]
        assert unescaped == [], plain
    assert "\n# *b*" not in text


def test_the_table_has_every_object_whole():
    data = table(shared())
    found = rows(data)
    assert data.startswith(b"\xef\xbb\xbf")
    assert list(found[0]) == list(COLUMNS)
    assert [json.loads(row["object"].removeprefix("'")) for row in found] == list(objects())


def test_no_cell_is_a_formula():
    cells = [cell for row in rows(table(shared(HOSTILE))) for cell in row.values()]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert any(cell.startswith("'=HYPERLINK") for cell in cells)


def test_the_whole_is_marked_as_its_strictest_part():
    assert strictest(objects(), "green") == "amber"
    part = {"granular_markings": [{"marking_ref": TLP_IDS["red"], "selectors": ["name"]}]}
    assert strictest([*objects(), part], "green") == "red"
    assert strictest([], "green") == "green"
