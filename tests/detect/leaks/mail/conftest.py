"""A shorter search for two damages at once: the mails here are small."""

import pytest

from tocsin.detect.leaks.mail import repair


@pytest.fixture(autouse=True)
def _short_search(request, monkeypatch):
    if not request.node.get_closest_marker("slow"):
        monkeypatch.setattr(repair, "TWICE_BYTES", 3 << 20)
