"""Sessions: a random token in a cookie, its SHA-256 in the workspace, an absolute and an idle limit."""

from __future__ import annotations

import hashlib
import secrets
import threading
from datetime import UTC, datetime, timedelta
from typing import Literal

from tocsin.errors import ForbiddenError
from tocsin.model.people import Actor, Person, Session
from tocsin.store.workspace import Workspace

LIFE = timedelta(hours=12)
IDLE = timedelta(hours=2)
BROWSERS = ("Firefox", "Edg", "OPR", "Chrome", "Safari")  # in this order: each also names those after it
SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS X", "Linux")


def hashed(token: str) -> str:
    """What is kept of a token: it has 256 random bits, so a plain digest tells nothing."""
    return hashlib.sha256(token.encode()).hexdigest()


def browser_name(agent: str) -> str:
    """The browser and system of a User-Agent header, in two words: enough to know one's own."""
    return ", ".join(next((name for name in names if name in agent), "") for names in (BROWSERS, SYSTEMS)).strip(", ")


class Sessions:
    """The sessions of a workspace. When each was last used is known only here: after a restart a session counts as
    unused since it was made, which may ask for a new sign-in and never skips one."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._used: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def begin(self, person: Person, by: Literal["password", "passkey", "openid", "invitation"], agent: str = "") -> str:
        """Sign a person in; returns the token for the cookie. Sessions past their end are removed on the way."""
        now, token = datetime.now(UTC), secrets.token_urlsafe(32)
        session = Session(
            id=hashed(token), person=person.id, by=by, browser=browser_name(agent), created=now, expires=now + LIFE
        )
        with self.workspace.write(person.id, "signed in", person.id) as writer:
            for old in writer.page(Session, order="expires", limit=100).items:
                if old.expires <= now:
                    writer.remove(Session, old.id)
                    self._used.pop(old.id, None)
            writer.put(session)
        return token

    def find(self, token: str) -> tuple[Session, Person] | tuple[None, None]:
        """The session of a token and its person, where both still stand; notes that it was used."""
        if not token:
            return None, None
        now = datetime.now(UTC)
        with self.workspace.read() as reader:
            session = reader.find(Session, hashed(token))
            person = reader.find(Person, session.person) if session else None
        if session is None or person is None or not person.active or session.expires <= now:
            return None, None
        with self._lock:
            if now - self._used.get(session.id, session.created) > IDLE:
                return None, None
            self._used[session.id] = now
        return session, person

    def of(self, person: str) -> tuple[Session, ...]:
        """The sessions of a person that still stand, newest first."""
        now = datetime.now(UTC)
        with self.workspace.read() as reader:
            found = reader.page(Session, where={"person": person}, order="-expires", limit=100).items
        return tuple(session for session in found if session.expires > now and not self._idle(session, now))

    def _idle(self, session: Session, now: datetime) -> bool:
        return now - self._used.get(session.id, session.created) > IDLE

    def used(self, session: Session) -> datetime:
        """When a session was last used, as far as this process knows."""
        return self._used.get(session.id, session.created)

    def end(self, actor: Actor, session_id: str) -> None:
        """End one session: one's own, or as administrator anyone's. One that is gone already is no error."""
        with self.workspace.write(actor.id, "session ended", actor.id) as writer:
            session = writer.find(Session, session_id)
            if session is None:
                return
            _may_end(actor, session.person)
            writer.remove(Session, session_id)
        self._used.pop(session_id, None)

    def end_all(self, actor: Actor, person: str, but: str = "") -> int:
        """End every session of a person except `but`; returns how many."""
        _may_end(actor, person)
        with self.workspace.write(actor.id, "sessions ended", person) as writer:
            ended = [s.id for s in writer.page(Session, where={"person": person}, limit=1000).items if s.id != but]
            for session_id in ended:
                writer.remove(Session, session_id)
        return len(ended)


def _may_end(actor: Actor, person: str) -> None:
    if actor.id != person and "administrator" not in actor.roles:
        raise ForbiddenError("Only an administrator ends another person's session.", hint="Ask an administrator.")
