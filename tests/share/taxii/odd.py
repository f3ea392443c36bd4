"""A TAXII server with the habits of servers that exist: small pages, equal dates, places that are used up, no places at
all, clocks that are wrong, connections that are cut."""

import json
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route

COLLECTION = "5f0a9b4e-0c4b-4f4c-9d55-5a8c9a0f7f11"
TAXII = "application/taxii+json;version=2.1"


async def cut_off(body):
    """Half an answer, and then nothing: the connection breaks."""
    yield body[: len(body) // 2]
    raise ConnectionError


def text(moment):
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


@dataclass
class Odd:
    """The server. `ties`: so many objects have one date. `cut`: every so-manieth answer is cut off after it was made.
    `busy`: so many times 503 first."""

    page: int = 100
    ties: int = 1
    used_up: bool = False
    without_next: bool = False
    repeats: bool = False
    for_ever: bool = False
    clock_s: float = 0
    cut: int = 0
    busy: int = 0
    rows: list = field(default_factory=list)
    places: dict = field(default_factory=dict)
    answers: int = 0

    def __str__(self):
        names = ("page", "ties", "used_up", "without_next", "repeats", "clock_s", "cut", "busy")
        changed = [name for name in names if getattr(self, name) != getattr(Odd, name)]
        return ",".join(f"{name}={getattr(self, name)}" for name in changed) or "plain"

    def fresh(self):
        return replace(self, rows=[], places={})

    def add(self, objects, seconds=0.0):
        now = datetime.now(UTC) + timedelta(seconds=self.clock_s + seconds)
        self.rows += [(now + timedelta(microseconds=at // self.ties), one) for at, one in enumerate(objects)]
        self.rows.sort(key=lambda row: row[0])

    def chosen(self, query):
        after = query.get("added_after")
        limit = min(int(query.get("limit", self.page)), self.page)
        if self.without_next and int(query.get("limit", 0)) > 1000:
            limit = int(query["limit"])  # asked for very much, it gives it
        if "next" in query:
            if query["next"] not in self.places:
                return None, 0
            at = self.places[query["next"]]
            if self.used_up:
                del self.places[query["next"]]
            return self.rows[at : at + limit], at
        found = [row for row in self.rows if not after or row[0] > datetime.fromisoformat(after)]
        at = len(self.rows) - len(found)
        return found[:limit], at

    async def objects(self, request):
        self.answers += 1
        if self.busy:
            self.busy -= 1
            return JSONResponse({"title": "busy"}, 503, {"retry-after": "0"})
        rows, at = self.chosen(dict(request.query_params))
        if rows is None:
            return JSONResponse({"title": "no such place"}, 400)
        more = at + len(rows) < len(self.rows) or self.for_ever
        body = {"objects": [one for _, one in rows], "more": more}
        if more and not self.without_next:
            back = 1 if self.repeats and len(rows) > 1 else 0
            body["next"] = f"place-{len(self.places)}"
            self.places[body["next"]] = at if self.for_ever else at + len(rows) - back
        dates = (
            {"x-taxii-date-added-first": text(rows[0][0]), "x-taxii-date-added-last": text(rows[-1][0])} if rows else {}
        )
        if self.cut and self.answers % self.cut == 0:
            return StreamingResponse(cut_off(json.dumps(body).encode()), headers={**dates, "content-length": "999999"})
        return JSONResponse(body if rows else {}, headers=dates, media_type=TAXII)

    def app(self):
        async def discovery(request):
            return JSONResponse({"title": "Odd", "api_roots": ["/api/"]})

        async def root(request):
            return JSONResponse({"title": "Odd", "versions": [TAXII], "max_content_length": 1_000_000})

        async def collections(request):
            return JSONResponse(
                {"collections": [{"id": COLLECTION, "title": "Odd", "can_read": True, "can_write": False}]}
            )

        routes = {"/taxii2/": discovery, "/api/": root, "/api/collections/": collections}
        routes[f"/api/collections/{COLLECTION}/objects/"] = self.objects
        return Starlette(routes=[Route(path, handler) for path, handler in routes.items()])


@contextmanager
def served(what):
    """Serve it, or an application, on loopback; gives the address of discovery."""
    app = what.app() if isinstance(what, Odd) else what
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False))
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield f"http://localhost:{listening.getsockname()[1]}/taxii2/"
        finally:
            server.should_exit = True
            thread.join()
