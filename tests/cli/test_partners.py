"""`tocsin partners` as the page about partners tells it: every command there is run, in its order."""

import re
import shlex
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import uvicorn

from tocsin.model.people import ROLES
from tocsin.store.workspace import Workspace
from tocsin.web.app import create_app
from tocsin.web.auth import accounts

PAGE = Path(__file__).parents[2] / "docs/how-to/partners.md"
BIN = Path(sys.executable).parent / "tocsin"
FIRST = "2020-01-01T00:00:00.000Z"


def told():
    """The commands of the page, by verb and workspace."""
    blocks = re.findall(r"^```sh\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    lines = [line.removeprefix("$ tocsin ") for block in blocks for line in block.splitlines()]
    return lines + re.findall(r"`tocsin (partners [^`]+ --by ann)`", PAGE.read_text())


@pytest.fixture
def place(tmp_path):
    """Two workspaces with somebody of every role; `ours` is served."""
    for name in ("ours", "theirs"):
        workspace = Workspace.create(tmp_path / name, name)
        with workspace.write("", "account made") as writer:
            accounts.new_person(writer, "ann", "Ann", ROLES)
        workspace.close()
    (tmp_path / "stick").mkdir()
    workspace = Workspace.open(tmp_path / "ours")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        origin = f"http://localhost:{listening.getsockname()[1]}"
        server = uvicorn.Server(uvicorn.Config(create_app(workspace, origin), log_level="warning"))
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield tmp_path, f"{origin}/taxii2/"
        server.should_exit = True
        thread.join()
    workspace.close()


def run(folder, line, code=0, **environment):
    done = subprocess.run(
        [BIN, *shlex.split(line)], cwd=folder, env={"PATH": "", **environment}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == code, f"{line}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.mark.slow
def test_the_page_is_true(place):
    folder, url = place
    lines, ran = iter(told()), []

    def follow(wanted, code=0, environment=None, **instead):
        line = next(lines)
        assert line.startswith(f"partners {wanted}"), line
        for word, value in instead.items():
            line = line.replace(word, value)
        ran.append(line)
        return run(folder, line, code, **(environment or {}))

    collection = follow("collection ours").strip()
    name, token = re.search(r"Name (\S+), token (\S+)", follow("admit ours", COLLECTION=collection)).groups()
    assert f"Admitted {name}" in follow("list ours")
    secret = {"TOCSIN_PARTNER_WATCH": f"{name}:{token}", "TOCSIN_PARTNER_PROBE": token}
    keep(folder / "ours", collection)
    local = re.search(rf"{collection} goes with (\S+) here", follow("add theirs", environment=secret, URL=url))[1]
    assert follow("pull theirs", environment=secret).startswith("3 new, 0 as before, 0 refused")
    keep(folder / "theirs", local)
    assert follow("push theirs", environment=secret).startswith("3 new")
    key = follow("key ours").strip()
    run(folder, f"partners add ours stick --key {key} --collection ={collection} --by ann")
    assert "goes with" in follow("add theirs", KEY=key, REMOTE=collection)
    assert follow("push ours", FOLDER="stick").startswith("6 new")
    assert follow("pull theirs", FOLDER="stick").startswith("6 new")
    probed = follow("probe", environment=secret, URL=url)
    assert probed.count(" pass  ") == 20
    assert " skip  " in probed
    follow("shut ours")
    assert next(lines, None) is None
    run(folder, "partners pull theirs watch --by ann", 9, **secret)
    for name in ("ours", "theirs"):
        workspace = Workspace.open(folder / name)
        assert workspace.check() == []
        workspace.close()


def keep(folder, collection):
    """Three objects, published."""
    from uuid import uuid4

    from tocsin.store import exchange

    objects = [
        {"type": "identity", "spec_version": "2.1", "id": f"identity--{uuid4()}", "created": FIRST, "modified": FIRST,
         "name": "A body"}
        for _ in range(3)
    ]  # fmt: skip
    workspace = Workspace.open(folder)
    with workspace.write("ann", "test", collection) as writer:
        assert exchange.add(writer, collection, [exchange.given(one) for one in objects]) == ["new"] * 3
    workspace.close()


def test_who_acts_must_be_said(place):
    folder, url = place
    run(folder, f"partners add theirs watch {url}", 2)
    run(folder, f"partners add theirs watch {url} --by nobody", 6)
    run(folder, "partners add theirs watch http://partner.example.org/ --by ann", 2)
    run(folder, "partners pull theirs nobody --by ann", 6)
