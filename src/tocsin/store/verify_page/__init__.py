"""The page that checks an export in a browser: one file, no server, no outside request."""

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files
from string import Template


def page() -> bytes:
    """The page as HTML. Its Content-Security-Policy lets this one script and style run, and no request."""
    script, style, html = (
        (files(__name__) / name).read_text("utf-8") for name in ("verify.js", "verify.css", "page.html")
    )
    hashes = {
        f"{name}_hash": b64encode(sha256(text.encode()).digest()).decode()
        for name, text in (("script", script), ("style", style))
    }
    return Template(html).substitute(hashes, script=script, style=style).encode()
