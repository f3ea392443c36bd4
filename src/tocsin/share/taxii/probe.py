"""What a check of a TAXII server works with: the server as its discovery says it is, and objects made for the check."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx2

from tocsin.errors import InputError
from tocsin.share.taxii.media import TAXII

STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
DATES = ("x-taxii-date-added-first", "x-taxii-date-added-last")
TIMEOUT_S = 60.0
OBJECTS = 12
VERSIONS = ("2020-01-01T00:00:00.000Z", "2021-01-01T00:00:00.000Z", "2022-01-01T00:00:00.000Z")


class Violation(Exception):  # noqa: N818  what a check finds
    """The server does not do what the specification says."""


class Skipped(Exception):  # noqa: N818  a state
    """The server offers nothing to check this with."""


def need(condition: object, message: str) -> None:
    """Raise `Violation` unless the condition holds."""
    if not condition:
        raise Violation(message)


def identity(modified: str = VERSIONS[0], id_: str = "") -> dict[str, Any]:
    """An object made for the check."""
    return {
        "type": "identity",
        "spec_version": "2.1",
        "id": id_ or f"identity--{uuid4()}",
        "created": VERSIONS[0],
        "modified": modified,
        "name": "Made to check a TAXII server",
        "identity_class": "unspecified",
    }


@dataclass
class Probe:
    """A server under check. `auth` is what `httpx2` takes, or None."""

    url: str
    auth: httpx2.Auth | tuple[str, str] | None
    client: httpx2.Client = field(default_factory=lambda: httpx2.Client(timeout=TIMEOUT_S, follow_redirects=True))
    root: str = ""
    collections: list[dict[str, Any]] = field(default_factory=list)
    many: list[dict[str, Any]] = field(default_factory=list)
    versioned: str = ""  # id of the object with three versions

    def get(self, url: str, **options: Any) -> httpx2.Response:
        """GET with credentials and the right Accept, unless `options` say otherwise."""
        return self.send("GET", url, **options)

    def send(self, method: str, url: str, **options: Any) -> httpx2.Response:
        """Any request."""
        headers = {"Accept": TAXII, **options.pop("headers", {})}
        return self.client.request(method, url, headers=headers, auth=options.pop("auth", self.auth), **options)

    def post(self, url: str, objects: list[dict[str, Any]], **headers: str) -> httpx2.Response:
        """POST an envelope."""
        return self.send("POST", url, json={"objects": objects}, headers={"Content-Type": TAXII, **headers})

    def discover(self) -> None:
        """Learn the API root and its collections. Raises `InputError` where the server cannot be used at all."""
        try:
            found = self.get(self.url)
            found.raise_for_status()
            roots = found.json().get("api_roots") or []
            self.root = str(httpx2.URL(self.url).join(found.json().get("default") or roots[0]))
            collections = self.get(self.root + "collections/")
            collections.raise_for_status()
            self.collections = collections.json().get("collections", [])
        except (httpx2.HTTPError, ValueError, IndexError) as error:
            raise InputError(
                f"{self.url}: {error}", hint="give the address of TAXII discovery, ending in /taxii2/"
            ) from error

    def with_rights(self, *, read: bool, write: bool) -> str:
        """The address of a collection with exactly these rights; `Skipped` where there is none."""
        for one in self.collections:
            if (one.get("can_read"), one.get("can_write")) == (read, write):
                return f"{self.root}collections/{one['id']}/"
        raise Skipped(f"no collection with can_read {read} and can_write {write}")

    @property
    def here(self) -> str:
        """The address of the collection that is used for most checks; the objects made for them are in it."""
        url = self.with_rights(read=True, write=True)
        if not self.many:
            self.many = [identity() for _ in range(OBJECTS)]
            self.finished(self.post(url + "objects/", self.many))
            self.versioned = identity()["id"]
            for stamp in VERSIONS:
                self.finished(self.post(url + "objects/", [identity(stamp, self.versioned)]))
        return url

    def finished(self, posted: httpx2.Response) -> dict[str, Any]:
        """The status of a POST once it is complete."""
        need(posted.status_code == 202, f"POST of objects was answered with {posted.status_code}")
        status: dict[str, Any] = posted.json()
        end = time.monotonic() + TIMEOUT_S
        while status["status"] == "pending":
            need(time.monotonic() < end, f"a status is still pending after {TIMEOUT_S:.0f} s")
            time.sleep(0.05)
            status = self.get(f"{self.root}status/{status['id']}/").json()
        return status

    def pages(self, url: str, limit: int, **filters: str) -> Iterator[httpx2.Response]:
        """Every page of a list by its `next`."""
        params: dict[str, Any] = {"limit": limit, **filters}
        while True:
            answer = self.get(url, params=params)
            need(answer.status_code == 200, f"{url} with {params} was answered with {answer.status_code}")
            yield answer
            if not answer.json().get("more"):
                return
            more = {"next": answer.json()["next"]} if "next" in answer.json() else {"added_after": dates_of(answer)[1]}
            params = {"limit": limit, **filters, **more}

    def clear(self) -> None:
        """Delete what was made, as far as the server lets it be deleted."""
        if self.many:
            for id_ in [*(one["id"] for one in self.many), self.versioned]:
                self.send("DELETE", f"{self.here}objects/{id_}/")


def ids(answer: httpx2.Response) -> list[str]:
    """The ids of the objects in an answer."""
    return [one["id"] for one in answer.json().get("objects", [])]


def dates_of(answer: httpx2.Response) -> tuple[str, str]:
    """The two headers; raises `Violation` where one is missing or not in microseconds."""
    first, last = (answer.headers.get(name, "") for name in DATES)
    need(STAMP.fullmatch(first) and STAMP.fullmatch(last), f"date added headers are {first!r} and {last!r}")
    return first, last
