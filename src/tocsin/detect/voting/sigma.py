"""Sigma rules over events: parsed by pySigma, matched on the distinct values of each field, raw and decoded.

A rule is used where it is for web servers or proxies, or for no kind of log, and all its fields are known; what is not
used is told with the reason. Matching ignores case (as Sigma says) and runs on RE2, whose time is linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any
from urllib.parse import unquote

import numpy as np
import pyarrow as pa

from tocsin.detect.voting.clients import Numbers, codes
from tocsin.model.arrow import Array, pc

#: Field of a rule, in lower case -> what it is of an event.
FIELDS = {
    **dict.fromkeys(("c-uri", "cs-uri", "cs-uri-full", "cs-uri-raw", "uri", "url", "request_uri", "http.uri"), "path"),
    **dict.fromkeys(("cs-uri-stem", "uri_path", "c-uri-path", "url.path"), "page"),
    **dict.fromkeys(("cs-uri-query", "c-uri-query", "uri_query", "url.query"), "query"),
    **dict.fromkeys(("cs-method", "c-method", "http_method", "method", "http.method"), "method"),
    **dict.fromkeys(("cs-user-agent", "c-useragent", "cs(user-agent)", "user_agent", "useragent", "agent"), "agent"),
    **dict.fromkeys(("cs-referer", "cs-referrer", "cs(referer)", "referer", "referrer"), "referrer"),
    **dict.fromkeys(("sc-status", "status", "http.status_code"), "status"),
    **dict.fromkeys(("c-ip", "src_ip", "client_ip", "source"), "source"),
}
CATEGORIES = ("webserver", "proxy", "web", "")
LEVELS = ("informational", "low", "medium", "high", "critical")
_AROUND = re.compile(r"\(\?<?[=!]|\\[1-9]")
_TEXT = ("path", "page", "query", "referrer", "agent")


class UnusableError(ValueError):
    """A rule that cannot be used here, and why."""


@dataclass(frozen=True, slots=True, eq=False)  # pySigma's conditions cannot be hashed
class Rule:
    """A rule that can be matched."""

    id: str
    title: str
    level: str
    tags: tuple[str, ...]
    conditions: tuple[Any, ...]


def shipped() -> tuple[str, ...]:
    """The rules that come with Tocsin, as YAML texts."""
    folder = files(__package__) / "rules"
    return tuple(one.read_text("utf-8") for one in sorted(folder.iterdir(), key=lambda one: one.name))


def compiled(texts: Sequence[str]) -> tuple[list[Rule], dict[str, str]]:
    """The rules of YAML texts in order of id, and those that cannot be used with the reason."""
    from sigma.collection import SigmaCollection
    from sigma.exceptions import SigmaError
    from sigma.rule import SigmaRule
    from yaml import AliasEvent, SafeLoader, YAMLError, parse

    rules: dict[str, Rule] = {}
    unused: dict[str, str] = {}
    for text in texts:
        try:
            if any(isinstance(event, AliasEvent) for event in parse(text, SafeLoader)):
                raise ValueError("it refers to parts of itself, by which a short text can grow without bound")
            found = SigmaCollection.from_yaml(text, collect_errors=True).rules
        except (SigmaError, YAMLError, ValueError, TypeError, AttributeError, KeyError) as error:
            unused[text.strip().split("\n")[0][:80]] = f"not a Sigma rule: {str(error)[:200]}"
            continue
        for one in found:
            name = str(one.id or one.title)
            try:
                if not isinstance(one, SigmaRule):
                    raise UnusableError("correlations of rules are not counted; only single events are")
                rules[name] = _rule(name, one)
            except (SigmaError, UnusableError) as error:
                unused[name] = str(error)
    return [rules[name] for name in sorted(rules)], unused


def _rule(name: str, one: Any) -> Rule:
    if one.errors:
        raise UnusableError(str(one.errors[0])[:200])
    category = one.logsource.category or ""
    if category not in CATEGORIES or (not category and (one.logsource.product or one.logsource.service)):
        raise UnusableError(f"it is for {one.logsource.category or one.logsource.product or one.logsource.service}")
    conditions = tuple(condition.parsed for condition in one.detection.parsed_condition)
    for condition in conditions:
        Matcher(_NOTHING).match(condition)  # a field or value that is not known is seen without any event
    level = one.level.name.lower() if one.level else "medium"
    return Rule(name, one.title, level, tuple(str(tag) for tag in one.tags), conditions)


class Matcher:
    """Matches conditions on web events; each field's distinct values are looked at once a pattern."""

    def __init__(self, events: pa.Table) -> None:
        self._events = events
        self._columns: dict[str, tuple[Numbers, Array, Array]] = {}

    def match(self, condition: Any) -> Numbers:
        """Whether each event meets a parsed condition. Raises `UnusableError`."""
        name = type(condition).__name__
        if name in ("ConditionAND", "ConditionOR"):
            parts = [self.match(part) for part in condition.args]
            both: Callable[..., Any] = np.logical_and if name == "ConditionAND" else np.logical_or
            return _bools(both.reduce(parts))  # type: ignore[attr-defined]
        if name == "ConditionNOT":
            return _bools(~self.match(condition.args[0]))
        if name == "ConditionFieldEqualsValueExpression":
            field = FIELDS.get(str(condition.field).lower())
            if field is None:
                raise UnusableError(f"the field {condition.field} is not known of events")
            return self._field(field, condition.value)
        if name == "ConditionValueExpression":
            return self._anywhere(condition.value)
        raise UnusableError(f"a condition that is not known: {name}")

    def _field(self, field: str, value: Any) -> Numbers:
        kind = type(value).__name__
        code, raw, decoded = self._column(field)
        if kind == "SigmaNull":
            return _bools(pc.equal(raw, "").to_numpy(zero_copy_only=False)[code])
        if kind == "SigmaExists":
            return _bools((pc.equal(raw, "").to_numpy(zero_copy_only=False)[code]) != bool(value.exists))
        if kind == "SigmaCIDRExpression":
            inside = [_within(text, value.network) for text in raw.to_pylist()]
            return _bools(np.array(inside, bool)[code])
        return _bools(self._any(pattern(value, whole=True), raw, decoded)[code])

    def _anywhere(self, value: Any) -> Numbers:
        """A keyword: in any of the texts of an event."""
        found = np.zeros(self._events.num_rows, bool)
        for field in _TEXT:
            code, raw, decoded = self._column(field)
            found |= self._any(pattern(value, whole=False), raw, decoded)[code]
        return found

    @staticmethod
    def _any(expression: str, *texts: Array) -> Numbers:
        found = np.zeros(len(texts[0]), bool)
        for values in texts:
            try:
                hit = pc.match_substring_regex(values, expression)
            except pa.ArrowInvalid as error:
                raise UnusableError(f"a regular expression that cannot be used: {error}") from None
            found |= hit.to_numpy(zero_copy_only=False)
        return found

    def _column(self, field: str) -> tuple[Numbers, Array, Array]:
        """Code of each event, and the distinct values raw and decoded."""
        if field not in self._columns:
            base = self._events["path" if field in ("page", "query") else field]
            code, values = codes(pc.fill_null(pc.cast(base, pa.string()), ""))
            texts = [_part(text, field) for text in values.to_pylist()]
            decode = field in ("path", "page", "query", "referrer")
            known = pa.array(texts, pa.string())
            self._columns[field] = (code, known, pa.array(map(decoded, texts), pa.string()) if decode else known)
        return self._columns[field]


def _bools(values: Any) -> Numbers:
    return np.asarray(values, bool)


def _part(path: str, field: str) -> str:
    if field == "page":
        return path.partition("?")[0]
    return path.partition("?")[2] if field == "query" else path


def decoded(text: str) -> str:
    """A path or query as the server reads it: percent signs undone twice (attackers encode twice), + as a space."""
    if "%" not in text and "+" not in text:
        return text
    once = unquote(text.replace("+", " "), errors="replace")
    return (unquote(once, errors="replace") if "%" in once else once).replace("\0", " ")


def pattern(value: Any, *, whole: bool) -> str:
    """A value of a rule as an expression of RE2. Raises `UnusableError` for kinds of values that are not matched."""
    kind = type(value).__name__
    if kind in ("SigmaString", "SigmaCasedString"):
        body = "".join(_escaped(part) for part in value.s)
        flags = "(?s)" if kind == "SigmaCasedString" else "(?is)"
        return f"{flags}^{body}$" if whole else f"{flags}{body}"
    if kind == "SigmaNumber":
        return f"^{value.number}$"
    if kind == "SigmaRegularExpression":
        if _AROUND.search(value.regexp.original):  # RE2 refuses it too, and says so on standard error
            raise UnusableError("a regular expression that looks ahead or back, which takes unbounded time")
        return "(?i)" * any(flag.name == "IGNORECASE" for flag in value.flags) + str(value.regexp.original)
    raise UnusableError(f"values of the kind {kind.removeprefix('Sigma')} are not matched")


def _escaped(part: Any) -> str:
    if isinstance(part, str):
        return re.sub(r"([^\w\s])", r"\\\1", part, flags=re.ASCII) if part.isascii() else re.escape(part)
    return {"WILDCARD_MULTI": ".*", "WILDCARD_SINGLE": "."}.get(getattr(part, "name", ""), ".*")


def _within(text: str, network: Any) -> bool:
    import ipaddress

    try:
        return ipaddress.ip_address(text) in network
    except ValueError:
        return False


_NAMES = ("path", "method", "agent", "referrer", "status", "source")
_NOTHING = pa.table({name: pa.array([], pa.string()) for name in _NAMES})
