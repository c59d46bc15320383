"""An OpenID Connect provider on loopback that signs whatever a test tells it to."""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey
from set_clock import SetClock

CLIENT, SECRET = "detente", "a secret of the client"


@dataclass
class FakeProvider:
    """What the provider says.

    Attributes:
        issuer: Its address.
        clock: Its time.
        claims: Put over the claims of an ID token; a value of None takes one away.
        algorithm: `RS256`, `none`, or `HS256` with the public key as its secret.
        metadata: Put over what it says of itself.
        foreign_key: Whether it signs with a key that it does not publish.
        asked: The forms that came to its token endpoint.
    """

    issuer: str
    clock: SetClock
    claims: dict[str, Any] = field(default_factory=dict)
    algorithm: str = "RS256"
    metadata: dict[str, Any] = field(default_factory=dict)
    foreign_key: bool = False
    asked: list[dict[str, str]] = field(default_factory=list)
    challenges: dict[str, tuple[str, str]] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: _key("own"))
    other_key: RSAKey = field(default_factory=lambda: _key("other"))

    def answer(self, url: str, code: str = "good", **more: str) -> dict[str, str]:
        """What it sends somebody back with who was sent to `url`, and has signed in."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert asked["code_challenge_method"] == "S256"
        assert asked["response_type"] == "code"
        self.challenges[code] = (asked["code_challenge"], asked["nonce"])
        return {"code": code, "state": asked["state"]} | more

    def described(self) -> dict[str, Any]:
        known = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }
        return known | self.metadata

    def token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        self.asked.append(form)
        challenge, nonce = self.challenges.pop(form.get("code", ""), ("", ""))
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != challenge:
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": self.signed(nonce)}

    def signed(self, nonce: str) -> str:
        now = int(self.clock.now().timestamp())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": "subject-1",
            "iat": now,
            "exp": now + 60,
            "nonce": nonce,
            "email": "rep@acme.test",
            "email_verified": True,
            "name": "Rep Person",
            "groups": [],
        } | self.claims
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.algorithm == "none":
            parts = ({"alg": "none"}, claims)
            return ".".join(_encoded(json.dumps(part).encode()) for part in parts) + "."
        if self.algorithm == "HS256":
            parts = ({"alg": "HS256", "kid": "one"}, claims)
            text = ".".join(_encoded(json.dumps(part).encode()) for part in parts)
            signature = hmac.digest(self.key.as_pem(private=False), text.encode(), "sha256")
            return f"{text}.{_encoded(signature)}"
        key = self.other_key if self.foreign_key else self.key
        return jwt.encode({"alg": self.algorithm, "kid": "one"}, claims, key)


def _encoded(text: bytes) -> str:
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


@functools.cache
def _key(_which: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})


@contextmanager
def fake_provider(clock: SetClock) -> Iterator[FakeProvider]:
    """A provider that runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/.well-known/openid-configuration":
                self._send(200, provider.described())
            elif self.path == "/keys":
                self._send(200, {"keys": [provider.key.as_dict(private=False)]})
            else:
                self._send(404, {})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            known = base64.b64encode(f"{CLIENT}:{SECRET.replace(' ', '+')}".encode()).decode()
            also = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
            if self.headers["Authorization"] not in (f"Basic {known}", f"Basic {also}"):
                self._send(401, {"error": "invalid_client"})
            else:
                self._send(*provider.token(form))

        def _send(self, status: int, body: dict[str, Any]) -> None:
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = FakeProvider(f"http://127.0.0.1:{server.server_port}", clock)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
