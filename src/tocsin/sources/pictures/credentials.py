"""Content credentials (C2PA) of a picture, read without network: what they say, and whether they hold."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from tocsin.errors import InputError

#: none: the file carries none. holds: signature and hashes fit the file. changed: they were made for other bytes.
#: broken: the credentials themselves were changed, or their signature does not fit. remote: they lie on a server, which
#: is not asked. unreadable: something is there that cannot be read.
State = Literal["none", "holds", "changed", "broken", "remote", "unreadable"]
#: Failures that concern the bytes of the picture (C2PA 2.2, section 15.2.2: hashes of the content).
_CONTENT = ("assertion.dataHash.mismatch", "assertion.bmffHash.mismatch", "assertion.boxesHash.mismatch")
#: Failures that say whom the reader trusts, not whether the credentials hold.
_TRUST = ("signingCredential.untrusted", "cawg.x509.credential.untrusted", "timeStamp.untrusted")
_OFFLINE = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}


@dataclass(frozen=True, slots=True)
class Credentials:
    """What content credentials say. `signer` and `issuer` as the certificate has them: nobody vouches for a name where
    `trusted` is False. `time` as signed; `made_with`, `title` and `edits` as claimed; `made_from`: titles of pictures
    that went into it; `reasons`: codes of the standard for all that does not hold."""

    state: State
    signer: str = ""
    issuer: str = ""
    trusted: bool = False
    time: str = ""
    made_with: str = ""
    title: str = ""
    edits: tuple[str, ...] = ()
    made_from: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()

    def __str__(self) -> str:
        """One line, as it stands in a finding."""
        by = f"{self.signer or self.issuer or 'unnamed'} ({'on' if self.trusted else 'not on'} a trust list)"
        return {
            "none": "no content credentials",
            "holds": f"content credentials hold; signed by {by}",
            "changed": f"content credentials do not fit the picture, which was changed after {by} signed",
            "broken": "content credentials were changed, or their signature does not fit",
            "remote": "content credentials lie on a server, which was not asked",
            "unreadable": "content credentials cannot be read",
        }[self.state]


def credentials(data: bytes, media_type: str = "") -> Credentials:
    """The content credentials in a file (its bytes; the media type is found from them where not given).

    Raises `InputError` where the package that reads them is not installed.
    """
    c2pa = _library()
    try:
        with c2pa.Reader(media_type or None, io.BytesIO(data), context=_context()) as reader:
            return _read(json.loads(reader.json()))
    except c2pa.C2paError as error:
        return _failed(str(error))


def _library() -> Any:
    try:
        import c2pa  # type: ignore[import-untyped]
    except ImportError:
        raise InputError(
            "content credentials cannot be read: the package c2pa-python is not installed",
            hint='Install it: pip install "tocsin[credentials]"',
        ) from None
    return c2pa


@cache
def _context() -> Any:
    c2pa = _library()
    return c2pa.Context(c2pa.Settings.from_dict(_OFFLINE))


def _failed(error: str) -> Credentials:
    name = error.split(":")[0]
    if name in ("ManifestNotFound", "NotSupported"):  # the latter: a kind of file that cannot hold any
        return Credentials("none")
    if "remote" in error.lower():
        return Credentials("remote", reasons=(error,))
    return Credentials("unreadable", reasons=(error,))


def _read(told: dict[str, Any]) -> Credentials:
    manifest = told.get("manifests", {}).get(told.get("active_manifest", ""), {})
    codes = tuple(dict.fromkeys(one["code"] for one in told.get("validation_status", ())))
    wrong = tuple(code for code in codes if code not in _TRUST)
    signature = manifest.get("signature_info") or {}
    return Credentials(
        state=_state(wrong, told.get("validation_state", "")),
        signer=signature.get("common_name") or "",
        issuer=signature.get("issuer") or "",
        trusted="signingCredential.untrusted" not in codes,
        time=signature.get("time") or "",
        made_with=_tool(manifest),
        title=manifest.get("title") or "",
        edits=tuple(_actions(manifest)),
        made_from=tuple(one.get("title") or "" for one in manifest.get("ingredients", ())),
        reasons=codes,
    )


def _state(wrong: tuple[str, ...], overall: str) -> State:
    if set(wrong) - set(_CONTENT) or (overall == "Invalid" and not wrong):
        return "broken"
    return "changed" if wrong else "holds"


def _tool(manifest: dict[str, Any]) -> str:
    programs = manifest.get("claim_generator_info") or ()
    listed = [" ".join(filter(None, (one.get("name"), one.get("version")))) for one in programs]
    return ", ".join(listed) or manifest.get("claim_generator") or ""


def _actions(manifest: dict[str, Any]) -> list[str]:
    return [
        action.get("action", "")
        for assertion in manifest.get("assertions", ())
        if assertion.get("label", "").startswith("c2pa.actions")
        for action in assertion.get("data", {}).get("actions", ())
    ]
