"""Pages from templates, and the two other answers a room gives: a redirect after a form, a file to keep.

In every template: `visit`, `workspace`, `rooms`, `csrf`, `asset(name)`, the filters `when`, `day`, `number`, gettext as
`_`, and `marked` for texts that may only exist in English. Each form that posts holds
`<input type="hidden" name="csrf" value="{{ csrf }}">`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tocsin.model.people import ROLES, Role
from tocsin.web import i18n, visit
from tocsin.web.i18n import N_

HERE = Path(__file__).parent
STATIC = HERE / "static"
SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"

ROLE_NAMES = {
    "reader": N_("reader"),
    "analyst": N_("analyst"),
    "reviewer": N_("reviewer"),
    "publisher": N_("publisher"),
    "custodian": N_("custodian"),
    "administrator": N_("administrator"),
}


@dataclass(frozen=True)
class Room:
    """An entry of the header. `roles`: who sees it; all who are signed in where empty."""

    path: str
    label: str  # through N_
    order: int
    roles: frozenset[Role] = frozenset()


@cache
def asset(name: str) -> str:
    """Path of a static file with a part of its digest, so that browsers may keep it; empty where it was not built."""
    path = STATIC / name
    return f"/static/{name}?{hashlib.sha256(path.read_bytes()).hexdigest()[:16]}" if path.is_file() else ""


@cache
def environment(code: str) -> Environment:
    """Templates in one language."""
    language = i18n.language(code)
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_translations(language.translations, newstyle=True)  # type: ignore[attr-defined]
    made.filters |= {"when": language.when, "day": language.day, "number": language.number}
    made.filters["role"] = lambda role: language.gettext(ROLE_NAMES[role])
    made.globals |= {
        "asset": asset,
        "marked": lambda text: i18n.marked(text, language),
        "languages": [i18n.language(known) for known in i18n.languages()],
        "all_roles": ROLES,
    }
    return made


def render(request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """A page; `template` is a path under `templates/`."""
    here = visit.of(request)
    held = frozenset(here.person.roles) if here.person else frozenset()
    rooms = [room for room in request.app.state.rooms if here.person and (not room.roles or room.roles & held)]
    shared = {
        "request": request,
        "visit": here,
        "csrf": here.csrf,
        "workspace": request.app.state.workspace,
        "rooms": rooms,
        "message": here.told(),
    }
    page = environment(here.language.code).get_template(template).render(shared | context)
    return HTMLResponse(page, status_code=status)


def redirect(request: Request, path: str, message: str = "") -> RedirectResponse:
    """After a form: show `path` with the message at its top. A path that leaves this server leads home instead."""
    if message:
        visit.of(request).say(message)
    return RedirectResponse(local(path), status_code=303)


def local(path: str) -> str:
    """The path if it stays on this server, else `/`."""
    plain = path.isprintable() and "\\" not in path
    return path if plain and path.startswith("/") and not path.startswith("//") else "/"


def attachment(chunks: Iterable[bytes], name: str, size: int | None = None) -> Response:
    """Bytes to keep and never to show: evidence can be anything (RFC 6266; the name as in RFC 8187)."""
    plain = "".join(sign if (sign.isalnum() and sign.isascii()) or sign in "-_." else "_" for sign in name)
    headers = {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": SANDBOX,
    }
    if size is not None:
        headers["Content-Length"] = str(size)
    return StreamingResponse(iter(chunks), headers=headers, media_type="application/octet-stream")
