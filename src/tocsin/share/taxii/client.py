"""A TAXII 2.1 client: one partner's server, spoken to carefully.

A request that can be made twice without harm is tried again when the network fails; one with `next` is not, because
some servers use it up, and a second try would skip a page.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2
import orjson

from tocsin.errors import PartnerError, UsageError
from tocsin.share.taxii.media import TAXII
from tocsin.store.exchange import version_key

TIMEOUT_S = 60.0
TRIES = 4
WAIT_S = 0.5  # before the second try; twice as long before each other
AGAIN = frozenset({429, 502, 503, 504})
MOST_WAIT_S = 30.0
MOST_BYTES = 256 << 20  # of an answer
POLL_S, DONE_S = 0.1, 600.0
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
IDS = 20  # named in one address


class Refused(PartnerError):  # noqa: N818  a state, told in words
    """The server answered with a status that is no success."""

    def __init__(self, what: str, status: int, title: str) -> None:
        hint = {401: "check the credentials", 403: "ask the partner for the right", 404: "ask the partner for the id"}
        super().__init__(f"{what}: {status} {title}".rstrip(), hint=hint.get(status, "ask the partner"))
        self.status = status


@dataclass(frozen=True)
class Answer:
    """A page: its objects, the place of the next one if it was said, and when the last one was added there."""

    objects: list[Any]
    more: bool
    next: str
    last: str


def variable(name: str) -> str:
    """The environment variable with the credentials for a partner."""
    return "TOCSIN_PARTNER_" + re.sub(r"[^A-Z0-9]", "_", name.upper())


def credentials(name: str) -> str:
    """What the environment holds for a partner: `user:password`, or a token alone; "" if nothing."""
    return os.environ.get(variable(name), "")


class Bearer(httpx2.Auth):
    """Sign in with a token (RFC 6750)."""

    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Send the token along."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


def auth_of(secret: str) -> httpx2.Auth | tuple[str, str] | None:
    """How `user:password`, a token or nothing is shown to a server."""
    user, colon, password = secret.partition(":")
    return (user, password) if colon else Bearer(secret) if secret else None


class Remote:
    """A partner's server. `url` is its discovery or an API root, `secret` is `user:password`, a token, or ""."""

    def __init__(self, url: str, secret: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise UsageError(f"{url} is no address of a server", hint="https://partner.example.org/taxii2/")
        if parts.scheme == "http" and parts.hostname not in LOOPBACK:
            raise UsageError(f"{url} is not encrypted", hint="use https://, so that nobody reads along")
        self._client = httpx2.Client(
            auth=auth_of(secret), headers={"Accept": TAXII}, timeout=TIMEOUT_S, follow_redirects=False
        )
        self._url, self._root, self.limit_bytes = url.rstrip("/") + "/", "", 0

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    @property
    def root(self) -> str:
        """The API root: the address given if it is one, else the default or first that discovery names."""
        if not self._root:
            told = self._read(self._url)
            names = [told.get("default"), *(told.get("api_roots") or ())] if "versions" not in told else [self._url]
            chosen = next((name for name in names if name), None)
            if chosen is None:
                raise PartnerError(f"{self._url} names no API root", hint="ask the partner for the address of one")
            self._root = str(httpx2.URL(self._url).join(chosen)).rstrip("/") + "/"
            self.limit_bytes = int(self._read(self._root).get("max_content_length") or 1_000_000)
        return self._root

    def collections(self) -> list[dict[str, Any]]:
        """The collections that this account is shown."""
        return list(self._read(self.root + "collections/").get("collections", ()))

    def objects(self, collection: str, params: Mapping[str, str | int]) -> Answer:
        """A page of objects."""
        url = f"{self.root}collections/{collection}/objects/"
        response = self._send("GET", url, tries=1 if "next" in params else TRIES, params=dict(params))
        told = _told(response, url)
        objects = told.get("objects") or []
        return Answer(list(objects), bool(told.get("more")), str(told.get("next") or ""), _last(response))

    def post(self, collection: str, objects: Iterable[str]) -> dict[str, Any]:
        """Post objects, given as JSON texts; returns the status once it is complete, or as it was last seen; {} where
        the server has forgotten it."""
        url = f"{self.root}collections/{collection}/objects/"
        body = f'{{"objects":[{",".join(objects)}]}}'.encode()
        status = _told(self._send("POST", url, content=body, headers={"Content-Type": TAXII}), url)
        end, wait = time.monotonic() + DONE_S, POLL_S
        while status.get("status") == "pending" and time.monotonic() < end:
            time.sleep(wait)
            wait = min(wait * 1.5, 5.0)
            try:
                status = self._read(f"{self.root}status/{status['id']}/")
            except Refused as error:
                if error.status != 404:
                    raise
                return {}
        return status

    def present(self, collection: str, ids: list[str]) -> set[tuple[str, str]]:
        """Which versions of these objects the collection holds: ids and versions as the server writes them."""
        found: set[tuple[str, str]] = set()
        for at in range(0, len(ids), IDS):
            params: dict[str, str] = {"match[id]": ",".join(ids[at : at + IDS]), "match[version]": "all"}
            while True:
                url = f"{self.root}collections/{collection}/manifest/"
                response = self._send("GET", url, params=params)
                told = _told(response, url)
                rows = {(str(row["id"]), str(row["version"])) for row in told.get("objects") or ()}
                if not told.get("more") or not rows - found:
                    found |= rows
                    break
                found |= rows
                params |= {"next": told["next"]} if told.get("next") else {"added_after": _last(response)}
        return found

    def _read(self, url: str) -> dict[str, Any]:
        return _told(self._send("GET", url), url)

    def _send(self, method: str, url: str, tries: int = TRIES, **options: Any) -> httpx2.Response:
        wait = WAIT_S
        for left in range(tries - 1, -1, -1):
            try:
                response = self._whole(method, url, **options)
            except httpx2.TransportError as error:
                if not left:
                    raise PartnerError(f"{url}: {error or type(error).__name__}", hint="try again later") from error
            else:
                if response.is_success:
                    return response
                if response.status_code not in AGAIN or not left:
                    raise Refused(f"{method} {url}", response.status_code, _title(response))
                asked = response.headers.get("retry-after", "")
                wait = min(float(asked), MOST_WAIT_S) if asked.isdecimal() else wait
            time.sleep(wait)
            wait *= 2
        raise AssertionError("the last try returns or raises")

    def _whole(self, method: str, url: str, **options: Any) -> httpx2.Response:
        """The whole answer, unless it is larger than an answer may be."""
        with self._client.stream(method, url, **options) as response:
            body = bytearray()
            for part in response.iter_bytes():
                body += part
                if len(body) > MOST_BYTES:
                    raise PartnerError(f"{url}: an answer of more than {MOST_BYTES} bytes", hint="tell the partner")
        plain = [(name, value) for name, value in response.headers.items() if name != "content-encoding"]
        return httpx2.Response(response.status_code, headers=plain, content=bytes(body), request=response.request)


def _told(response: httpx2.Response, url: str) -> dict[str, Any]:
    try:
        told = orjson.loads(response.content)
    except ValueError as error:
        raise PartnerError(f"{url} did not answer with JSON", hint="is it the address of a TAXII server?") from error
    if not isinstance(told, dict):
        raise PartnerError(f"{url} did not answer with an object of TAXII", hint="tell the partner")
    return told


def _last(response: httpx2.Response) -> str:
    """When the last object of a page was added, as the server says; "" where it says nothing that can be read."""
    text = response.headers.get("x-taxii-date-added-last", "")
    try:
        return text if datetime.fromisoformat(text).tzinfo and version_key(text) else ""
    except ValueError:
        return ""


def _title(response: httpx2.Response) -> str:
    try:
        told = orjson.loads(response.content)
    except ValueError:
        return response.reason_phrase
    return str(told.get("title") or told.get("description") or "")[:200] if isinstance(told, dict) else ""
