"""A black-box check of any TAXII 2.1 server: one function for each point of the specification (OASIS Standard, 10 June
2021; section in brackets). It needs an account that may read and write a collection, and puts objects of its own there,
which it deletes again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID, uuid4

import httpx2

from tocsin.share.taxii.media import TAXII
from tocsin.share.taxii.probe import (
    STAMP,
    VERSIONS,
    Probe,
    Skipped,
    Violation,
    dates_of,
    identity,
    ids,
    need,
)

NONE = httpx2.Auth()  # no credentials, whatever the client has
Outcome = Literal["pass", "fail", "skip"]


@dataclass(frozen=True)
class Result:
    """What a check found; `detail` says what was wrong, or why it was left out."""

    number: int
    title: str
    outcome: Outcome
    detail: str = ""


def run(url: str, auth: httpx2.Auth | tuple[str, str] | None) -> Iterator[Result]:
    """Check a server point by point. Raises `InputError` where nothing can be reached."""
    probe = Probe(url, auth)
    with closing(probe.client):
        probe.discover()
        for number, check in enumerate(CHECKS, 1):
            yield _result(number, check, probe)
        probe.clear()


def _result(number: int, check: Callable[[Probe], None], probe: Probe) -> Result:
    title = (check.__doc__ or "").strip()
    try:
        check(probe)
    except Skipped as reason:
        return Result(number, title, "skip", str(reason))
    except Violation as error:
        return Result(number, title, "fail", str(error))
    except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
        return Result(number, title, "fail", f"{type(error).__name__}: {error}")
    return Result(number, title, "pass")


def discovery(probe: Probe) -> None:
    """Discovery at /taxii2/ has a title, API roots, and a default among them. [4.1]"""
    answer = probe.get(str(httpx2.URL(probe.url).join("/taxii2/")))
    need(answer.status_code == 200, f"/taxii2/ was answered with {answer.status_code}")
    told = answer.json()
    need(told.get("title"), "no title")
    need(told.get("api_roots", True), "api_roots is an empty list")
    need(told.get("default") in (None, *told.get("api_roots", ())), "default is not among api_roots")


def api_root(probe: Probe) -> None:
    """The API root has title, versions and a limit, and a body within the limit is not too large. [4.2]"""
    told = probe.get(probe.root).json()
    need(told.get("title"), "no title")
    need(TAXII in told.get("versions", ()), f"{TAXII} is not in versions")
    need(isinstance(told.get("max_content_length"), int) and told["max_content_length"] > 0, "max_content_length")
    filled = {**identity(), "description": "x" * min(told["max_content_length"] - 4096, 1 << 20)}
    answer = probe.post(probe.here + "objects/", [filled])
    need(answer.status_code != 413, "413 for a body within max_content_length")
    probe.finished(answer)
    probe.send("DELETE", f"{probe.here}objects/{filled['id']}/")


def success_type(probe: Probe) -> None:
    """Every answer of success says that it is TAXII 2.1. [3.1]"""
    paths = ("objects/", "manifest/", f"objects/{_first(probe)}/", f"objects/{_first(probe)}/versions/", "")
    for url in (probe.url, probe.root, f"{probe.root}collections/", *(probe.here + path for path in paths)):
        told = probe.get(url).headers.get("content-type", "")
        need(told.replace(" ", "").lower() == TAXII, f"{url}: Content-Type {told!r}")


def slashes(probe: Probe) -> None:
    """Addresses end in a slash. [3.1]"""
    for root in probe.get(probe.url).json().get("api_roots", []):
        need(root.endswith("/"), f"API root {root}")
    need(probe.get(probe.root + "collections/").status_code == 200, "collections/ cannot be read")


def media_types(probe: Probe) -> None:
    """Accept and Content-Type are understood with and without version, in lists, with q and spaces. [3.1]"""
    bare = "application/taxii+json"
    for text in (TAXII, bare, f"{bare}; version=2.1", f"text/html, {TAXII};q=0.5", f"{bare};q=0.9,*/*;q=0.1"):
        for url in (probe.url, probe.root, probe.here + "objects/"):
            status = probe.get(url, headers={"Accept": text}).status_code
            need(status == 200, f"Accept: {text} was answered with {status} at {url}")
    for text in (TAXII, bare, f"{bare}; version=2.1"):
        posted = probe.post(probe.here + "objects/", probe.many[:1], **{"Content-Type": text})
        need(posted.status_code == 202, f"Content-Type: {text} was answered with {posted.status_code}")
    status = probe.post(probe.here + "objects/", probe.many[:1], **{"Content-Type": "text/html"}).status_code
    need(status == 415, f"Content-Type: text/html was answered with {status}")
    status = probe.get(probe.root, headers={"Accept": "application/taxii+json;version=9.9"}).status_code
    need(status == 406, f"Accept of a version that does not exist was answered with {status}")


def authentication(probe: Probe) -> None:
    """Without credentials, or with wrong ones, every address answers 401 (saying how to sign in) or 404. [8.2.2]"""
    if probe.get(probe.root + "collections/", auth=NONE).status_code == 200:
        raise Skipped("the server lets everybody in")
    urls = [probe.root, probe.root + "collections/", *(probe.here + end for end in ("", "objects/", "manifest/"))]
    for url in urls:
        for auth in (NONE, ("nobody", "wrong")):
            answer = probe.get(url, auth=auth)
            need(answer.status_code in (401, 404), f"{url} was answered with {answer.status_code}")
            need(answer.status_code == 404 or answer.headers.get("www-authenticate"), f"{url}: no WWW-Authenticate")
    posted = probe.send("POST", probe.here + "objects/", json={}, auth=NONE, headers={"Content-Type": TAXII})
    need(posted.status_code in (401, 404), f"POST was answered with {posted.status_code}")


def collections(probe: Probe) -> None:
    """Collections have a UUIDv4, a title and both rights, in the same order each time. [5.1, 5.2, 3.3]"""
    for one in probe.collections:
        need(UUID(one["id"]).version == 4, f"{one['id']} is no UUIDv4")
        need(one.get("title"), f"{one['id']} has no title")
        need(isinstance(one.get("can_read"), bool) and isinstance(one.get("can_write"), bool), f"{one['id']}: rights")
        alone = probe.get(f"{probe.root}collections/{one['id']}/").json()
        need(alone["id"] == one["id"], f"{one['id']} cannot be read alone")
    again = probe.get(probe.root + "collections/").json().get("collections", [])
    need(
        [one["id"] for one in again] == [one["id"] for one in probe.collections], "another order at the second reading"
    )
    status = probe.get(f"{probe.root}collections/{uuid4()}/").status_code
    need(status == 404, f"an unknown collection was answered with {status}")


def rights(probe: Probe) -> None:
    """Reading without can_read and writing without can_write are answered with 403 or 404. [5.4, 5.5]"""
    tried = 0
    for one in probe.collections:
        url = f"{probe.root}collections/{one['id']}/"
        refused = [] if one["can_read"] else [probe.get(url + end) for end in ("objects/", "manifest/")]
        refused += [] if one["can_write"] else [probe.post(url + "objects/", [identity()])]
        for answer in refused:
            need(answer.status_code in (403, 404), f"{answer.request.method} was answered with {answer.status_code}")
        tried += len(refused)
    if not tried:
        raise Skipped("every collection can be read and written")


def date_headers(probe: Probe) -> None:
    """Objects, object, manifest and versions tell both dates added, in microseconds. [3.2]"""
    for end in ("objects/", "manifest/", f"objects/{_first(probe)}/", f"objects/{_first(probe)}/versions/"):
        first, last = dates_of(probe.get(probe.here + end))
        need(first <= last, f"{end}: first {first} is after last {last}")


def order(probe: Probe) -> None:
    """Objects and manifest come in the order of their date added, the oldest first. [3.3, 3.4]"""
    manifest = [row for page in probe.pages(probe.here + "manifest/", 5) for row in page.json()["objects"]]
    added = [row["date_added"] for row in manifest]
    need(added == sorted(added), "the manifest is not in order")
    dates = {row["id"]: row["date_added"] for row in manifest}
    objects = [dates[one] for page in probe.pages(probe.here + "objects/", 5) for one in ids(page)]
    need(objects == sorted(objects), "objects are not in the order in which the manifest says they were added")


def added_after(probe: Probe) -> None:
    """added_after leaves out what was added then or before; a malformed one is answered with 400. [3.4]"""
    url = probe.here + "objects/"
    page = probe.get(url, params={"limit": 3})
    _, last = dates_of(page)
    rest = probe.get(url, params={"added_after": last})
    need(not set(ids(page)) & set(ids(rest)), "what was added at that moment came again")
    need(dates_of(rest)[0] > last or not ids(rest), "something came that was added before")
    later = probe.get(url, params={"added_after": "2999-01-01T00:00:00Z"})
    need(later.status_code == 200, f"a time to come was answered with {later.status_code}")
    need(not ids(later), "something came that is of the future")
    for text in ("yesterday", "2020-13-01T00:00:00Z", "", "2020-01-01", "1577836800"):
        status = probe.get(url, params={"added_after": text}).status_code
        need(status == 400, f"added_after={text!r} was answered with {status}")


def limit(probe: Probe) -> None:
    """limit is a positive integer, else 400; never more come, and `more` says whether something is left. [3.4]"""
    url = probe.here + "objects/"
    for text in ("0", "-1", "x", "1.5", ""):
        status = probe.get(url, params={"limit": text}).status_code
        need(status == 400, f"limit={text!r} was answered with {status}")
    for size in (1, 5):
        page = probe.get(url, params={"limit": size})
        need(len(ids(page)) <= size, f"{len(ids(page))} objects for limit={size}")
        need(page.json().get("more") is True, f"`more` is {page.json().get('more')!r} though something is left")
    mine = {"match[id]": ",".join(one["id"] for one in probe.many)}
    whole = probe.get(url, params={"limit": len(probe.many), **mine})
    need(len(ids(whole)) == len(probe.many) and not whole.json().get("more"), "a page that holds all says more")


def paging(probe: Probe) -> None:
    """Pages by `next` hold everything once: also with another limit between, a page again, or by added_after. [3.5]"""
    url, mine = probe.here + "objects/", {one["id"] for one in probe.many}
    for size in (1, 5, 7):
        found = [one for page in probe.pages(url, size) for one in ids(page)]
        need(len(found) == len(set(found)) and mine <= set(found), f"limit={size}: not every object once")
    first = probe.get(url, params={"limit": 4}).json()
    same: list[Any] = [probe.get(url, params={"limit": 4, "next": first["next"]}) for _ in range(2)]
    need(ids(same[0]) and ids(same[0]) == ids(same[1]), "a page asked for again is another one, or none")
    other = probe.get(url, params={"limit": 2, "next": first["next"]})
    need(ids(other) == ids(same[0])[:2], "with another limit, `next` goes on elsewhere")
    found, after = [], dict[str, str]()
    while page := ids(answer := probe.get(url, params={"limit": 4, **after})):
        found += page
        after = {"added_after": dates_of(answer)[1]}
    need(mine <= set(found), f"by added_after alone, {len(mine - set(found))} objects were never seen")


def match(probe: Probe) -> None:
    """match[id], [type], [version], [spec_version]: commas mean or, fields and; unknown ones do no harm. [3.4.1]"""
    url, one, two = probe.here + "objects/", probe.many[0]["id"], probe.many[1]["id"]

    def found(**fields: str) -> list[str]:
        answer = probe.get(url, params={f"match[{name}]": text for name, text in fields.items()})
        need(answer.status_code == 200, f"{fields} was answered with {answer.status_code}")
        return ids(answer)

    need(sorted(found(id=f"{one},{two}")) == sorted((one, two)), "match[id] with two ids")
    need(found(id=one, type="identity,tool") == [one], "match[id] and match[type]")
    need(not found(id=one, type="x-nothing"), "match[type] of an unknown type")
    need(found(id=one, spec_version="2.1") == [one] and not found(id=one, spec_version="2.0"), "match[spec_version]")
    need(found(id=one, nothing="x") == [one], "an unknown field of match")
    for text, many in (("last", 1), ("first", 1), ("all", 3), (VERSIONS[1], 1), (f"first,{VERSIONS[1]}", 2)):
        need(len(found(id=probe.versioned, version=text)) == many, f"match[version]={text}")
    need(len(found(id=probe.versioned)) == 1, "without match[version] more than the last came")
    for text in ("yesterday", "all,last"):
        status = probe.get(url, params={"match[version]": text}).status_code
        need(status == 400, f"match[version]={text} was answered with {status}")


def nothing_found(probe: Probe) -> None:
    """No hits: 200 and an envelope without objects; an unknown object: 404. [3.7, 5.4, 5.6]"""
    unknown = f"identity--{uuid4()}"
    answer = probe.get(probe.here + "objects/", params={"match[id]": unknown})
    need(answer.status_code == 200, f"no hits were answered with {answer.status_code}")
    need("objects" not in answer.json(), "an empty list of objects")
    for end in (f"objects/{unknown}/", f"objects/{unknown}/versions/"):
        need(probe.get(probe.here + end).status_code == 404, f"{end} is not answered with 404")


def manifest(probe: Probe) -> None:
    """Manifest records: id, date added, version, media type; one for each version. [5.3]"""
    answer = probe.get(probe.here + "manifest/", params={"match[id]": probe.versioned, "match[version]": "all"})
    rows = answer.json().get("objects", [])
    need(sorted(row["version"][:4] for row in rows) == [text[:4] for text in VERSIONS], "not one for each version")
    for row in rows:
        need(STAMP.fullmatch(row["date_added"]), f"date_added {row['date_added']!r}")
        need(row.get("media_type", "").startswith("application/stix+json"), f"media_type {row.get('media_type')!r}")
    need(len({row["date_added"] for row in rows}) == len(rows), "two versions have the same date added")


def posting(probe: Probe) -> None:
    """POST: 202, a status whose counts add up, a duplicate is no failure; 415 and 422; status kept. [4.3, 5.5]"""
    url, made = probe.here + "objects/", identity()
    posted = probe.post(url, [made])
    told = posted.json()
    need(posted.status_code == 202 and told["status"] in ("pending", "complete"), f"answered with {told}")
    done = probe.finished(posted)
    _adds_up(done, success=1)
    need(probe.get(f"{probe.root}status/{told['id']}/").status_code == 200, "the status cannot be read")
    _adds_up(probe.finished(probe.post(url, [made])), success=1)
    need(probe.get(f"{probe.root}status/{uuid4()}/").status_code == 404, "an unknown status is not answered with 404")
    for body in (b"{", b"[]", b'{"objects": 1}'):
        status = probe.send("POST", url, content=body, headers={"Content-Type": TAXII}).status_code
        need(status in (400, 422), f"the body {body!r} was answered with {status}")
    probe.send("DELETE", f"{url}{made['id']}/")


def _adds_up(status: dict[str, Any], success: int) -> None:
    parts = [status[f"{name}_count"] for name in ("success", "failure", "pending")]
    need(status["total_count"] == sum(parts), f"total {status['total_count']} is not the sum of {parts}")
    need(parts[0] == success, f"{parts[0]} successes and {parts[1]} failures of {status['total_count']}")


def deletion(probe: Probe) -> None:
    """DELETE takes one version, or all, out of objects and manifest; without the right 403 or 404. [5.7]"""
    url, made = probe.here + "objects/", identity()
    for stamp in VERSIONS:
        probe.finished(probe.post(url, [identity(stamp, made["id"])]))
    here, every = f"{url}{made['id']}/", {"match[id]": made["id"], "match[version]": "all"}
    answer = probe.send("DELETE", here, params={"match[version]": VERSIONS[1]})
    need(answer.status_code == 200, f"DELETE of a version was answered with {answer.status_code}")
    need(len(ids(probe.get(url, params=every))) == 2, "the version is still there, or others went too")
    # Without match[version] the text leaves open whether the newest or all are meant, so all are named.
    answer = probe.send("DELETE", here, params={"match[version]": "all"})
    need(answer.status_code == 200, f"DELETE of every version was answered with {answer.status_code}")
    for name in ("objects/", "manifest/"):
        left = len(ids(probe.get(probe.here + name, params=every)))
        need(not left, f"{left} versions are still in {name} after DELETE of all")
    need(probe.send("DELETE", here).status_code == 404, "DELETE of what is not there is not answered with 404")
    for one in probe.collections:
        if not (one["can_read"] and one["can_write"]):
            status = probe.send("DELETE", f"{probe.root}collections/{one['id']}/objects/{_first(probe)}/").status_code
            need(status in (403, 404), f"DELETE without both rights was answered with {status}")


def versions(probe: Probe) -> None:
    """Versions of an object: each once, in pages if asked so. [5.8]"""
    url = f"{probe.here}objects/{probe.versioned}/versions/"
    found = [one for page in probe.pages(url, 2) for one in page.json()["versions"]]
    need(sorted(one[:4] for one in found) == [text[:4] for text in VERSIONS], f"versions are {found}")
    need(not probe.get(url, params={"added_after": "2999-01-01T00:00:00Z"}).json().get("versions"), "added_after")


def errors(probe: Probe) -> None:
    """The body of an error, where there is one, is an error resource with a title. [3.6]"""
    unknown = f"{probe.root}collections/{uuid4()}/"
    answers = [probe.get(unknown), probe.get(probe.here + "objects/", params={"limit": "x"})]
    answers += [probe.get(probe.root, auth=("nobody", "wrong")), probe.get(f"{probe.root}status/{uuid4()}/")]
    for answer in answers:
        if answer.status_code >= 400 and answer.content:
            told = answer.json() if "json" in answer.headers.get("content-type", "") else {}
            need(told.get("title"), f"{answer.request.url.path}: {answer.status_code} without a title")


def robust(probe: Probe) -> None:
    """No User-Agent is no reason to refuse; other methods get 405 or 404; nothing malformed gets 5xx. [3.1, own]"""
    request = probe.client.build_request("GET", probe.root, headers={"Accept": TAXII})
    del request.headers["user-agent"]
    need(probe.client.send(request, auth=probe.auth or NONE).status_code == 200, "without User-Agent")
    for method in ("PUT", "PATCH"):
        status = probe.send(method, probe.here + "objects/").status_code
        need(status in (404, 405), f"{method} was answered with {status}")
    objects = probe.here + "objects/"
    odd = ["x", "%00", "'", "%ff", "9" * 40, "-" * 3000, "2020-02-30T00:00:00Z", "\u2028"]
    params = [
        f"{name}={value}" for name in ("next", "limit", "added_after", "match[version]", "match[id]") for value in odd
    ]
    urls = [f"{objects}?{text}" for text in params] + [f"{objects}{text}/" for text in ("x", "%00", "%ff", "a" * 3000)]
    for url in urls:
        status = probe.get(url).status_code
        need(status < 500, f"{url[:200]} was answered with {status}")
    deep = b'{"objects":' + b"[" * 5000 + b"]" * 5000 + b"}"
    for body in (b"", b"\xff", deep, b'{"objects":[null,1,"x",[],{}]}', b'{"objects":[{"id":1,"type":{}}]}'):
        status = probe.send("POST", objects, content=body, headers={"Content-Type": TAXII}).status_code
        need(status < 500, f"the body {body[:30]!r} was answered with {status}")


def _first(probe: Probe) -> str:
    need(probe.here, "no collection")
    return str(probe.many[0]["id"])


CHECKS: tuple[Callable[[Probe], None], ...] = (
    discovery, api_root, success_type, slashes, media_types, authentication, collections, rights, date_headers, order,
    added_after, limit, paging, match, nothing_found, manifest, posting, deletion, versions, errors, robust,
)  # fmt: skip
