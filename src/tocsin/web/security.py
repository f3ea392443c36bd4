"""The gate in front of every room: known host, same site, bounded bodies, strict headers, and who is there.

Cross-site requests are refused by three independent signs: Sec-Fetch-Site (Fetch Metadata), Origin (RFC 6454), and a
token in each form. Nothing is loaded from elsewhere, and nothing inline runs (Content Security Policy Level 3).
"""

from __future__ import annotations

import secrets
import traceback
from urllib.parse import urlsplit

import structlog
from fastapi import Request
from fastapi.responses import PlainTextResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tocsin.errors import ForbiddenError
from tocsin.model.people import Preferences
from tocsin.web import errors, i18n, visit
from tocsin.web.auth.sessions import LIFE
from tocsin.web.visit import Visit

FORM_BYTES = 1 << 20
UPLOAD_BYTES = 2 << 30  # for a route that takes files: `@router.post(..., max_body_size=UPLOAD_BYTES)`
FORM_FIELDS = 5_000
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}


def origins(origin: str) -> frozenset[str]:
    """The addresses that mean this server: for one on loopback each of its names, else the one given."""
    parts = urlsplit(origin)
    if parts.hostname not in LOOPBACK:
        return frozenset({origin})
    port = f":{parts.port}" if parts.port else ""
    return frozenset(f"{parts.scheme}://{'[::1]' if name == '::1' else name}{port}" for name in LOOPBACK)


async def csrf(request: Request) -> None:
    """Refuse what changes something without the token of a form of ours, in field `csrf` or header `X-CSRF-Token`."""
    if request.method in SAFE:
        return
    token = request.headers.get("x-csrf-token")
    if token is None and request.headers.get("content-type", "").startswith(
        ("application/x-www-form-urlencoded", "multipart/form-data")
    ):
        token = (await request.form(max_fields=FORM_FIELDS)).get("csrf")  # type: ignore[assignment]
    if not isinstance(token, str) or not visit.of(request).same_csrf(token):
        raise ForbiddenError(
            "The form does not belong to this visit.", hint="Load the page again, then send the form again."
        )


def body_limit(request: Request) -> int:
    """How many bytes a request may bring: those of a form, or for who is signed in what the route says."""
    if visit.of(request).person is None:
        return FORM_BYTES
    sizes = (size for path, size in request.app.state.uploads if path.match(request.url.path))
    return next(sizes, FORM_BYTES)


def _refused(request: Request, here: str, limit: int) -> tuple[int, str, str] | None:
    """Why a request that changes something goes no further: status, message, hint."""
    size = request.headers.get("content-length", "0")
    if not size.isdecimal() or int(size) > limit:
        return (413, *errors.WORDS[413])
    site, origin = request.headers.get("sec-fetch-site", "none"), request.headers.get("origin", here)
    if request.method not in SAFE and (site not in ("same-origin", "none") or origin != here):
        return 403, i18n.N_("The request came from another site."), i18n.N_("Open the page here and send it again.")
    return None


def _bounded(receive: Receive, limit: int) -> Receive:
    """The body of a request that does not say how long it is, up to the limit."""
    taken = 0

    async def bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise HTTPException(413)
        return message

    return bounded


class Gate:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, origin: str) -> None:
        self.app = app
        self.origins = origins(origin)
        self.secure = origin.startswith("https://")
        self.scheme = urlsplit(origin).scheme
        self.log = structlog.get_logger("web")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; whatever else than HTTP comes is dropped."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        started = False

        async def finish(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self._dress(message, scope)
            await send(message)

        here = f"{self.scheme}://{request.headers.get('host', '').lower()}"
        if here not in self.origins:
            refusal = PlainTextResponse("This server does not answer under that name.\n", status_code=421)
            return await refusal(scope, receive, finish)
        try:
            if scope["path"].startswith("/static/"):
                return await self.app(scope, receive, finish)
            if scope["path"].startswith("/taxii2/"):  # programs, which show at each request who they are
                await request.app.state.taxii(scope, receive, finish)
                return None
            scope.setdefault("state", {})["visit"] = await run_in_threadpool(self._visit, request)
            limit = body_limit(request)
            refused = _refused(request, here, limit)
            if refused:
                return await errors.answer(request, *refused)(scope, receive, finish)
            await self.app(scope, _bounded(receive, limit), finish)
        except Exception as error:
            # Where it failed, and no values: a message or a local variable can hold a name.
            where = "".join(traceback.format_list(traceback.extract_tb(error.__traceback__)))
            self.log.error("request failed", error=type(error).__name__, where=where)
            if started:
                raise
            await errors.failed(request)(scope, receive, finish)

    def _visit(self, request: Request) -> Visit:
        state, cookies = request.app.state, self._cookies(request)
        with state.workspace.read() as reader:
            preferences = reader.find(Preferences, "workspace") or Preferences()
        session, person = state.sessions.find(cookies.get(visit.SESSION, ""))
        wanted = (person.language if person else "", cookies.get(visit.LANGUAGE, ""), preferences.language)
        language = i18n.choose(wanted, request.headers.get("accept-language", ""))
        if session and person:
            return Visit(cookies[visit.SESSION], language, preferences, cookies, person, session)
        key = cookies.get(visit.BROWSER, "")
        found = Visit(key or secrets.token_urlsafe(32), language, preferences, cookies)
        if not key:
            found.keep[visit.BROWSER] = (found.key, int(LIFE.total_seconds()))
        return found

    def _name(self, cookie: str) -> str:
        return f"__Host-{cookie}" if self.secure else cookie

    def _cookies(self, request: Request) -> dict[str, str]:
        names = (visit.SESSION, visit.BROWSER, visit.LANGUAGE, visit.MESSAGE)
        return {name: request.cookies[self._name(name)] for name in names if self._name(name) in request.cookies}

    def _dress(self, message: Message, scope: Scope) -> None:
        headers = MutableHeaders(scope=message)
        if scope["path"].startswith("/static/") and scope["query_string"] and message["status"] == 200:
            headers.setdefault("Cache-Control", "public, max-age=31536000, immutable")
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
        found = scope.get("state", {}).get("visit")
        for name, (value, seconds) in found.keep.items() if found else ():
            tail = "; Secure" if self.secure else ""
            headers.append(
                "Set-Cookie",
                f"{self._name(name)}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{tail}",
            )
