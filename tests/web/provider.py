"""A small OpenID provider on loopback: discovery, authorization code with PKCE, signed id_token. Its attributes are
turned by the tests to make it lie."""

import base64
import hashlib
import secrets
import socket
import threading
import time
from contextlib import contextmanager
from typing import Annotated
from urllib.parse import urlencode

import uvicorn
from fastapi import FastAPI, Form, Header
from fastapi.responses import JSONResponse, RedirectResponse
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "tocsin", "s3cret"


class Provider:
    def __init__(self, issuer):
        self.issuer = issuer
        self.key = self.signs_with = RSAKey.generate_key(2048, auto_kid=True)
        self.subject = "ann@provider"
        self.claims = {}  # in place of the true ones
        self.metadata = {}
        self.codes = {}
        self.asked = []  # what /authorize got

    def id_token(self, asked):
        now = int(time.time())
        true = {"iss": self.issuer, "sub": self.subject, "aud": CLIENT, "iat": now, "exp": now + 300}
        claims = {k: v for k, v in {**true, "nonce": asked["nonce"], **self.claims}.items() if v is not None}
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.signs_with)

    def app(self):
        app = FastAPI()

        @app.get("/.well-known/openid-configuration")
        def discovery():
            return {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                "id_token_signing_alg_values_supported": ["RS256"],
                "authorization_response_iss_parameter_supported": True,
                **self.metadata,
            }

        @app.get("/jwks")
        def keys():
            return {"keys": [self.key.as_dict(private=False)]}

        @app.get("/authorize")
        def authorize(
            response_type: str, client_id: str, redirect_uri: str, scope: str, state: str, nonce: str,
            code_challenge: str, code_challenge_method: str,
        ):  # fmt: skip
            assert (response_type, client_id, scope, code_challenge_method) == ("code", CLIENT, "openid", "S256")
            code = secrets.token_urlsafe()
            self.codes[code] = {"nonce": nonce, "challenge": code_challenge, "back": redirect_uri}
            self.asked.append({"state": state, "nonce": nonce, "challenge": code_challenge})
            answer = {"code": code, "state": state, "iss": self.issuer}
            return RedirectResponse(f"{redirect_uri}?{urlencode(answer)}")

        @app.post("/token")
        def token(
            code: Annotated[str, Form()],
            code_verifier: Annotated[str, Form()],
            redirect_uri: Annotated[str, Form()],
            authorization: Annotated[str, Header()],
        ):
            asked = self.codes.pop(code, None)
            challenge = base64.urlsafe_b64encode(hashlib.sha256(code_verifier.encode()).digest()).decode().rstrip("=")
            basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
            if not asked or (asked["challenge"], asked["back"]) != (challenge, redirect_uri):
                return JSONResponse({"error": "invalid_grant"}, 400)
            if authorization != f"Basic {basic}":
                return JSONResponse({"error": "invalid_client"}, 401)
            return {"access_token": "a", "token_type": "Bearer", "expires_in": 60, "id_token": self.id_token(asked)}

        return app


@contextmanager
def running():
    """Serve a provider; yields it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        provider = Provider(f"http://localhost:{listening.getsockname()[1]}")
        server = uvicorn.Server(uvicorn.Config(provider.app(), log_level="warning", access_log=False))
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        yield provider
        server.should_exit = True
        thread.join()
