"""The application: a workspace behind a gate, and every room of `routes/`."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from fastapi import Depends, FastAPI
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from tocsin import __version__
from tocsin.store.workspace import Workspace
from tocsin.web import daily, errors, pages, routes, security
from tocsin.web.auth.limits import PER_ACCOUNT, PER_ADDRESS, Limiter
from tocsin.web.auth.pending import Pending
from tocsin.web.auth.sessions import Sessions

#: What any address may answer besides a page; written into the OpenAPI description.
ANSWERS = {
    303: "After a form: the page to show next.",
    400: "The request cannot be read.",
    401: "Nobody is signed in.",
    403: "Not with these roles, not yet, or not from this site.",
    404: "Nothing is kept under that name.",
    409: "Changed by somebody else in the meantime.",
    413: "Too large.",
    422: "A field is missing or wrong.",
    429: "Too many tries.",
}


def create_app(workspace: Workspace, origin: str = "http://localhost:8000", openid_secret: str = "") -> FastAPI:
    """The workbench on a workspace. `origin` is the address people type: it decides which hosts are answered, whether
    cookies are for HTTPS only, and for which site passkeys are made. `openid_secret` is what the OpenID provider named
    in the settings gave this client, if it gave one."""
    app = FastAPI(
        title="Tocsin",
        version=__version__,
        lifespan=daily.lifespan,
        openapi_url=None,  # shown to those who are signed in: routes/home.py
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(security.csrf)],
        default_response_class=HTMLResponse,
        responses={status: {"description": text} for status, text in ANSWERS.items()},
        form_limits={"max_fields": security.FORM_FIELDS},
    )
    app.state.workspace = workspace
    app.state.origin = origin
    app.state.sessions = Sessions(workspace)
    app.state.pending, app.state.openid_secret = Pending(), openid_secret
    app.state.accounts, app.state.addresses = Limiter(PER_ACCOUNT), Limiter(PER_ADDRESS)
    modules = [import_module(f"{routes.__name__}.{found.name}") for found in pkgutil.iter_modules(routes.__path__)]
    for module in modules:
        app.include_router(module.router)
    uploads = (route for module in modules for route in module.router.routes if route.max_body_size)
    app.state.uploads = [(route.path_regex, route.max_body_size) for route in uploads]
    rooms = [module.ROOM for module in modules if hasattr(module, "ROOM")]
    app.state.rooms = sorted(rooms, key=lambda room: room.order)
    app.mount("/static", StaticFiles(directory=pages.STATIC))
    errors.install(app)
    app.add_middleware(security.Gate, origin=origin)
    return app
