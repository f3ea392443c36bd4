"""What partners posted is checked and taken in beside the answering of requests, one post after the other."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any

import orjson
import structlog

from tocsin.errors import TocsinError
from tocsin.share.stix.check import problems
from tocsin.store import exchange, posts
from tocsin.store.exchange import Given
from tocsin.store.posts import Post
from tocsin.store.workspace import Workspace

LOOK_S = 30.0  # for what another process has received, or what the database refused before
DETAILS = 10_000  # failures told one by one
WORDS = 200  # characters of a message


class _Taken(Exception):  # noqa: N818  a state: another process was quicker
    """The post was taken in meanwhile."""


class Intake:
    """A thread that takes in what waits, until it is stopped."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._news = threading.Event()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="taxii intake", daemon=True)
        self._log = structlog.get_logger("taxii")

    def start(self) -> None:
        """Begin with what an earlier run left."""
        self._thread.start()

    def wake(self) -> None:
        """Something was posted."""
        self._news.set()

    def stop(self) -> None:
        """Finish the post in hand and end; the others wait for the next start."""
        self._stopped = True
        self._news.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped:
            self._news.clear()
            try:
                while not self._stopped and take_one(self._workspace):
                    pass
            except TocsinError as error:  # the database: what waits, waits on
                self._log.error("intake failed", error=type(error).__name__, hint=error.hint)
            self._news.wait(LOOK_S)


def take_one(workspace: Workspace) -> bool:
    """Take in the oldest post that waits; False where none does. An object that is not STIX 2.1, or another content
    under a version that is there, is a failure of its own; what is there already is a success."""
    with workspace.read() as reader:
        post = posts.waiting(reader)
    if post is None:
        return False
    ready, failures, failed = _checked(orjson.loads(post.body)["objects"])
    with suppress(_Taken):
        _keep(workspace, post, ready, failures, failed)
    return True


def _checked(objects: list[Any]) -> tuple[list[Given], list[dict[str, str]], int]:
    """Objects that can be kept, details of the others, and how many those are."""
    ready: list[Given] = []
    failures: list[dict[str, str]] = []
    for item in objects:
        problem = _problem(item)
        try:
            if not problem:
                ready.append(exchange.given(item))
        except (KeyError, TypeError, ValueError) as error:  # a time finer than any clock, say
            problem = str(error)
        if problem and len(failures) < DETAILS:
            id_ = item.get("id") if isinstance(item, dict) else None
            failures.append(_detail(id_ if isinstance(id_, str) else "", problem))
    return ready, failures, len(objects) - len(ready)


def _problem(item: Any) -> str:
    if not isinstance(item, dict):
        return "not an object"
    if item.get("type") == "bundle":
        return "a bundle: post what is in it"
    try:
        return next(iter(problems(item)), "")
    except Exception as error:  # noqa: BLE001  one object must not hold up all that wait behind it
        return f"cannot be checked: {type(error).__name__}"


def _detail(id_: str, message: str) -> dict[str, str]:
    return {"id": id_[:WORDS], "message": message[:WORDS]}


def _keep(workspace: Workspace, post: Post, ready: list[Given], failures: list[dict[str, str]], failed: int) -> None:
    with workspace.write(post.account, "received from partner", post.collection) as writer:
        outcomes = exchange.add(writer, post.collection, ready, source=post.account)
        differ = [one for one, outcome in zip(ready, outcomes, strict=True) if outcome == "differs"]
        told = [_detail(one.id, f"another content is there under the version {one.stamp}") for one in differ]
        failed += len(differ)
        details = [*failures, *told] if failed <= DETAILS else []  # all or none: clients count them
        if not posts.settle(writer, post, len(ready) - len(differ), details, failed):
            raise _Taken
