"""Bluesky's Jetstream, or what speaks like it, over a WebSocket (RFC 6455): an event a message, in order of `time_us`.

The position is the `time_us` of the last event that was taken. After a break the stream is asked for from `REWIND_S`
earlier, as its makers advise, so that nothing is missed; what comes twice is for the follower to drop. Messages that
wait are bounded: beyond that nothing more is read from the connection, and the server waits.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import orjson

from tocsin.errors import PartnerError, UsageError
from tocsin.model.post import POSTS
from tocsin.sources.base import ReadOptions, Source
from tocsin.sources.jetstream import SOURCE as _JETSTREAM
from tocsin.sources.stream.base import CHUNK_BYTES, CHUNK_ROWS, OBJECT, Chunk, Position, shaped

REWIND_S = 5
WAITING = (60_000, 30_000)  # messages that may wait, and to which they must sink before more are read
LONGEST_BYTES = 4 << 20
SILENT_S = 30.0
AHEAD_S = 3_600  # an event stamped later than now by more says nothing of how far the stream is
PAUSES_S = (1.0, 2.0, 5.0, 10.0, 30.0)  # between attempts to come back
_LOCAL = ("localhost", "127.0.0.1", "::1")
_SOURCE = cast("Source", _JETSTREAM)


class JetstreamFeed:
    """Follows one address. `UsageError` where it holds a password, `PartnerError` where it is not to be reached at the
    start; later breaks are told in the notes of the next chunk and mended."""

    def __init__(self, url: str, options: ReadOptions, position: Position | None) -> None:
        parts = urlsplit(url)
        if parts.username or parts.password:
            raise UsageError(f"{parts.hostname}: a password in an address is not taken", hint="leave it out")
        self.name = urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
        self._url, self._options = url, options
        self._cursor: int | None = position["cursor"] if position else None
        self._events: int = position["events"] if position else 0
        self._stack = ExitStack()
        self._socket: Any = None
        self._failures, self._again = 0, 0.0
        self._pong: Any = None  # set when the server answers the ping that was sent to it
        self._last = time.monotonic()  # when something came
        self._asked_after: int | None = None
        self._notes: list[str] = []
        try:
            self._connect()
        except OSError as error:
            raise PartnerError(f"{self.name}: {error}", hint="check the address and that the server runs") from error

    def take(self, wait_s: float) -> Chunk | None:
        """See `Feed.take`."""
        messages = self._received(time.monotonic() + wait_s)
        notes, self._notes = self._notes, []
        if not messages:
            return Chunk(POSTS.empty_table(), self._position(), 0, notes=notes) if notes else None
        data = b"\n".join(message.replace(b"\n", b" ") for message in messages)
        posts, rejected, _ = shaped(_SOURCE, OBJECT + data, self.name, self._options, self._events, 1)
        notes += self._gap(messages[0])
        self._events += len(messages)
        now_us = round(time.time() * 1e6)
        times = (at for message in reversed(messages) if (at := _time(message)))
        last = next((at for at in times if at <= now_us + AHEAD_S * 1_000_000), None)
        if last is not None:
            self._cursor = max(min(last, now_us), self._cursor or 0)
        return Chunk(posts, self._position(), len(messages), rejected, notes)

    def close(self) -> None:
        """See `Feed.close`."""
        self._stack.close()

    def _position(self) -> Position:
        return {"cursor": self._cursor, "events": self._events}

    def _received(self, until: float) -> list[bytes]:
        from websockets.exceptions import ConnectionClosed

        messages, size = list[bytes](), 0
        while len(messages) < CHUNK_ROWS and size < CHUNK_BYTES:
            left = until - time.monotonic()
            if self._socket is None and not self._reconnected(left):
                break
            try:
                message = self._heard(max(left, 0))
                if message is None:
                    break
                messages.append(message)
                size += len(message)
            except ConnectionClosed as error:
                self._notes.append(f"the connection broke: {error}")
                self._lose()
        return messages

    def _heard(self, wait_s: float) -> bytes | None:
        """The next message; None where none came. After half a minute of silence the server is asked for a sign of
        life, after another it is given up; not by the library, which hears none while messages wait to be read."""
        now = time.monotonic()
        try:
            message: bytes = self._socket.recv(timeout=wait_s, decode=False)
        except TimeoutError:
            if self._pong is not None and self._pong.is_set():
                self._pong, self._last = None, now
            elif self._pong is None and now - self._last > SILENT_S:
                self._pong = self._socket.ping()
            elif now - self._last > 2 * SILENT_S:
                self._notes.append("no sign of life from the server")
                self._lose()
            return None
        self._pong, self._last = None, now
        return message

    def _reconnected(self, left: float) -> bool:
        """Try to come back, once the pause is over; False where that is later, or did not succeed."""
        time.sleep(min(max(self._again - time.monotonic(), 0), max(left, 0)))
        if time.monotonic() < self._again:
            return False
        try:
            self._connect()
        except OSError as error:
            self._notes += [f"cannot connect: {error}"] * (self._failures == 0)
            self._lose()
            return False
        self._notes.append("connected again")
        return True

    def _connect(self) -> None:
        """Open the connection. Raises `OSError` where that fails, for whatever reason."""
        from websockets.exceptions import WebSocketException
        from websockets.sync.client import connect

        self._asked_after = self._cursor
        query = dict(parse_qsl(urlsplit(self._url).query))
        if self._cursor is not None:
            query["cursor"] = str(self._cursor - REWIND_S * 1_000_000)
        parts = urlsplit(self._url)
        url = urlunsplit(parts._replace(query=urlencode(query, safe="*.")))
        more: dict[str, Any] = {"ping_interval": None, "close_timeout": 1.0}
        if parts.hostname in _LOCAL:
            more["proxy"] = None
        try:
            opened = connect(url, compression=None, max_queue=WAITING, max_size=LONGEST_BYTES, **more)
            self._socket = self._stack.enter_context(opened)
        except (WebSocketException, TimeoutError, ValueError) as error:
            raise OSError(str(error)) from error
        self._failures, self._pong, self._last = 0, None, time.monotonic()

    def _lose(self) -> None:
        self._stack.close()
        self._socket = None
        self._again = time.monotonic() + PAUSES_S[min(self._failures, len(PAUSES_S) - 1)]
        self._failures += 1

    def _gap(self, first: bytes) -> list[str]:
        """Whether the server, asked for what came after a moment, began later: the rest it no longer had."""
        asked, self._asked_after = self._asked_after, None
        begun = _time(first)
        if asked is None or begun is None or begun <= asked:
            return []
        return [f"nothing came of the {(begun - asked) / 1e6:,.3f} s before the stream went on; posts may be missing"]


def _time(message: bytes) -> int | None:
    try:
        found = orjson.loads(message)["time_us"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return None
    return found if isinstance(found, int) else None
