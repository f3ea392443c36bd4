"""Passkeys (WebAuthn Level 2): made on the account page, used instead of name and password."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from tocsin.errors import ConflictError, SignInError, UsageError
from tocsin.model.people import Credential, Person
from tocsin.store.workspace import Workspace
from tocsin.web.auth import accounts
from tocsin.web.auth.pending import Pending
from tocsin.web.i18n import N_

#: What a broken or hostile answer makes the library raise besides its own errors.
BROKEN = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError)
REFUSED = N_("The passkey was not accepted.")


def site(origin: str) -> str:
    """The relying party's id: the host name; empty where it is a number, for which no passkey can be made."""
    host = urlsplit(origin).hostname or ""
    return "" if ":" in host or host.replace(".", "").isdecimal() else host


def creation(ws: Workspace, pending: Pending, browser: str, origin: str, person: Person) -> str:
    """What `navigator.credentials.create()` needs, as JSON."""
    with ws.read() as reader:
        known = reader.page(Credential, where={"person": person.id, "type": "passkey"}, limit=100).items
    options = webauthn.generate_registration_options(
        rp_id=_site(origin),
        rp_name=ws.title,
        user_id=person.id.encode(),
        user_name=person.login,
        user_display_name=person.name,
        challenge=pending.put(browser, "create").encode(),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.key)) for one in known],
    )
    return webauthn.options_to_json(options)


def add(ws: Workspace, pending: Pending, browser: str, origin: str, person: Person, answer: str, name: str) -> None:
    """Keep the passkey a browser made. Raises `UsageError` for one that does not verify."""
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=_challenge(pending, browser, "create", answer),
            expected_rp_id=_site(origin),
            expected_origin=origin,
            require_user_verification=True,
        )
    except BROKEN as error:
        raise UsageError(REFUSED, hint="Try again, with the screen lock or the key's PIN.") from error
    key = bytes_to_base64url(made.credential_id)
    record = Credential(
        person=person.id,
        type="passkey",
        key=key,
        secret=bytes_to_base64url(made.credential_public_key),
        name=name,
        uses=made.sign_count,
        created=datetime.now(UTC),
    )
    with ws.write(person.id, "passkey added", person.id) as writer:
        if accounts.credential(writer, "passkey", key):
            raise ConflictError("That passkey is known already.", hint="Nothing needs to be done.")
        writer.put(record)


def request(pending: Pending, browser: str, origin: str) -> str:
    """What `navigator.credentials.get()` needs, as JSON; it names no account."""
    options = webauthn.generate_authentication_options(
        rp_id=_site(origin),
        challenge=pending.put(browser, "get").encode(),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options)


def check(ws: Workspace, pending: Pending, browser: str, origin: str, answer: str) -> Person:
    """The person whose passkey signed the challenge. Raises `SignInError` for anything else."""
    try:
        key = _parsed(answer)["id"]
        with ws.read() as reader:
            known = accounts.credential(reader, "passkey", str(key)[:1400])
            person = reader.find(Person, known.person) if known else None
        if known is None or person is None or not person.active:
            raise ValueError("unknown")
        proof = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=_challenge(pending, browser, "get", answer),
            expected_rp_id=_site(origin),
            expected_origin=origin,
            credential_public_key=base64url_to_bytes(known.secret),
            credential_current_sign_count=known.uses,
            require_user_verification=True,
        )
    except BROKEN as error:
        raise SignInError(REFUSED, hint="Try again, or sign in another way.") from error
    if proof.new_sign_count != known.uses:
        with ws.write(person.id, "passkey used", person.id) as writer:
            writer.put(known.but(uses=proof.new_sign_count))
    return person


def _site(origin: str) -> str:
    name = site(origin)
    if not name:
        raise UsageError(
            "A browser makes no passkey for an address of numbers.", hint="Open this server under its name: localhost."
        )
    return name


def _parsed(answer: str) -> dict[str, Any]:
    value = json.loads(answer)
    if not isinstance(value, dict):
        raise TypeError("not an object")
    return value


def _challenge(pending: Pending, browser: str, use: str, answer: str) -> bytes:
    """The challenge that the answer names, if it was sent to this browser for this use."""
    client = json.loads(base64url_to_bytes(_parsed(answer)["response"]["clientDataJSON"]))
    challenge = base64url_to_bytes(client["challenge"])
    if pending.take(browser, challenge.decode()) != use:
        raise ValueError("unknown challenge")
    return challenge
