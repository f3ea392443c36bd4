"""How often somebody may try, kept in memory and bounded."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict

from tocsin.errors import TooOftenError

WINDOW_S = 900.0  # 15 minutes, as the hint says
PER_ACCOUNT = 10
PER_ADDRESS = 100
KEYS = 20_000


class Limiter:
    """At most `tries` per key in each window of `WINDOW_S` seconds; the oldest of more than `KEYS` keys are dropped."""

    def __init__(self, tries: int) -> None:
        self.tries = tries
        self._seen: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: str) -> None:
        """Count a try before it is made, so that many at once count as many. Raises `TooOftenError`."""
        now = time.monotonic()
        with self._lock:
            start, count = self._seen.get(key, (now, 0))
            if now - start >= WINDOW_S:
                del self._seen[key]
                start, count = now, 0
            if count >= self.tries:
                raise TooOftenError("Too many tries.", hint="Wait 15 minutes and try again.")
            self._seen[key] = (start, count + 1)
            while len(self._seen) > KEYS:
                self._seen.popitem(last=False)

    def clear(self, key: str) -> None:
        """Forget the tries of a key that succeeded."""
        with self._lock:
            self._seen.pop(key, None)
