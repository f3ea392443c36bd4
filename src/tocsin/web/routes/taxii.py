"""The TAXII server under /taxii2/: for programs of partners, who sign in with a token at each request. No session, no
cookie, so no form token either."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from tocsin.share.taxii.intake import Intake
from tocsin.share.taxii.server import Server
from tocsin.web.auth.limits import PER_ADDRESS, Limiter


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Take in what partners post, as long as the server runs."""
    intake = Intake(app.state.workspace)
    app.state.taxii = Server(app.state.workspace, Limiter(PER_ADDRESS), intake)
    intake.start()
    yield
    intake.stop()


class Door:
    """Hands a request over to the TAXII server."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await scope["app"].state.taxii(scope, receive, send)


router = APIRouter(lifespan=lifespan)
router.routes.append(Route("/taxii2/{path:path}", Door(), include_in_schema=False))
