"""Errors as pages in words, or as JSON for programs that ask for it; never a stack trace."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import quote, urlsplit

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from tocsin.errors import SignInError, TocsinError
from tocsin.web import pages, visit
from tocsin.web.i18n import N_

#: What is said of a status that no error of ours explains: message and hint.
WORDS = {
    400: (N_("The request could not be read."), N_("Go back and try again.")),
    404: (N_("There is no such page."), N_("Check the address, or start from the front page.")),
    405: (N_("This address does not take that kind of request."), N_("Go back and use the form.")),
    413: (N_("That is too large to be taken."), N_("Send less, or split the file.")),
    500: (N_("The program failed; the fault is ours."), N_("Try again. If it stays, tell who runs this server when.")),
}

#: Headings of the page, by status; any other: "Not done".
HEADINGS = {403: N_("Not allowed"), 404: N_("Not found"), 409: N_("Not as it stands"), 500: N_("Not done: our fault")}

#: Texts for what pydantic finds in a form.
PROBLEMS = {
    "missing": N_("is missing"),
    "string_too_short": N_("is too short"),
    "string_too_long": N_("is too long"),
    "literal_error": N_("is none of the choices"),
    "enum": N_("is none of the choices"),
}


def install(app: FastAPI) -> None:
    """Answer every error of the rooms in words."""
    app.add_exception_handler(TocsinError, _ours)
    app.add_exception_handler(HTTPException, _plain)
    app.add_exception_handler(RequestValidationError, _invalid)


def wants_json(request: Request) -> bool:
    """Whether a program asks: JSON is named, HTML is not."""
    accept = request.headers.get("accept", "")
    return "application/json" in accept and "text/html" not in accept


def answer(
    request: Request, status: int, message: str, hint: str = "", headers: Mapping[str, str] | None = None
) -> Response:
    """The page, or the JSON, that says what is wrong and what to do next."""
    response: Response
    if wants_json(request):
        response = JSONResponse({"error": message, "hint": hint}, status_code=status)
    else:
        heading = HEADINGS.get(status, N_("Not done"))
        context = {"code": status, "heading": heading, "error": message, "hint": hint, "back": _before(request)}
        response = pages.render(request, "_error.html", status, **context)
    response.headers.update(headers or {})
    return response


def _before(request: Request) -> str:
    """The page of ours that the request came from; empty where there was none. It comes without what was typed."""
    came = urlsplit(request.headers.get("referer", ""))
    ours = came.netloc == request.headers.get("host") and came.path != request.url.path
    return pages.local(came.path) if ours else ""


def failed(request: Request) -> Response:
    """The answer to an error that nobody foresaw."""
    return answer(request, 500, *WORDS[500])


async def _ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, TocsinError)
    reading = request.method in ("GET", "HEAD")
    asked_for = not request.url.path.startswith("/sign-in")  # there the proof was wrong, not missing
    if isinstance(error, SignInError) and reading and asked_for and not wants_json(request):
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/sign-in?next={quote(asked, safe='')}", status_code=303)
    return answer(request, error.http_status, str(error), error.hint)


async def _plain(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    phrase = HTTPStatus(error.status_code).phrase
    message, hint = WORDS.get(error.status_code, (phrase, ""))
    return answer(request, error.status_code, message, hint, error.headers)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    _ = visit.of(request).gettext
    first = error.errors()[0]
    field = str(first["loc"][-1])
    problem = PROBLEMS.get(first["type"], N_("cannot be taken as it is"))
    message = _("“%(field)s” %(problem)s.", field=field, problem=_(problem))
    return answer(request, 422, message, N_("Go back, correct it and send the form again."))
