import csv
import io
import re

import build
import pyarrow as pa
import pyarrow.parquet as pq

from tocsin.model.tables import EDGES, EVIDENCE
from tocsin.share import tables


def read_back(table):
    stream = io.BytesIO()
    tables.write_csv(table, stream)
    assert stream.getvalue().startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(stream.getvalue().decode("utf-8-sig"), newline="")))


def test_evidence_survives_csv_and_no_cell_is_a_formula():
    texts = [
        "=1+1",
        "+49",
        "-x",
        "@who",
        "\tx",
        "\r=x",
        "'=quoted",
        "＝1",
        'a "b", c\nd',
        build.RTL,
        "",
        None,
        "5",
        "'plain",
    ]
    rows = [
        dict(build.evidence(build.finding(0), 0).slice(i, 1).to_pylist()[0], text=text) for i, text in enumerate(texts)
    ]
    read = read_back(pa.Table.from_pylist(rows, schema=EVIDENCE))
    assert not [row["text"] for row in read if re.match(r"[=+\-@\t\r＝]", row["text"])]
    restored = [re.sub(r"^'(?='*[=+\-@\t\r\n＝])", "", row["text"]) for row in read]
    assert restored == [text or "" for text in texts]
    assert read[0]["time"] == rows[0]["time"].strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert read[0]["row"] == "2"


def test_numbers_stay_numbers_even_below_zero():
    read = read_back(pa.table({"delay_s": [-1.5, None], "n": [-3, 4]}))
    assert read == [{"delay_s": "-1.5", "n": "-3"}, {"delay_s": "", "n": "4"}]


def test_a_row_for_each_finding_and_for_each_member():
    scan = build.scan(12, hostile=True)
    found, members = tables.findings(scan.summary), tables.members(scan.summary)
    assert found.num_rows == 12
    assert found["p"][0].as_py() == 4.2e-7
    assert found["explanations_that_fit"][0].as_py() == "event"
    assert found["breakout"][0].as_py() == 2
    assert members.num_rows == 12 * 12
    assert len(read_back(found)) == 12
    stream = io.BytesIO()
    tables.write_parquet(members, stream)
    assert pq.read_table(stream).equals(members)


def test_an_empty_scan_gives_tables_with_headers_only():
    scan = build.scan(0)
    assert tables.findings(scan.summary).schema == tables.FINDINGS
    assert read_back(tables.findings(scan.summary)) == []
    assert read_back(scan.edges) == []


def test_spreadsheets_and_networks_get_the_notable_edges_only():
    row = {"layer": "url", "window_s": 60.0, "objects": 2}
    rows = [
        row | {"a": "quiet", "b": "calm", "q_synchrony": 0.9, "q_affinity": None},
        row | {"a": "strong", "b": "pair", "q_synchrony": 0.05, "q_affinity": 1.0},
        row | {"a": "named", "b": "too", "finding": "f"},
    ]
    edges = pa.Table.from_pylist(rows, schema=EDGES)
    assert tables.notable(edges)["a"].to_pylist() == ["strong", "named"]
