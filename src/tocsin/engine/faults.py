"""Opening a Spark Connect session, and what its errors mean in our words."""

from __future__ import annotations

import re
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tocsin.errors import PartnerError, RefusedError, UsageError, WorkspaceError
from tocsin.settings import load

if TYPE_CHECKING:
    from pyspark.sql.connect.session import SparkSession

_PORT = 15002  # Spark Connect's own
_REACH_S = 5.0
_SECRET = re.compile(r";\s*[^=;]*(token|auth|secret|password|key)[^=;]*=", re.IGNORECASE)
#: Tries of one call: waits of 0.2 s growing to 5 s, a minute in all. Results already begun are re-attached.
_TRIES = 8
_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
}
#: A server forgets a session that is idle (Sail after minutes, Spark after an hour); work at home may take longer.
_ALIVE_S = 60.0
_GO_ON = "tables already confirmed stand: run the same command again and it goes on from them"


def open_session(address: str) -> SparkSession:
    """A session of its own on the server at `address` (`sc://host[:port][/;key=value]`).

    The token comes from TOCSIN_SPARK_TOKEN (or Spark's own SPARK_CONNECT_AUTHENTICATE_TOKEN), never from the address.
    Raises `UsageError` for an address that is none or where the client is not installed, `PartnerError` where nobody
    answers.
    """
    host, port = _checked(address)
    try:
        with _a_program():
            from pyspark.sql.connect.client.retries import DefaultPolicy
            from pyspark.sql.connect.session import SparkSession
    except ImportError as error:
        raise UsageError(f"Spark's client is not installed: {error}", hint="pip install 'tocsin[spark]'") from error
    try:
        socket.create_connection((host, port), timeout=_REACH_S).close()
    except OSError as error:
        raise PartnerError(
            f"{address}: no Spark Connect server answers: {error}", hint="is it running, and the port open?"
        ) from error
    token = load().spark_token
    remote = f"{address}{'' if ';' in address else '/'};token={token}" if token else address
    with explained(address):
        session = SparkSession.builder.remote(remote).create()
        session.client.set_retry_policies([DefaultPolicy(max_retries=_TRIES, initial_backoff=200, max_backoff=5000)])
        for key, value in _SETTINGS.items():
            session.conf.set(key, value)
    return session


@contextmanager
def _a_program() -> Iterator[None]:
    """Without a file of the main program (`python -c`, workers of test runners) pyspark takes itself for its own tests,
    looks for a Spark with Java and ends the process."""
    main = sys.modules["__main__"]
    bare = not hasattr(main, "__file__")
    if bare:
        main.__file__ = __file__
    try:
        yield
    finally:
        if bare:
            del main.__file__


def keep_alive(session: SparkSession) -> Event:
    """Ask the server for something small from time to time, until the event returned is set."""
    done = Event()

    def ask() -> None:
        while not done.wait(_ALIVE_S):
            with suppress(Exception):  # the step that needs the server will tell
                session.conf.get("spark.sql.session.timeZone")

    Thread(target=ask, name="spark-keep-alive", daemon=True).start()
    return done


def close_session(session: SparkSession) -> None:
    """End the session; a server that is gone has nothing to end."""
    from pyspark.sql.connect.client.retries import DefaultPolicy

    session.client.set_retry_policies([DefaultPolicy(max_retries=0)])
    with suppress(Exception):
        session.stop()


def _checked(address: str) -> tuple[str, int]:
    if "@" in address or _SECRET.search(address):
        raise UsageError("an address must carry no credentials", hint="give the token in TOCSIN_SPARK_TOKEN")
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port or _PORT
    except ValueError as error:
        raise UsageError(f"{address!r} is not a server's address: {error}", hint="sc://host:port") from error
    if parts.scheme != "sc" or not host:
        raise UsageError(f"{address!r} is not a server's address", hint="sc://host:port")
    return host, port


@contextmanager
def explained(where: str) -> Iterator[None]:
    """Raise what the server or the network did as an error of ours."""
    from grpc import RpcError  # type: ignore[import-untyped]
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, RpcError) as error:
        told = _told(where, str(error))
        if told is None:
            raise
        raise told from error


def _told(where: str, message: str) -> Exception | None:
    """The first meaning that fits; None where the server's own words are the best there are."""
    for pattern, kind, means, hint in _MEANINGS:
        meant = re.compile(pattern, re.IGNORECASE)
        if meant.search(message):
            said = next((line.strip() for line in message.splitlines() if meant.search(line)), message)
            return kind(f"{where}: {means}: {said[:300]}", hint=hint)
    return None


_MEANINGS: tuple[tuple[str, type[PartnerError | RefusedError | UsageError | WorkspaceError], str, str], ...] = (
    (
        r"No space left|disk quota|ENOSPC|File too large|os error 2[78]",
        WorkspaceError,
        "the disk is full",
        f"free space where the tables or the workers' temporary files are; {_GO_ON}",
    ),
    (
        r"No module named '?tocsin|PYTHON_VERSION_MISMATCH|different .{0,20}version.{0,40}Python",
        UsageError,
        "the workers cannot run our kernels",
        "install the same Tocsin on the same minor version of Python there (PYSPARK_PYTHON names it)",
    ),
    (
        r"UNAUTHENTICATED|PERMISSION_DENIED",
        PartnerError,
        "the server refuses us",
        "is TOCSIN_SPARK_TOKEN right?",
    ),
    (
        r"OutOfMemory|Resources exhausted|MemoryError|exit code 137",
        RefusedError,
        "the workers' memory does not do",
        "raise TOCSIN_SPARK_PARTITIONS (smaller buckets), or the workers' memory",
    ),
    (
        r"message length too large|received message larger than max",
        RefusedError,
        "what one worker sends another is over the server's limit",
        "raise TOCSIN_SPARK_PARTITIONS (smaller buckets)",
    ),
    (
        r"different attempt has already produced",
        PartnerError,
        "a task failed, and cannot be repeated",
        f"the server's log says why; {_GO_ON}",
    ),
    (
        r"worker task slots",
        RefusedError,
        "the cluster has fewer places for tasks than there are buckets",
        "set TOCSIN_SPARK_PARTITIONS to no more than it has, or add workers",
    ),
    (
        r"ExecutorLost|executor (loss|lost)|worker.{0,20}(lost|heartbeat|stopped|exited|crashed)|Lost executor"
        r"|Python worker exited unexpectedly",
        PartnerError,
        "a worker was lost more often than the server repeats",
        f"look at its log; {_GO_ON}",
    ),
    (
        r"UNAVAILABLE|session \S+ is not running"
        r"|SESSION_NOT_FOUND|SESSION_CHANGED|OPERATION_NOT_FOUND|RETRIES_EXCEEDED|NO_ACTIVE_SESSION"
        r"|SESSION_CLOSED|Connection reset|Connection refused",
        PartnerError,
        "the connection to the server was lost",
        f"is the server running? {_GO_ON}",
    ),
    (
        r"not a Parquet file|Invalid Parquet|Corrupt footer|Parquet error|CANNOT_READ_FILE|FAILED_READ_FILE"
        r"|FileNotFound|PATH_NOT_FOUND|UNABLE_TO_INFER_SCHEMA|CANNOT_INFER",
        WorkspaceError,
        "a table cannot be read",
        "is it damaged or still being written? remove it and scan again",
    ),
)
