"""One visit: who is there, in which language, and what the browser shall keep. Made by the gate for each request."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from tocsin.errors import SignInError
from tocsin.model.people import Actor, Person, Preferences, Session
from tocsin.store.workspace import Workspace
from tocsin.web.i18n import Language

SESSION, BROWSER, LANGUAGE, MESSAGE = "session", "browser", "language", "message"
MESSAGE_S = 60


@dataclass
class Visit:
    """What is known of who asks. `key` is the secret that browser and server share: the token of the session, or of
    a browser that is not signed in. `keep` are cookies to write: name to value and seconds, 0 seconds to forget."""

    key: str
    language: Language
    preferences: Preferences
    cookies: dict[str, str] = field(default_factory=dict)
    person: Person | None = None
    session: Session | None = None
    keep: dict[str, tuple[str, int]] = field(default_factory=dict)

    @property
    def csrf(self) -> str:
        """The token each form carries; nobody makes it who cannot read the cookie."""
        return self._seal("form")

    def _seal(self, text: str) -> str:
        return hmac.new(self.key.encode(), text.encode(), hashlib.sha256).hexdigest()

    def same_csrf(self, token: str) -> bool:
        """Whether a form or script was made for this browser; takes the same time for every answer."""
        return hmac.compare_digest(self.csrf.encode(), token.encode("utf-8", "replace"))

    def say(self, message: str) -> None:
        """Show the message on the next page."""
        text = json.dumps(message)
        self.keep[MESSAGE] = (base64.urlsafe_b64encode(f"{self._seal(text)}{text}".encode()).decode(), MESSAGE_S)

    def told(self) -> str:
        """The message left by the request before, once."""
        kept = self.cookies.pop(MESSAGE, "")
        if kept:
            self.keep.setdefault(MESSAGE, ("", 0))
        try:
            whole = base64.urlsafe_b64decode(kept.encode()).decode()
            seal, text = whole[:64], whole[64:]
            return str(json.loads(text)) if hmac.compare_digest(seal.encode(), self._seal(text).encode()) else ""
        except ValueError:
            return ""

    def gettext(self, text: str, **values: object) -> str:
        """The text in the reader's language."""
        return self.language.gettext(text, **values)


def of(request: Request) -> Visit:
    """The visit of a request."""
    found = request.state.visit
    assert isinstance(found, Visit)
    return found


async def person(request: Request) -> Person:
    """Who is signed in; raises `SignInError` where nobody is."""
    found = of(request).person
    if found is None:
        raise SignInError("You are not signed in.", hint="Sign in and try again.")
    return found


async def actor(request: Request) -> Actor:
    """Who acts, with the roles held now; raises `SignInError` where nobody is signed in."""
    return (await person(request)).actor


async def workspace(request: Request) -> Workspace:
    """The workspace that is served."""
    found = request.app.state.workspace
    assert isinstance(found, Workspace)
    return found


#: Parameters of a route: `def show(request: Request, who: Who, ws: Place) -> Response`.
Who = Annotated[Actor, Depends(actor)]
Me = Annotated[Person, Depends(person)]
Place = Annotated[Workspace, Depends(workspace)]
