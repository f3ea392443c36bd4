"""The TAXII 2.1 server (OASIS Standard, 10 June 2021): an ASGI application for every path under /taxii2/.

Who asks is known by an Authorization header alone; there is no cookie and no session. Every answer, an error too, is
TAXII JSON. Pages are put together from the text of objects as it is stored.
"""

from __future__ import annotations

import gzip
import traceback
import zlib
from collections.abc import Callable
from typing import Any, Protocol

import orjson
import structlog
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from tocsin.errors import TocsinError, TooOftenError, WorkspaceError
from tocsin.model.exchange import Account, Collection
from tocsin.share.taxii import accounts, queries
from tocsin.share.taxii.intake import Intake
from tocsin.share.taxii.media import STIX, TAXII, accepted, is_taxii, takes_gzip
from tocsin.share.taxii.queries import Query
from tocsin.store import exchange, posts
from tocsin.store.exchange import Kept, Shelf
from tocsin.store.posts import Post
from tocsin.store.records import Reader
from tocsin.store.workspace import Workspace

ROOT = "/taxii2/exchange/"  # the one API root
MOST_BYTES = 32 << 20  # of a body, packed or not
MOST_OBJECTS = 100_000  # of a body
GZIP_FROM = 1024  # bytes; less is not worth it
WAIT_S = 900  # what the limit of failed sign-ins asks for


class Limit(Protocol):
    """Counts tries to sign in."""

    def take(self, key: str) -> None:
        """Count a try before it is made; `TooOftenError` where there were too many."""

    def clear(self, key: str) -> None:
        """Forget them after one that succeeded."""


class Refusal(Exception):  # noqa: N818  an answer
    """A request that goes no further: HTTP status, what is wrong, what to do, headers."""

    def __init__(self, status: int, title: str, description: str = "", **headers: str) -> None:
        super().__init__(title)
        self.status, self.title, self.description, self.headers = status, title, description, headers


class Server:
    """The server of a workspace. `limit` is of failed sign-ins by address; `intake` takes in what is posted; `scheme`
    is that of the address partners use, which a proxy in front may hide. Which hosts are answered is the caller's
    care."""

    def __init__(self, workspace: Workspace, limit: Limit, intake: Intake, scheme: str) -> None:
        self.workspace, self.scheme = workspace, scheme
        self._limit, self._intake = limit, intake
        self._log = structlog.get_logger("taxii")
        here = ROOT + "collections/{collection}/"
        gets: dict[str, Handler] = {
            "/taxii2/": _discovery,
            ROOT: _api_root,
            ROOT + "status/{status}/": _status,
            ROOT + "collections/": _collections,
            here: _collection,
            here + "manifest/": _manifest,
            here + "objects/": _objects,
            here + "objects/{object}/": _object,
            here + "objects/{object}/versions/": _versions,
        }
        routes = [Route(path, self._reading(handler), methods=["GET"]) for path, handler in gets.items()]
        routes.append(Route(here + "objects/", self._post, methods=["POST"]))
        routes.append(Route(here + "objects/{object}/", self._reading(_delete), methods=["DELETE"]))
        self._router = Router(routes, redirect_slashes=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            await self._router({**scope, "path_params": {}}, receive, send)
        except HTTPException as error:  # no such path, or not with this method
            refusal = Refusal(error.status_code, error.detail, **dict(error.headers or {}))
            await _error(refusal)(scope, receive, send)
        except Exception as error:  # noqa: BLE001  whatever it is, the answer is TAXII JSON
            # Where it failed, and no values: they can be a partner's.
            where = "".join(traceback.format_list(traceback.extract_tb(error.__traceback__)))
            self._log.error("request failed", error=type(error).__name__, where=where)
            await _error(Refusal(500, "The program failed; the fault is ours."))(scope, receive, send)

    def _reading(self, handler: Handler) -> Callable[[Request], Response]:
        def answer(request: Request) -> Response:
            try:
                asked = self._asked(request)
                return handler(asked)
            except (Refusal, TocsinError) as error:
                return _error(error)

        return answer

    def _asked(self, request: Request) -> Asked:
        """Who asks, once that is proved and what is asked for can be answered."""
        header = request.headers.get("authorization", "")
        address = request.client.host if request.client else ""
        if header:
            self._limit.take(address)
        with self.workspace.read() as reader:
            account = accounts.account_of(reader, header)
        if account is None:
            told = {"www-authenticate": 'Basic realm="taxii", charset="UTF-8", Bearer realm="taxii"'}
            raise Refusal(401, "Sign in.", "Basic with the account's name and token, or Bearer with the token.", **told)
        self._limit.clear(address)
        if not accepted(request.headers.get("accept")):
            raise Refusal(406, "This server answers in TAXII 2.1 only.", f"Accept: {TAXII}")
        return Asked(self.workspace, request, account, self.scheme)

    async def _post(self, request: Request) -> Response:
        try:
            asked, collection = await run_in_threadpool(self._may_post, request)
            body = await _body(request)
            return await run_in_threadpool(self._receive, asked, collection, body)
        except (Refusal, TocsinError) as error:
            return _error(error)

    def _may_post(self, request: Request) -> tuple[Asked, Collection]:
        """All that can be said before the body comes."""
        asked = self._asked(request)
        with self.workspace.read() as reader:
            collection = asked.collection(reader)
        if not accounts.can_write(asked.account, collection):
            raise Refusal(403, "This account may not write to the collection.")
        if not is_taxii(request.headers.get("content-type")):
            raise Refusal(415, "The body is not said to be TAXII 2.1.", f"Content-Type: {TAXII}")
        if request.headers.get("content-encoding", "identity").lower() not in ("identity", "gzip"):
            raise Refusal(415, "The body is packed in a way that is not known here.", "Send it as it is, or with gzip.")
        return asked, collection

    def _receive(self, asked: Asked, collection: Collection, body: bytes) -> Response:
        if asked.request.headers.get("content-encoding", "").lower() == "gzip":
            body = _unpacked(body)
        count = _count(body)
        post = posts.receive(self.workspace, asked.account.id, collection.id, body.decode(), count)
        self._intake.wake()
        return asked.json(_status_of(post), 202)


class Asked:
    """A request of an account."""

    def __init__(self, workspace: Workspace, request: Request, account: Account, scheme: str) -> None:
        self.workspace, self.request, self.account, self.scheme = workspace, request, account, scheme

    def collection(self, reader: Reader) -> Collection:
        """The collection in the path, if the account may do anything with it: else nobody learns that it is there."""
        found = reader.find(Collection, self.request.path_params["collection"])
        if found is None or not (accounts.can_read(self.account, found) or accounts.can_write(self.account, found)):
            raise Refusal(404, "There is no such collection.")
        return found

    def readable(self, reader: Reader) -> str:
        """The id of the collection in the path, if the account may read it."""
        found = self.collection(reader)
        if not accounts.can_read(self.account, found):
            raise Refusal(403, "This account may not read the collection.")
        return found.id

    def query(self) -> Query:
        """What the address asks for; raises `UsageError` if it is malformed."""
        return queries.query(self.request.scope["query_string"])

    def url(self, path: str) -> str:
        """An address of this server, as the client reached it."""
        return f"{self.scheme}://{self.request.headers.get('host', '')}{path}"

    def json(self, value: Any, status: int = 200) -> Response:
        """An answer."""
        return self.text(orjson.dumps(value), status=status)

    def text(self, body: bytes, headers: dict[str, str] | None = None, status: int = 200) -> Response:
        """An answer that is JSON already, packed where the client unpacks it."""
        told = {"content-type": TAXII, "vary": "Accept-Encoding", **(headers or {})}
        if len(body) >= GZIP_FROM and takes_gzip(self.request.headers.get("accept-encoding")):
            body, told["content-encoding"] = gzip.compress(body, 1), "gzip"
        return Response(body, status, told)

    def objects(self, query: Query, shelf: Shelf, collection: str) -> Response:
        """A page of objects. That they leave is written before they do."""
        if shelf.rows:
            last = shelf.rows[-1].added
            posts.serve(self.workspace, self.account.id, collection, last, end=not shelf.more)
        return self.page(query, shelf, "objects", [row.body.encode() for row in shelf.rows])

    def page(self, query: Query, shelf: Shelf, name: str, items: list[bytes]) -> Response:
        """A page of a list, with the two headers that say from when to when it was added. Without rows both say after
        when was asked, so that a client who goes on from there misses nothing."""
        last = shelf.rows[-1].added if shelf.rows else max(query.after, 0)
        first = shelf.rows[0].added if shelf.rows else last
        told = b'"more":true,"next":"%s",' % queries.cursor(last).encode() if shelf.more else b'"more":false,'
        body = b'{%s"%s":[%s]}' % (told, name.encode(), b",".join(items)) if items else b"{}"
        dates = {"x-taxii-date-added-first": first, "x-taxii-date-added-last": last}
        return self.text(body, {header: exchange.moment(added) for header, added in dates.items()})


Handler = Callable[[Asked], Response]


def _discovery(asked: Asked) -> Response:
    root = asked.url(ROOT)
    return asked.json({"title": asked.workspace.title, "default": root, "api_roots": [root]})


def _api_root(asked: Asked) -> Response:
    told = {"title": asked.workspace.title, "versions": [TAXII], "max_content_length": MOST_BYTES}
    return asked.json(told)


def _status(asked: Asked) -> Response:
    with asked.workspace.read() as reader:
        post = posts.status(reader, asked.request.path_params["status"], asked.account.id)
    if post is None:
        raise Refusal(404, "There is no such status.", "A status is kept for 24 hours.")
    return asked.json(_status_of(post))


def _status_of(post: Post) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": post.id,
        "status": "pending" if post.pending else "complete",
        "request_timestamp": post.received,
        "total_count": post.pending + post.success + post.failure,
        "success_count": post.success,
        "failure_count": post.failure,
        "pending_count": post.pending,
    }
    failures = orjson.loads(post.failures)
    return {**told, "failures": failures} if failures else told


def _collections(asked: Asked) -> Response:
    with asked.workspace.read() as reader:
        found = [_described(asked, one) for one in accounts.seen(reader, asked.account)]
    return asked.json({"collections": found} if found else {})


def _collection(asked: Asked) -> Response:
    with asked.workspace.read() as reader:
        return asked.json(_described(asked, asked.collection(reader)))


def _described(asked: Asked, collection: Collection) -> dict[str, Any]:
    told = {"description": collection.description} if collection.description else {}
    return {
        "id": collection.id,
        "title": collection.title,
        **told,
        "can_read": accounts.can_read(asked.account, collection),
        "can_write": accounts.can_write(asked.account, collection),
        "media_types": [STIX + "2.1"],
    }


def _objects(asked: Asked) -> Response:
    query = asked.query()
    with asked.workspace.read() as reader:
        collection = asked.readable(reader)
        shelf = exchange.page(reader, collection, query.match, query.after, query.limit)
    return asked.objects(query, shelf, collection)


def _object(asked: Asked) -> Response:
    query = asked.query()
    with asked.workspace.read() as reader:
        collection, match = _one(asked, reader, query.match)
        shelf = exchange.page(reader, collection, match, query.after, query.limit)
    return asked.objects(query, shelf, collection)


def _versions(asked: Asked) -> Response:
    query = asked.query()
    with asked.workspace.read() as reader:
        collection, match = _one(asked, reader, exchange.Match(specs=query.match.specs, versions=("all",)))
        shelf = exchange.page(reader, collection, match, query.after, query.limit, bodies=False)
    return asked.page(query, shelf, "versions", [orjson.dumps(row.stamp) for row in shelf.rows])


def _manifest(asked: Asked) -> Response:
    query = asked.query()
    with asked.workspace.read() as reader:
        collection = asked.readable(reader)
        shelf = exchange.page(reader, collection, query.match, query.after, query.limit, bodies=False)
    return asked.page(query, shelf, "objects", [orjson.dumps(_record(row)) for row in shelf.rows])


def _record(row: Kept) -> dict[str, str]:
    added = exchange.moment(row.added)
    return {"id": row.id, "date_added": added, "version": row.stamp, "media_type": STIX + row.spec}


def _one(asked: Asked, reader: Reader, match: exchange.Match) -> tuple[str, exchange.Match]:
    """The collection and the filters for the object in the path; 404 where the collection does not hold it."""
    collection, id_ = asked.readable(reader), asked.request.path_params["object"]
    if not exchange.has(reader, collection, id_):
        raise Refusal(404, "There is no such object in the collection.")
    return collection, exchange.Match((id_,), (), match.specs, match.versions)


def _delete(asked: Asked) -> Response:
    """Erase an object: the versions that match[version] names, or all of them where it names none (section 5.7)."""
    query = asked.query()
    versions = query.match.versions if query.named else ("all",)
    with asked.workspace.read() as reader:
        collection = asked.collection(reader)
        if not (accounts.can_read(asked.account, collection) and accounts.can_write(asked.account, collection)):
            raise Refusal(403, "This account may not both read and write the collection.")
        _, match = _one(asked, reader, exchange.Match(specs=query.match.specs, versions=versions))
    with asked.workspace.write(asked.account.id, "deleted by partner", collection.id) as writer:
        exchange.remove(writer, collection.id, match.ids[0], match)
    return asked.text(b"")


async def _body(request: Request) -> bytes:
    """The body, up to the limit whatever it says of its length."""
    size = request.headers.get("content-length", "0")
    parts, taken = [], int(size) if size.isdecimal() else MOST_BYTES + 1
    too_large = Refusal(413, "The body is too large.", f"At most {MOST_BYTES} bytes: send it in parts.")
    if taken > MOST_BYTES:
        raise too_large
    taken = 0
    try:
        async for part in request.stream():
            taken += len(part)
            if taken > MOST_BYTES:
                raise too_large
            parts.append(part)
    except ClientDisconnect as error:
        raise Refusal(400, "The body was cut off.") from error
    return b"".join(parts)


def _unpacked(body: bytes) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)  # gzip
    try:
        found = unpacker.decompress(body, MOST_BYTES + 1)
    except zlib.error as error:
        raise Refusal(422, "The body is not packed with gzip.") from error
    if len(found) > MOST_BYTES:
        raise Refusal(413, "The body is too large.", f"At most {MOST_BYTES} bytes unpacked: send it in parts.")
    if not unpacker.eof or unpacker.unused_data:
        raise Refusal(422, "The body was cut off, or goes on after its end.")
    return found


def _count(body: bytes) -> int:
    """How many objects an envelope holds."""
    try:
        envelope = orjson.loads(body)
    except ValueError as error:
        raise Refusal(422, "The body is not JSON.", str(error)) from error
    objects = envelope.get("objects") if isinstance(envelope, dict) else None
    if not isinstance(objects, list) or not 0 < len(objects) <= MOST_OBJECTS:
        raise Refusal(422, "The body is not an envelope.", f'{{"objects": [...]}}, with 1 to {MOST_OBJECTS} objects')
    return len(objects)


def _error(error: Refusal | TocsinError) -> Response:
    """An error resource (section 3.6.1)."""
    if not isinstance(error, Refusal):
        headers = {"retry-after": str(WAIT_S)} if isinstance(error, TooOftenError) else {}
        status = 503 if isinstance(error, WorkspaceError) else error.http_status  # the database is busy, or damaged
        error = Refusal(status, str(error), error.hint, **headers)
    told = {"title": error.title, "http_status": str(error.status)}
    told |= {"description": error.description} if error.description else {}
    return Response(orjson.dumps(told), error.status, {"content-type": TAXII, **error.headers})
