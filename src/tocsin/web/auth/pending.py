"""What waits for its second half: a challenge sent out, a sign-in under way elsewhere. In memory, bounded, once."""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from collections import OrderedDict
from typing import Any

LIFE_S = 600.0
MOST = 10_000


class Pending:
    """Values under random keys, each for one browser, to be taken once within `LIFE_S` seconds."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[float, str, Any]] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, browser: str, value: Any) -> str:
        """Keep a value for a browser (the key of its visit); returns the key to take it with, 256 random bits."""
        key = secrets.token_urlsafe(32)
        with self._lock:
            self._kept[key] = (time.monotonic() + LIFE_S, browser, value)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return key

    def take(self, browser: str, key: str) -> Any | None:
        """The value, once, for the browser it was kept for; None for any other, or too late."""
        with self._lock:
            end, owner, value = self._kept.get(key, (0.0, "", None))
            if not hmac.compare_digest(owner.encode(), browser.encode()):
                return None
            self._kept.pop(key, None)
        return value if time.monotonic() < end else None
