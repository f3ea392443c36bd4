"""The command that repeats a scan says all that decides it."""

import shlex
from pathlib import Path

import pytest

from tocsin.cli import app
from tocsin.errors import UsageError
from tocsin.jobs.parameters import checked
from tocsin.jobs.request import Request
from tocsin.settings import Settings
from tocsin.sources.base import ReadOptions

FULL = Request(
    ("a file.csv", "-"),
    Path("out"),
    ReadOptions({"account": "the author", "time": "when"}, "Europe/Kyiv", "DMY", "cp1251", "square"),
    "csv",
    {"windows_s": (10.0, 0.5), "layers": ("url", "text"), "alpha": 0.01},
    Path("ours.txt"),
    keep_accounts=True,
    engine="sc://127.0.0.1:15002",
    tables="s3://desk/tables",
)


@pytest.mark.parametrize("request_", [Request(("a.csv",), Path("out")), FULL], ids=["short", "full"])
def test_the_command_gives_the_request_again(request_, monkeypatch):
    heard = []
    monkeypatch.setattr("tocsin.cli.scan._scan", lambda request, _: heard.append(request))
    monkeypatch.setattr("tocsin.cli.scan.show", lambda *_: None)
    program, verb, *words = shlex.split(request_.command())
    assert (program, verb) == ("tocsin", "scan")
    app.load_verb("scan").main(words, standalone_mode=False, obj=Settings())
    assert heard == [request_]


def test_what_is_wrong_is_named():
    with pytest.raises(UsageError, match=r"memory_mb: .* not 3") as caught:
        checked(Settings, {"memory_mb": 3})
    assert "Memory in MB" in caught.value.hint
