"""The simulated stream where a program can follow it: a WebSocket on this machine, and a folder of growing files."""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_right
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tocsin.simulate.stream import SECOND_US, Chatter, Event

_PAUSE_S, _BURST = 0.02, 500


class Log:
    """The events of the last minutes, so that a follower can come back to where it was."""

    def __init__(self, kept_s: float = 60.0) -> None:
        self._kept_us = round(kept_s * SECOND_US)
        self.times: list[int] = []
        self.events: list[bytes] = []
        self.begins = 0  # number of the first event that is still kept

    def add(self, events: Iterable[Event]) -> None:
        """Append events, in order of time, and forget those that are too old."""
        for at, event in events:
            self.times.append(at)
            self.events.append(event)
        old = bisect_right(self.times, self.times[-1] - self._kept_us) if self.times else 0
        if old > len(self.times) // 2:
            del self.times[:old], self.events[:old]
            self.begins += old

    def after(self, cursor_us: int | None) -> int:
        """The number of the first event later than the cursor; of the next to come where there is none."""
        return self.begins + (len(self.times) if cursor_us is None else bisect_right(self.times, cursor_us))


async def serve(log: Log, port: int, ready: Callable[[int], None], *, rate: int = 0) -> None:
    """Serve the log at ws://127.0.0.1:PORT/subscribe?cursor=TIME_US for ever.

    `ready` is given the port that was taken (of several where `port` is 0). `rate`: events a second at the most.
    """
    from websockets.asyncio.server import serve as listen
    from websockets.exceptions import ConnectionClosed
    from websockets.protocol import State

    async def one(socket: Any) -> None:
        asked = parse_qs(urlsplit(socket.request.path).query).get("cursor")
        at = log.after(int(asked[0]) if asked else None)
        with suppress(ConnectionClosed):
            while socket.state is State.OPEN:
                at = max(at, log.begins)
                burst = log.events[at - log.begins : at - log.begins + _BURST]
                for event in burst:
                    await socket.send(event, text=True)
                at += len(burst)
                await asyncio.sleep(len(burst) / rate if rate and burst else _PAUSE_S if len(burst) < _BURST else 0)

    async with listen(one, "127.0.0.1", port, compression=None, ping_interval=None) as server:
        ready(server.sockets[0].getsockname()[1])
        await server.serve_forever()


async def chatter(made: Chatter, log: Log, seconds: int, tell: Callable[[Chatter], None] = lambda made: None) -> None:
    """Fill the log in real time, in tenths of a second; `tell` is called after each second that was made."""
    start = time.time()
    for second in range(seconds):
        events = await asyncio.to_thread(made.second, int((start + second) * SECOND_US))
        tell(made)
        for tenth in range(1, 11):
            upto = bisect_right(events, int((start + second + tenth / 10) * SECOND_US), key=lambda event: event[0])
            await asyncio.sleep(start + second + tenth / 10 - time.time())
            log.add(events[:upto])
            events = events[upto:]
        log.add(events)


def grow(made: Chatter, folder: Path, start_us: int, seconds: int, *, file_s: int = 60) -> None:
    """Append the stream to JSONL files in a folder, a new one each `file_s` seconds, as fast as they can be written."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, events in enumerate(made.seconds(start_us, seconds)):
        with (folder / f"events-{number // file_s:05}.jsonl").open("ab") as file:
            file.writelines(event + b"\n" for _, event in events)
