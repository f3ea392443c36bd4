import math

import build
import pyarrow.parquet as pq
import pytest

from tocsin.errors import WorkspaceError
from tocsin.share.base import Exporter
from tocsin.share.write import exporters, load_summary, write_all, write_whole


def test_every_exporter_is_registered_once():
    found = list(exporters())
    assert all(isinstance(exporter, Exporter) for exporter in found)
    assert len({exporter.file for exporter in found}) == len({exporter.id for exporter in found}) == len(found)
    assert {"report.html", "network.gexf", "network.graphml", "findings.csv", "evidence.parquet"} <= {
        e.file for e in found
    }


def test_a_scan_is_written_and_read_back(tmp_path):
    scan = build.scan(2, hostile=True)
    written = write_all(tmp_path / "out", scan.summary, scan.edges, scan.evidence, scan.posts_by_hour)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(path.name for path in written)
    assert written[-1].name == "scan.json"
    assert load_summary(tmp_path / "out") == scan.summary
    assert pq.read_table(tmp_path / "out" / "edges.parquet").equals(scan.edges)


def test_infinity_survives(tmp_path):
    found = build.finding(0)
    effect = found.effects[0].model_copy(update={"high": math.inf})
    summary = build.summary([found.model_copy(update={"effects": (effect,)})])
    write_all(tmp_path, summary, build.EDGES.empty_table(), build.EVIDENCE.empty_table())
    assert load_summary(tmp_path).findings[0].effects[0].high == math.inf


def test_a_file_that_cannot_be_finished_leaves_the_old_one(tmp_path):
    path = tmp_path / "report.html"
    path.write_text("old")

    def fail(stream):
        stream.write(b"half")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_whole(path, fail)
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("report.html", "old")]


def test_a_missing_or_damaged_summary_says_what_to_do(tmp_path):
    with pytest.raises(WorkspaceError) as missing:
        load_summary(tmp_path)
    assert missing.value.hint
    (tmp_path / "scan.json").write_text('{"tocsin": 1}')
    with pytest.raises(WorkspaceError, match="cannot be read"):
        load_summary(tmp_path)


def test_a_folder_that_cannot_be_made_is_a_workspace_error(tmp_path):
    (tmp_path / "file").write_text("")
    scan = build.scan(0)
    with pytest.raises(WorkspaceError):
        write_all(tmp_path / "file" / "out", scan.summary, scan.edges, scan.evidence)
