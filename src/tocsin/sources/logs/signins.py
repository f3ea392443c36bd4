"""Sign-ins: the system log of sshd, PAM and mail servers, and the Windows security log as XML."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from tocsin.sources.base import Head, Sniff
from tocsin.sources.containers import Peekable
from tocsin.sources.lists.markup import read_elements
from tocsin.sources.logs.base import EventBatch, Gathering, LogOptions, Times, address
from tocsin.sources.logs.lines import MONTHS, LineFormat, LineReader, Skip
from tocsin.sources.textual import Lines, decode_head

_HEADER = re.compile(
    r"(?:<\d+>)?(?:1 )?(?:([A-Z][a-z]{2}) +(\d{1,2}) (\d\d):(\d\d):(\d\d)|(\d{4}-\d\d-\d\d[T ]\S+)) (\S+) "
    r"([^\s:\[]+)(?:\[(\d+)\])?:? (.*)",
    re.DOTALL,
)
_SSH = re.compile(r"(Failed|Accepted) (\S+) for (?:(invalid user) )?(.*?) from (\S+)(?: port \d+)?", re.DOTALL)
_REFUSED = re.compile(
    r"(?:Connection (?:closed|reset) by|Disconnected from) (?:invalid|authenticating) user (.*?) (\S+) port \d+"
)
_PAM = re.compile(r"authentication failure;.*? rhost=(\S+)(?: +user=(\S+))?")
_MAIL = re.compile(
    r"(?:\[([0-9a-fA-F.:]+)\]: SASL \S+ authentication failed|auth failed.*?user=<([^>]*)>.*?rip=([^,\s]+))"
)
_DECLARATION = re.compile(rb"\A\s*<\?xml[^>]*\?>")
_REMEMBERED = 10_000
_PROBLEM = "not a line of a system log"


class SyslogReader(LineReader):
    """Lines of auth.log, secure and mail.log (RFC 3164, RFC 5424 and ISO times). A line without a year is of the
    latest year in which it is not after the reading."""

    def __init__(self, options: LogOptions) -> None:
        super().__init__(options)
        self._now, self._guessed = options.now, False
        self._told: OrderedDict[str, None] = OrderedDict()

    def event(self, line: str) -> tuple[int, Mapping[str, Any]]:
        """One line: the outcome of a sign-in, whose, from where."""
        if not (found := _HEADER.match(line)):
            raise ValueError(_PROBLEM)
        month, day, hour, minute, second, stamp, host, program, process, text = found.groups()
        time = self.times.read(stamp) if stamp else self._dated(month, int(day), f"{hour}:{minute}:{second}")
        return time, self._outcome(f"{host} {process}", program, text)

    def _dated(self, month: str, day: int, clock: str) -> int:
        self._guessed = True
        for year in (self._now.year, self._now.year - 1):
            try:
                return self.times.read(f"{year}-{MONTHS.get(month, 0):02d}-{day:02d}T{clock}")
            except ValueError:
                continue
        raise ValueError("no time, or one that cannot be read")

    def _outcome(self, process: str, program: str, text: str) -> dict[str, Any]:
        if ssh := _SSH.match(text):
            self._remember(process)
            action = "success" if ssh[1] == "Accepted" else "failure"
            return _signed(action, ssh[2], ssh[4], ssh[5], "no such account" if ssh[3] else None)
        if refused := _REFUSED.match(text):
            if process in self._told:  # the same try, told a second time
                raise Skip
            return _signed("failure", "refused", refused[1], refused[2], None)
        if mail := _MAIL.search(text):
            return _signed("failure", "mail", mail[2], mail[1] or mail[3], None)
        if "sshd" not in program and (pam := _PAM.search(text)):
            return _signed("failure", program, pam[2], pam[1], None)
        raise Skip

    def _remember(self, process: str) -> None:
        self._told[process] = None
        if len(self._told) > _REMEMBERED:
            self._told.popitem(last=False)

    def notes(self) -> list[str]:
        """What was assumed in reading."""
        return super().notes() + ["times without a year: the latest that is not in the future"] * self._guessed


def _signed(action: str, method: str, user: str | None, source: str | None, severity: str | None) -> dict[str, Any]:
    """A sign-in, succeeded or failed."""
    made = {"kind": "auth", "action": action, "method": method, "user": user, "severity": severity}
    return made | {"source": address(source)}


#: Events of the Windows security log that tell the outcome of a sign-in.
WINDOWS = {"4624": "success", "4625": "failure", "4768": "success", "4771": "failure", "4776": "failure"}
_NO_ADDRESS = ("", "-", "::1", "127.0.0.1", "local")


def windows_event(code: object, data: Mapping[str, Any]) -> dict[str, Any] | None:
    """A sign-in of the Windows security log from its event id and event data; None for other events, and for those
    that come from no other machine."""
    action = WINDOWS.get(str(code))
    if str(code) in ("4768", "4776"):  # one event for both outcomes, told by the status
        action = "success" if str(data.get("Status", "0x0")).lower() in ("0x0", "0") else "failure"
    source = str(data.get("IpAddress") or data.get("Workstation") or "").removeprefix("::ffff:")
    if action is None or source.lower() in _NO_ADDRESS:
        return None
    user = data.get("TargetUserName")
    kind = f"logon type {data['LogonType']}" if data.get("LogonType") else "domain"
    return _signed(action, kind, str(user) if user else None, source, None)


@dataclass(frozen=True, slots=True)
class WindowsXml:
    """Events of Windows as `wevtutil` and Event Viewer export them, with or without a root element."""

    id: str = "windows-xml"
    title: str = "the Windows security log as XML"

    def sniff(self, head: Head) -> Sniff | None:
        """Certain by the name space of events."""
        text = decode_head(head.data[:4096])
        if "<Event" in text and "schemas.microsoft.com/win/2004/08/events" in text:
            return Sniff(0.95, "the name space of Windows events")
        return None

    def read(self, stream: BinaryIO, name: str, options: LogOptions) -> Iterator[EventBatch]:
        """Read a decompressed stream; see `LogFormat.read`. A document type declaration is refused."""
        times, gathered, passed = Times(options), Gathering(name, options, options.office), 0
        rooted = cast("Peekable", _Rooted(stream))
        for row, found in enumerate(read_elements(rooted, name, frozenset({"Event"}))):
            if not row:  # the root
                continue
            code = (found.element.findtext("System/EventID") or "").strip()
            data = {one.get("Name", ""): one.text or "" for one in found.element.iterfind("EventData/Data")}
            made = windows_event(code, data)
            passed += made is None
            created = found.element.find("System/TimeCreated")
            try:
                time = times.read(created.get("SystemTime") if created is not None else None)
            except ValueError as error:
                gathered.reject(row, str(error))
                continue
            if made is not None:
                gathered.add(row, time, made)
            if gathered.full:
                yield gathered.batch()
        yield gathered.batch([f"{passed:,} events that are no sign-in from another machine"] if passed else [])


class _Rooted:
    """The same text in UTF-8 within one root element, without its XML declaration."""

    def __init__(self, stream: BinaryIO) -> None:
        self._chunks = self._made(stream)

    def _made(self, stream: BinaryIO) -> Iterator[bytes]:
        yield b"<Log>"
        first = True
        for block in Lines(stream):
            yield _DECLARATION.sub(b"", block) if first else block
            first = False
        yield b"</Log>"

    def read(self, _size: int) -> bytes:
        """The next piece, b"" at the end."""
        return next(self._chunks, b"")


SYSLOG = LineFormat("syslog", "the system log of sign-ins (sshd, PAM, mail)", SyslogReader, 0.85)
