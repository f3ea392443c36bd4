"""What the members of JSON logs and the columns of tables are called, and events made of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tocsin.errors import UsageError
from tocsin.sources.generic import flat
from tocsin.sources.logs.base import Times, address
from tocsin.sources.logs.lines import clf_time, request
from tocsin.sources.logs.signins import windows_event

#: Field of an event -> the names it has in logs of known servers, in lower case; of several the first that is told.
#: nginx, Caddy, Traefik, Elastic Common Schema, cloud balancers and content networks.
NAMES: dict[str, tuple[str, ...]] = {
    "time": (
        *("@timestamp", "event.created", "timestamp", "time_iso8601", "time_local", "datetime", "date_time", "time"),
        *("ts", "msec", "starttime", "startutc", "edgestarttimestamp", "date", "system.timecreated"),
        "event.system.timecreated.#attributes.systemtime",
    ),
    "office": ("office", "jurisdiction"),
    "kind": ("kind",),
    "source": (
        *("source.ip", "client.ip", "remote_addr", "remote_ip", "client_ip", "clientip", "request.client_ip"),
        *("request.remote_ip", "request.remote_addr", "clienthost", "clientaddr", "httprequest.remoteip"),
        *("httprequest.clientip", "src_ip", "source.address", "c_ip", "c-ip", "client_token", "client", "source"),
        *("client:port", "ip", "ip_address", "ipaddress"),
    ),
    "user": ("user.name", "remote_user", "request.user_id", "clientusername", "user", "username", "account"),
    "method": (
        *("http.request.method", "request_method", "requestmethod", "request.method", "clientrequestmethod"),
        *("httprequest.requestmethod", "httprequest.httpmethod", "cs-method", "method", "verb"),
    ),
    "path": (
        *("url.original", "request_uri", "request.uri", "requesturi", "clientrequesturi", "requestpath", "uri"),
        *("httprequest.requesturl", "httprequest.uri", "url", "path", "cs-uri-stem"),
    ),
    "request": ("request", "request_line", "http.request.line"),
    "status": (
        *("http.response.status_code", "status", "status_code", "response.status", "downstreamstatus", "response"),
        *("edgeresponsestatus", "httprequest.status", "sc-status", "elb_status_code", "code"),
    ),
    "size": (
        *("http.response.body.bytes", "body_bytes_sent", "bytes_sent", "downstreamcontentsize", "size", "bytes"),
        *("httprequest.responsesize", "edgeresponsebytes", "sc-bytes", "sent_bytes"),
    ),
    "referrer": (
        *("http.request.referrer", "http_referer", "http_referrer", "referer", "referrer", "request.headers.referer"),
        *("httprequest.referer", "clientrequestreferer", "cs(referer)"),
    ),
    "agent": (
        *("user_agent.original", "http_user_agent", "user_agent", "request.headers.user-agent", "useragent", "agent"),
        *("httprequest.useragent", "clientrequestuseragent", "request_user-agent", "cs(user-agent)"),
    ),
    "action": ("event.outcome", "action", "outcome", "event.action", "result", "what"),
    "severity": ("severity", "event.severity", "log.level"),
}
MAPPABLE = tuple(name for name in NAMES if name != "request")
KINDS = ("web", "auth", "ids", "flow", "tls", "outage")
_GOOD, _BAD = ("success", "succeeded", "accepted", "ok", "true"), ("failure", "failed", "denied", "rejected", "false")
_CODE = ("event.code", "winlog.event_id", "event.system.eventid", "system.eventid", "eventid", "id")
_DATA = ("winlog.event_data.", "event.eventdata.", "eventdata.", "properties.")
_HOST = re.compile(r"\Ahttps?://[^/]*", re.IGNORECASE)


class Namer:
    """Makes events of flat records by the names of their members. `mapping` (field -> member) overrules the names.

    Raises `UsageError` for a mapping to a field that events do not have.
    """

    def __init__(self, mapping: Mapping[str, str], times: Times) -> None:
        if unknown := sorted(set(mapping) - set(MAPPABLE)):
            raise UsageError(f"no field {unknown[0]!r} of events", hint=f"fields: {', '.join(MAPPABLE)}")
        self._times = times
        self._names = {name: (mapping[name].lower(),) if name in mapping else names for name, names in NAMES.items()}

    def event(self, record: Mapping[str, Any]) -> tuple[int, dict[str, Any]] | None:
        """Time and fields of a record; None where it is no event that is looked at. ValueError: no time."""
        given = {name.lower(): value for name, value in flat(dict(record)).items()}
        told = {name: self._first(given, names) for name, names in self._names.items()}
        windows = _windows(given)
        if windows is None and not told["source"] and not told["kind"]:
            raise ValueError("says neither a client nor a kind of event")
        made = windows if windows is not None else self._made(told)
        return (self._time(told["time"]), made) if made else None

    def knows(self, columns: list[str]) -> bool:
        """Whether columns of these names make events: a time, and a client with a request or a sign-in, or a kind."""
        lower = {column.lower() for column in columns}
        has = {name for name, names in self._names.items() if lower.intersection(names)}
        asked = has & {"path", "request", "action"}
        return "time" in has and (("source" in has and bool(asked)) or "kind" in has)

    @staticmethod
    def _first(given: Mapping[str, Any], names: tuple[str, ...]) -> Any:
        for name in names:
            value = given.get(name)
            if isinstance(value, list):  # Caddy gives headers as lists
                value = value[0] if value else None
            if value not in (None, "", "-") and not isinstance(value, dict):
                return value
        return None

    def _time(self, value: Any) -> int:
        micros = clf_time(value) if isinstance(value, str) else None
        return self._times.read(value) if micros is None else self._times.bounded(micros)

    @staticmethod
    def _made(told: dict[str, Any]) -> dict[str, Any]:
        made = {name: None if value is None else str(value) for name, value in told.items() if name != "time"}
        asked = made.pop("request")
        if asked and not made["path"]:
            made["method"], made["path"] = request(asked)
        if made["path"]:
            made["path"] = _HOST.sub("", made["path"]) or "/"
        made["source"] = address(made["source"])
        made["kind"] = _kind(made)
        if made["kind"] == "auth":
            made["action"] = _outcome(made["action"])
        return made


def _kind(made: Mapping[str, Any]) -> str:
    given = str(made.get("kind") or "").lower()
    if given:
        if given not in KINDS:
            raise ValueError(f"a kind of event that is none of {', '.join(KINDS)}")
        return given
    return "web" if made["path"] or not made["action"] else "auth"


def _outcome(action: str | None) -> str:
    lower = str(action or "").lower()
    if lower in _GOOD:
        return "success"
    if lower in _BAD:
        return "failure"
    raise ValueError("a sign-in that says neither success nor failure")


def _windows(given: Mapping[str, Any]) -> dict[str, Any] | None:
    """A sign-in where the record is an event of Windows; {} for another event of Windows; None: not of Windows."""
    data = {
        name.removeprefix(prefix): value for prefix in _DATA for name, value in given.items() if name.startswith(prefix)
    }
    if "targetusername" not in data and "logontype" not in data:
        return {} if any(name.startswith(("winlog.", "event.system.")) for name in given) else None
    proper = {"targetusername": "TargetUserName", "ipaddress": "IpAddress", "workstation": "Workstation"}
    proper |= {"status": "Status", "logontype": "LogonType"}
    code = next((given[name] for name in _CODE if given.get(name) is not None), None)
    return windows_event(code, {proper[name]: value for name, value in data.items() if name in proper}) or {}
