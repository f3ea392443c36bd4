"""Spark Connect servers on loopback for tests: Sail from its wheel, Apache Spark from a folder made for it.

A Sail server is started once in a run of pytest, by whichever process first asks, and ends with the run.
"""

import contextlib
import fcntl
import os
import resource
import socket
import subprocess
import sys
import threading
import time
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]
_CLUSTER = {
    "SAIL_MODE": "local-cluster",
    "SAIL_CLUSTER__WORKER_INITIAL_COUNT": "2",
    "SAIL_CLUSTER__WORKER_MAX_COUNT": "2",
    "SAIL_CLUSTER__WORKER_TASK_SLOTS": "64",
}
MODES = {"sail": {"SAIL_MODE": "local"}, "sail-cluster": _CLUSTER}


def shared(mode: str, base: Path) -> str:
    """Address of the run's server of that mode; `base` is a folder that all processes of the run share."""
    base.mkdir(exist_ok=True)
    with (base / f"{mode}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = base / f"{mode}.address"
        if not said.exists():
            run = os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
            start(mode, said, while_runs=run)
        return said.read_text()


def start(mode: str, said: Path, *, while_runs: int, file_mb: int = 0, **settings: str) -> subprocess.Popen[bytes]:
    """Start a server that writes its address to the file `said` and ends with the process `while_runs`.

    With `file_mb` it can write no larger file: what a quota or a full disk does.
    """
    command = [sys.executable, __file__, str(said), str(while_runs)]
    log = said.with_suffix(".log").open("wb")
    environment = os.environ | {"PYTHONPATH": str(ROOT)} | MODES[mode] | settings
    server = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log)
    if file_mb:
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (file_mb * 2**20, file_mb * 2**20))
    _wait(said.exists, server, said.with_suffix(".log"), 60)
    return server


def spark(folder: Path, port: int, master: str = "local[2]") -> subprocess.Popen[bytes]:
    """Start Apache Spark's own server (Java 17) from SPARK_HOME, or from a PySpark installed under `folder` for it."""
    home = os.environ.get("SPARK_HOME") or _installed(folder)
    command = [f"{home}/bin/spark-submit", "--class", "org.apache.spark.sql.connect.service.SparkConnectServer"]
    command += ["--master", master]
    for setting in (
        f"spark.connect.grpc.binding.port={port}",
        "spark.connect.grpc.binding.address=127.0.0.1",
        "spark.driver.bindAddress=127.0.0.1",
        "spark.driver.host=127.0.0.1",
        "spark.driver.memory=1g",
        "spark.ui.enabled=false",
        "spark.sql.shuffle.partitions=4",
        f"spark.local.dir={folder / 'local'}",
    ):
        command += ["--conf", setting]
    log = (folder / "spark.log").open("wb")
    environment = os.environ | {"PYSPARK_PYTHON": sys.executable, "PYTHONPATH": str(ROOT), "SPARK_HOME": str(home)}
    server = subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=log)
    _wait(lambda: _answers(port), server, folder / "spark.log", 120)
    return server


class Proxy:
    """Passes bytes between a client and a server until it is told to cut, or to stay away."""

    def __init__(self, address: str) -> None:
        host, _, port = address.removeprefix("sc://").partition(":")
        self._server = (host, int(port))
        self._open: list[socket.socket] = []
        self._away = False
        self._door = socket.create_server(("127.0.0.1", 0))
        self.address = f"sc://127.0.0.1:{self._door.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self, *, for_good: bool = False) -> None:
        """Close every connection; `for_good`, close every later one too."""
        self._away = for_good
        for end in self._open:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def _accept(self) -> None:
        while True:
            client, _ = self._door.accept()
            if self._away:
                client.close()
                continue
            server = socket.create_connection(self._server)
            self._open += [client, server]
            for one, other in ((client, server), (server, client)):
                threading.Thread(target=_pass_on, args=(one, other), daemon=True).start()


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := one.recv(2**16):
            other.sendall(data)
    with contextlib.suppress(OSError):
        other.shutdown(socket.SHUT_RDWR)


def free_port() -> int:
    """A port on loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _installed(folder: Path) -> Path:
    venv.create(folder / "pyspark", with_pip=True)
    python = folder / "pyspark" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", "pyspark==4.2.*"], check=True)
    return next((folder / "pyspark" / "lib").glob("python*/site-packages/pyspark"))


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _wait(ready, server, log: Path, seconds: float) -> None:
    until = time.monotonic() + seconds
    while not ready():
        if server.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"no server: {log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.05)


def serve(said: Path, while_runs: int) -> None:
    """Serve until the process `while_runs` is gone. Runs in a process of its own."""
    from pysail.spark import SparkConnectServer

    server = SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    host, port = server.listening_address
    fresh = said.with_suffix(".fresh")
    fresh.write_text(f"sc://{host}:{port}")
    fresh.rename(said)
    threading.Thread(target=_watch, args=(while_runs,), daemon=True).start()
    threading.Event().wait()


def _watch(process: int) -> None:
    while Path(f"/proc/{process}").exists():
        time.sleep(0.5)
    os._exit(0)


if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]))
