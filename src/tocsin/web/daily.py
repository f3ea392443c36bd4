"""What the server does by itself while it runs: the root of each day, its timestamp, the end of old tips."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

import structlog
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from tocsin.cases import retention
from tocsin.errors import NotFoundError, TocsinError
from tocsin.model.people import Actor, Preferences
from tocsin.store import timestamps
from tocsin.store.workspace import Workspace

EVERY_S = 6 * 3600.0
SERVER = Actor(id="", roles=frozenset({"custodian"}))


def keep(ws: Workspace) -> None:
    """Make the root of yesterday, have what is not confirmed stamped, and erase the tips whose time is over."""
    with suppress(NotFoundError):  # the workspace is of today
        ws.journal.make_root(datetime.now(UTC).date() - timedelta(days=1))
    with ws.read() as reader:
        chosen = reader.find(Preferences, "workspace") or Preferences()
    if chosen.authority:
        timestamps.stamp(ws, chosen.authority, [chosen.certificates.encode()], by=SERVER.id)
    retention.expire(ws, SERVER)


async def _again_and_again(ws: Workspace) -> None:
    log = structlog.get_logger("web")
    while True:
        try:
            await run_in_threadpool(keep, ws)
        except TocsinError as error:
            log.error("daily work failed", error=type(error).__name__, hint=error.hint)
        await asyncio.sleep(EVERY_S)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Work at the start and from time to time, until the server stops."""
    task = asyncio.create_task(_again_and_again(app.state.workspace))
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
