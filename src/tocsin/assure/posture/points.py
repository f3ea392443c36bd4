"""What the output of each tool says of each check."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from tocsin.model.posture import PosturePoint, PostureState

Json = Mapping[str, Any]
Said = tuple[str, PostureState, str]  # check, state, detail
_NO_ANSWER = re.compile(
    r"(?i)timed? ?out|lifetime expired|no nameserver|all nameservers|servfail|refused|unreachable|connection|temporary"
)
_NO_NAME = re.compile(r"(?i)the domain (?:\S+ )?does not exist")
_HEADERS = {
    "strict-transport-security": "transport",
    "content-security-policy": "content",
    "x-frame-options": "framing",
}


def mail(result: Json) -> Iterator[Said]:
    """Points of one domain of checkdmarc 6."""
    spf = result.get("spf")
    absent = _NO_NAME.search(str(spf.get("error"))) if isinstance(spf, Mapping) else None
    if error := str(result.get("error") or (absent and absent[0]) or ""):  # what is not there lacks no protection
        yield from ((check, "not told", error[:300]) for check in ("spf", "dmarc", "mta-sts", "tls-reports", "dnssec"))
        return
    yield _record("spf", result.get("spf"), _spf)
    yield _record("dmarc", result.get("dmarc"), _dmarc)
    yield _record("mta-sts", result.get("mta_sts"), _sts)
    yield _record("tls-reports", result.get("smtp_tls_reporting"), lambda _: ("met", "reports are asked for"))
    soa = result.get("soa")
    answered = not (isinstance(soa, Mapping) and _NO_ANSWER.search(str(soa.get("error", ""))))
    if result.get("dnssec") is True:
        yield "dnssec", "met", "records are signed"
    else:
        yield ("dnssec", "not met", "records are not signed") if answered else ("dnssec", "not told", "no answer")


def _record(check: str, part: Any, valid: Any) -> Said:
    if not isinstance(part, Mapping):
        return check, "not told", "not looked at"
    error = str(part.get("error") or "")
    if error:
        return check, "not told" if _NO_ANSWER.search(error) else "not met", error[:300]
    state, detail = valid(part)
    warnings = [str(one) for one in part.get("warnings") or ()]
    if warnings and state == "met":
        state, detail = "partly", f"{detail}; {'; '.join(warnings)[:300]}"
    return check, state, detail


def _spf(part: Json) -> tuple[PostureState, str]:
    parsed = part.get("parsed")
    last = parsed.get("all") if isinstance(parsed, Mapping) else None
    text = f"record {part.get('record')}"
    if last in ("fail", "softfail"):
        return "met", text
    return "partly", f"{text}; servers that are not listed are not refused"


def _dmarc(part: Json) -> tuple[PostureState, str]:
    tags = part.get("tags")
    policy = tags.get("p") if isinstance(tags, Mapping) else None
    value = str(policy.get("value") if isinstance(policy, Mapping) else policy or "none").lower()
    return ("met" if value in ("reject", "quarantine") else "partly"), f"policy {value}"


def _sts(part: Json) -> tuple[PostureState, str]:
    policy = part.get("policy")
    mode = policy.get("mode") if isinstance(policy, Mapping) else None
    return ("met" if mode == "enforce" else "partly"), f"mode {mode or 'unknown'}"


def headers(result: Json) -> Iterator[Said]:
    """Points of one page of drheader: {"url", "report"} or {"url", "error"}. A header not named is met."""
    checks = [*_HEADERS.values(), "headers"]
    if result.get("error") or not isinstance(result.get("report"), list):
        for check in checks:
            yield check, "not told", str(result.get("error") or "no report")[:300]
        return
    said: dict[str, list[str]] = {check: [] for check in checks}
    absent = set()
    for one in result["report"]:
        rule, message = str(one.get("rule", "")), str(one.get("message", ""))
        check = _HEADERS.get(rule.partition(" - ")[0].lower(), "headers")
        said[check].append(f"{rule}: {message}")
        if rule.lower() in _HEADERS and "not included" in message:
            absent.add(check)
    for check, lines in said.items():
        state: PostureState = "not met" if check in absent else "partly" if lines else "met"
        yield check, state, "; ".join(lines)[:300] or "nothing to object"


def contact(result: Json, now: datetime) -> Iterator[Said]:
    """The point of one security.txt as pysecuritytxt parses it, {"error"} where there is none."""
    if error := str(result.get("error") or ""):
        yield "contact", "not told" if _NO_ANSWER.search(error) else "not met", error[:300]
        return
    if not result.get("contact"):
        yield "contact", "not met", "no contact in the file"
        return
    expires = _time(result.get("expires"))
    if expires is None:
        yield "contact", "partly", "the file does not say when it expires"
    elif expires < now:
        yield "contact", "partly", f"the file expired on {expires:%Y-%m-%d}"
    else:
        yield "contact", "met", f"contact until {expires:%Y-%m-%d}"


def _time(value: Any) -> datetime | None:
    text = value[0] if isinstance(value, list) and value else value
    try:
        made = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return made if made.tzinfo else made.replace(tzinfo=UTC)


def points(tool: str, name: str, result: Json, at: datetime | None, file: str, row: int) -> list[PosturePoint]:
    """The points of one result of one tool."""
    now = at or datetime.now(UTC)
    readers: dict[str, Callable[[Json], Iterator[Said]]] = {
        "checkdmarc": mail,
        "drheader": headers,
        "pysecuritytxt": lambda one: contact(one, now),
    }
    said = readers[tool](result)
    shared = {"name": name, "tool": tool, "at": at, "file": file, "row": row}
    return [
        PosturePoint.model_validate({**shared, "check": check, "state": state, "detail": detail})
        for check, state, detail in said
    ]
