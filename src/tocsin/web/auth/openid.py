"""OpenID Connect: discovery, authorization code with PKCE (RFC 7636), a signed id_token, nothing else believed.

An identity opens an account only after its owner joined the two: by an invitation's link, or on the account page.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.common.security import generate_token
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from tocsin.errors import ConflictError, SignInError, UsageError
from tocsin.model.people import Credential, Person
from tocsin.store.records import Writer
from tocsin.store.workspace import Workspace
from tocsin.web.auth import accounts
from tocsin.web.i18n import N_

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
TIMEOUT_S = 10.0
LEEWAY_S = 60
FAILED = N_("The sign-in at the other server did not succeed.")
WHAT_NOW = N_("Try again; if it stays, tell who runs this server.")


@dataclass(frozen=True)
class Flow:
    """A sign-in under way at the provider: what it is for, and the secrets that tie its answer to its question."""

    use: Literal["sign-in", "join", "invitation"]
    nonce: str
    verifier: str
    back: str  # redirect_uri
    target: str = "/"  # where to go afterwards
    person: str = ""  # join: whose account
    token: str = ""  # invitation
    login: str = ""
    name: str = ""


def flow(use: Literal["sign-in", "join", "invitation"], origin: str, **rest: str) -> Flow:
    """A new flow with fresh secrets."""
    return Flow(use, generate_token(43), generate_token(64), f"{origin}/sign-in/openid/back", **rest)


@dataclass(frozen=True)
class Provider:
    """An OpenID provider, and what it knows this program as."""

    issuer: str
    client: str
    secret: str = ""

    def start(self, state: str, going: Flow) -> str:
        """The provider's address to send the browser to. Raises `SignInError` where it cannot be reached."""
        with self._session(going) as session:
            found = self._metadata(session)
            url, _ = session.create_authorization_url(
                found["authorization_endpoint"], state=state, code_verifier=going.verifier, nonce=going.nonce
            )
        return str(url)

    def finish(self, code: str, issuer: str, going: Flow) -> str:
        """Exchange the code, check the id_token, and return the subject it names. `issuer`: the parameter `iss` of the
        answer (RFC 9207), empty where absent."""
        with self._session(going) as session:
            found = self._metadata(session)
            if issuer != self.issuer and (issuer or found.get("authorization_response_iss_parameter_supported")):
                raise SignInError(FAILED, hint=WHAT_NOW)
            try:
                token = session.fetch_token(
                    found["token_endpoint"], grant_type="authorization_code", code=code, code_verifier=going.verifier
                )
                keys = KeySet.import_key_set({"keys": _get(session, found["jwks_uri"])["keys"]})
                return self._subject(token, keys, going)
            except (AuthlibBaseError, JoseError, httpx2.HTTPError, KeyError, ValueError, TypeError) as error:
                raise SignInError(FAILED, hint=WHAT_NOW) from error

    def _subject(self, token: dict[str, Any], keys: KeySet, going: Flow) -> str:
        read = jwt.decode(token["id_token"], keys, algorithms=list(ALGORITHMS))
        claims = CodeIDToken(
            read.claims,
            read.header,
            {"iss": {"essential": True, "value": self.issuer}, "aud": {"essential": True, "value": self.client}},
            {"nonce": going.nonce, "client_id": self.client, "access_token": token.get("access_token")},
        )
        claims.validate(leeway=LEEWAY_S)
        return str(claims["sub"])

    def _session(self, going: Flow) -> OAuth2Client:
        return OAuth2Client(
            client_id=self.client,
            client_secret=self.secret or None,
            token_endpoint_auth_method="client_secret_basic" if self.secret else "none",
            scope="openid",
            redirect_uri=going.back,
            code_challenge_method="S256",
            timeout=TIMEOUT_S,
        )

    def _metadata(self, session: OAuth2Client) -> dict[str, Any]:
        """OpenID Connect Discovery 1.0, section 4; the document must name the issuer it was asked of."""
        try:
            found = _get(session, self.issuer.rstrip("/") + "/.well-known/openid-configuration")
            if found["issuer"] != self.issuer:
                raise ValueError("another issuer")
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                checked(str(found[name]))
        except (httpx2.HTTPError, KeyError, ValueError, TypeError, UsageError) as error:
            raise SignInError("The OpenID provider does not answer as it should.", hint=WHAT_NOW) from error
        return found


def _get(session: OAuth2Client, url: str) -> dict[str, Any]:
    answer = session.request("GET", url, withhold_token=True)
    answer.raise_for_status()
    found = answer.json()
    if not isinstance(found, dict):
        raise TypeError("not an object")
    return found


def checked(url: str) -> str:
    """An address of a provider: HTTPS, or HTTP on this machine. Raises `UsageError`."""
    parts = urlsplit(url)
    local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if not parts.hostname or (parts.scheme != "https" and not (parts.scheme == "http" and local)):
        raise UsageError("That is no address of a provider.", hint="Write https:// and the provider's issuer address.")
    return url


def _key(issuer: str, subject: str) -> str:
    return f"{issuer} {subject}"


def find(ws: Workspace, issuer: str, subject: str) -> Person:
    """The person with that identity. Raises `SignInError` where no account is joined to it."""
    with ws.read() as reader:
        known = accounts.credential(reader, "openid", _key(issuer, subject))
        person = reader.find(Person, known.person) if known else None
    if person is None or not person.active:
        raise SignInError(
            "No account here belongs to that identity.", hint="Sign in another way and join it on your account page."
        )
    return person


def join(writer: Writer, person: Person, issuer: str, subject: str) -> None:
    """Let an identity open an account from now on. Raises `ConflictError` where it opens another."""
    if accounts.credential(writer, "openid", _key(issuer, subject)):
        raise ConflictError("That identity belongs to an account already.", hint="Sign in with it.")
    made = datetime.now(UTC)
    name = urlsplit(issuer).hostname or issuer
    writer.put(Credential(person=person.id, type="openid", key=_key(issuer, subject), name=name, created=made))
