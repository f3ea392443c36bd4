"""Names of strangers as they can be shown."""

from __future__ import annotations


def plain_path(name: str) -> str:
    """A member's name as it can be shown: no way up, no control characters, nothing that turns the direction of
    writing."""
    parts = name.replace("\\", "/").encode("utf-8", "replace").decode().split("/")
    kept = ("".join(sign for sign in part if sign.isprintable()) for part in parts if part not in ("", ".", ".."))
    return "/".join(part for part in kept if part)[:1000] or "unnamed"
