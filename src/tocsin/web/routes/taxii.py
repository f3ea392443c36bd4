"""The TAXII server under /taxii2/: for programs of partners, which sign in with a token at each request. The gate hands
every such path over whole (`security.Gate`): no session and no cookie, so no form token either."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from fastapi import APIRouter, FastAPI

from tocsin.share.taxii.intake import Intake
from tocsin.share.taxii.server import Server
from tocsin.web.auth.limits import PER_ADDRESS, Limiter


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Take in what partners post, as long as the server runs."""
    intake = Intake(app.state.workspace)
    scheme = urlsplit(app.state.origin).scheme
    app.state.taxii = Server(app.state.workspace, Limiter(PER_ADDRESS), intake, scheme)
    intake.start()
    yield
    intake.stop()


router = APIRouter(lifespan=lifespan)
