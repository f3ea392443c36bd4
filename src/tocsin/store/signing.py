"""The workspace's Ed25519 key (RFC 8032), with which files for partners are signed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from tocsin.errors import InputError
from tocsin.store.canonical import canonical
from tocsin.store.files import sync_folder
from tocsin.store.workspace import Workspace

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

FILE = "signing.key"  # raw, 32 bytes: in the workspace's folder, in no export


def public_key(workspace: Workspace) -> str:
    """The public key, hexadecimal: what a partner pins. It is made where there is none."""
    return _private(workspace).public_key().public_bytes_raw().hex()


def signed(workspace: Workspace, statement: dict[str, Any]) -> dict[str, Any]:
    """The statement with our key and the signature over its canonical text."""
    whole = {**statement, "key": public_key(workspace)}
    return {**whole, "signature": _private(workspace).sign(canonical(whole)).hex()}


def check(statement: dict[str, Any], key: str) -> dict[str, Any]:
    """The statement, if that key has signed it. Raises `InputError` where it has not."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    content = {name: value for name, value in statement.items() if name != "signature"}
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
        public.verify(bytes.fromhex(str(statement.get("signature"))), canonical(content))
    except (InvalidSignature, ValueError, TypeError) as error:
        raise InputError("the signature does not hold", hint="ask the partner for the file again") from error
    return content


def _private(workspace: Workspace) -> Ed25519PrivateKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    path = workspace.path / FILE
    if not path.exists():
        made = Ed25519PrivateKey.generate()
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(made.private_bytes_raw())
            file.flush()
            os.fsync(file.fileno())
        sync_folder(workspace.path)
        workspace.note("", "signing key made", made.public_key().public_bytes_raw().hex())
    return Ed25519PrivateKey.from_private_bytes(path.read_bytes())
