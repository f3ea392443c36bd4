"""`tocsin serve`: a process that answers on loopback and prints the link for the first account."""

import re
import signal
import socket
import subprocess
import sys
import time

import httpx2
import pytest

from tocsin.store.workspace import Workspace


@pytest.fixture
def folder(tmp_path):
    Workspace.create(tmp_path / "workspace", "Watch on the vote").close()
    return tmp_path / "workspace"


def run(*arguments):
    command = [sys.executable, "-c", "from tocsin.cli.app import main; main()", "serve", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_it_prints_the_link_answers_and_ends_with_ctrl_c(folder):
    process = run(folder, "--port", 0)
    try:
        lines = [process.stdout.readline() for _ in range(3)]
        link = re.search(r"http://localhost:\d+/invitation/\S{43}$", lines[1].strip())[0]
        address = link.replace("localhost", "127.0.0.1")
        answer = reached(address)
        assert answer.status_code == 200
        assert "Make your account" in answer.text
        assert "server" not in answer.headers
    finally:
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert "Traceback" not in errors
    assert link not in errors  # nothing of addresses in logs


def reached(address):
    for _ in range(100):
        try:
            return httpx2.get(address)
        except httpx2.ConnectError:
            time.sleep(0.1)
    return httpx2.get(address)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--host", "0.0.0.0"), "nothing would be encrypted"),
        (("--origin", "tocsin.example.org"), "no address of a server"),
        (("--origin", "https://tocsin.example.org/path"), "no address of a server"),
    ],
)
def test_what_would_be_unsafe_is_refused(folder, arguments, words):
    process = run(folder, *arguments)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 2
    assert words in errors


def test_a_port_that_is_taken(folder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = run(folder, "--port", taken.getsockname()[1])
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 2
    assert "Choose another --port." in errors


def test_a_folder_that_is_no_workspace(tmp_path):
    process = run(tmp_path, "--port", 0)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 5
    assert "is not a workspace" in errors
