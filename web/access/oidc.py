"""Sign-in by an OpenID Connect provider: authorization code with PKCE, by Authlib; ID tokens checked by joserfc.

Nothing that the browser brings is believed but the state that this process made itself; it is bound to the browser by a
cookie of its own, and is good once.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.base import OAuth2Error
from authlib.oauth2.client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from detente.clock import Clock
from detente.errors import NotAllowedError, ServiceError
from detente.settings import OidcSettings
from web.site import is_loopback

# Only signatures that need the provider's private key: with HS256 the public key itself could be used as the secret.
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
_LEEWAY_S = 300
_PENDING_S = 600.0
_PENDING = 2_000
_KNOWN_S = 3600.0
_YOUNG_S = 60.0
_TIMEOUT_S = 10.0
_DOES_NOT_HOLD = "Your provider's answer does not hold: its signature, time or addressee is wrong. Please begin again."


class _Auth(httpx.Auth, ClientAuth):  # type: ignore[misc]
    """Authlib's client authentication on an httpx request."""

    requires_request_body = True

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Signs the request."""
        url, headers, body = self.prepare(request.method, str(request.url), request.headers, request.content)
        body = body.encode() if isinstance(body, str) else body
        headers["Content-Length"] = str(len(body))
        yield httpx.Request(request.method, url, headers=headers, content=body, extensions=request.extensions)


class _Client(OAuth2Client):  # type: ignore[misc]
    """Authlib's client over httpx; the connections are closed at the end."""

    client_auth_class = _Auth

    def __enter__(self) -> _Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()


@dataclass(frozen=True, kw_only=True, slots=True)
class Claimed:
    """Who the provider says that somebody is; all of it was signed.

    Attributes:
        subject: Their id with the provider.
        email: Their e-mail, which the provider has verified.
        name: Their name; the e-mail where the provider tells none.
        groups: The groups that they are in.
    """

    subject: str
    email: str
    name: str
    groups: frozenset[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Pending:
    nonce: str
    verifier: str
    browser: str
    then: str
    ends_at: float


class Provider:
    """The provider of the settings.

    Args:
        settings: Issuer and client id.
        secret: The client secret.
        redirect_uri: Where the provider sends people back to.
        clock: The time.
    """

    def __init__(self, settings: OidcSettings, secret: str, redirect_uri: str, clock: Clock) -> None:
        self._settings = settings
        self._secret = secret
        self._redirect_uri = redirect_uri
        self._clock = clock
        self._lock = threading.Lock()
        self._pending: dict[str, _Pending] = {}
        self._known: tuple[float, Mapping[str, Any], KeySet] | None = None

    def begin(self, then: str) -> tuple[str, str]:
        """Address of the provider's page, and the secret that the browser must bring back in a cookie.

        Args:
            then: Where to go afterwards.

        Raises:
            ServiceError: The provider does not answer as it should.
        """
        metadata, _ = self._metadata()
        state, nonce, verifier, browser = (secrets.token_urlsafe(48) for _ in range(4))
        with self._client(metadata) as client:
            url, _ = client.create_authorization_url(
                _endpoint(metadata, "authorization_endpoint"), state=state, code_verifier=verifier, nonce=nonce
            )
        now = self._clock.monotonic()
        pending = _Pending(nonce=nonce, verifier=verifier, browser=browser, then=then, ends_at=now + _PENDING_S)
        with self._lock:
            live = {one: value for one, value in self._pending.items() if value.ends_at > now}
            # the oldest goes where too many were begun and not ended
            self._pending = dict(list(live.items())[-_PENDING + 1 :]) | {state: pending}
        return str(url), browser

    def end(self, answer: Mapping[str, str], browser: str) -> tuple[Claimed, str]:
        """Who came back from the provider, and where they wanted to go.

        Args:
            answer: The query of the address that the provider sent them to.
            browser: The secret of their cookie.

        Raises:
            NotAllowedError: Something in it is not as it must be.
            ServiceError: The provider does not answer as it should.
        """
        with self._lock:
            pending = self._pending.pop(answer.get("state", ""), None)
        if pending is None or pending.ends_at <= self._clock.monotonic():
            raise NotAllowedError("This sign-in was not begun here, or too long ago. Please begin again.")
        if not secrets.compare_digest(pending.browser.encode(), browser.encode()):
            raise NotAllowedError("This sign-in was begun in another browser. Please begin again.")
        if "code" not in answer:
            raise NotAllowedError("Your provider did not sign you in. Please begin again, or use another way.")
        metadata, keys = self._metadata()
        told = answer.get("iss")
        needs = metadata.get("authorization_response_iss_parameter_supported") is True
        if (needs or told is not None) and told != self._settings.issuer:
            raise NotAllowedError("The answer came from another provider than the one that was asked.")
        token = self._fetched(metadata, answer["code"], pending.verifier)
        return self._checked(self._decoded(token, keys), pending.nonce), pending.then

    def _fetched(self, metadata: Mapping[str, Any], code: str, verifier: str) -> str:
        try:
            with self._client(metadata) as client:
                got = client.fetch_token(
                    _endpoint(metadata, "token_endpoint"),
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=verifier,
                )
        except OAuth2Error:
            raise NotAllowedError("Your provider refused the sign-in. Please begin again.") from None
        except (httpx.HTTPError, ValueError):
            raise ServiceError(f"{self._settings.issuer} does not answer as it should; try again later") from None
        token = got.get("id_token")
        if not isinstance(token, str):
            raise NotAllowedError("Your provider sent no proof of who you are; its client needs the scope 'openid'.")
        return token

    def _decoded(self, token: str, keys: KeySet) -> dict[str, Any]:
        """The claims of a token with a good signature; the provider's keys are asked for anew where they may be old."""
        try:
            return jwt.decode(token, keys, algorithms=_ALGORITHMS).claims
        except (JoseError, ValueError):
            if not self._forget_old_keys():
                raise NotAllowedError(_DOES_NOT_HOLD) from None
        try:
            return jwt.decode(token, self._metadata()[1], algorithms=_ALGORITHMS).claims
        except (JoseError, ValueError):
            raise NotAllowedError(_DOES_NOT_HOLD) from None

    def _forget_old_keys(self) -> bool:
        with self._lock:
            is_old = self._known is not None and self._known[0] - _KNOWN_S + _YOUNG_S < self._clock.monotonic()
            if is_old:
                self._known = None
            return is_old

    def _checked(self, claims: dict[str, Any], nonce: str) -> Claimed:
        registry = jwt.JWTClaimsRegistry(
            now=int(self._clock.now().timestamp()),
            leeway=_LEEWAY_S,
            iss={"essential": True, "value": self._settings.issuer},
            aud={"essential": True, "value": self._settings.client_id},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            registry.validate(claims)
        except (JoseError, ValueError):
            raise NotAllowedError(_DOES_NOT_HOLD) from None
        audiences = claims["aud"]
        by = claims.get("azp")
        if by not in (None, self._settings.client_id) or (
            isinstance(audiences, list) and len(audiences) > 1 and not by
        ):
            raise NotAllowedError(_DOES_NOT_HOLD)
        email, subject = claims.get("email"), claims["sub"]
        if not isinstance(email, str) or not email or claims.get("email_verified") is not True:
            raise NotAllowedError("Your provider has not verified your e-mail; ask whoever looks after it.")
        groups = claims.get(self._settings.groups_claim, [])
        return Claimed(
            subject=subject,
            email=email,
            name=str(claims.get("name") or email),
            groups=frozenset(group for group in groups if isinstance(group, str))
            if isinstance(groups, list)
            else frozenset(),
        )

    def _metadata(self) -> tuple[Mapping[str, Any], KeySet]:
        """What the provider says of itself, with its keys; asked for anew every hour.

        Raises:
            ServiceError: It does not answer, or says that it is somebody else.
        """
        with self._lock:
            known = self._known
        now = self._clock.monotonic()
        if known is not None and known[0] > now:
            return known[1], known[2]
        issuer = self._settings.issuer
        _must_be_safe(issuer)
        try:
            with self._http() as http:
                metadata = http.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration").raise_for_status().json()
                if not isinstance(metadata, dict) or metadata.get("issuer") != issuer:
                    raise ServiceError(f"{issuer} says that it is another provider; look at oidc.issuer")
                found = http.get(_endpoint(metadata, "jwks_uri")).raise_for_status().json()
                keys = KeySet.import_key_set(found)
        except (httpx.HTTPError, ValueError, KeyError, TypeError, JoseError):
            raise ServiceError(f"{issuer} does not answer as it should; try again later") from None
        with self._lock:
            self._known = (now + _KNOWN_S, metadata, keys)
        return metadata, keys

    def _client(self, metadata: Mapping[str, Any]) -> _Client:
        methods = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        return _Client(
            self._http(),
            client_id=self._settings.client_id,
            client_secret=self._secret,
            token_endpoint_auth_method=(
                "client_secret_post" if "client_secret_basic" not in methods else "client_secret_basic"
            ),
            scope="openid email profile",
            redirect_uri=self._redirect_uri,
            code_challenge_method="S256",
        )

    @staticmethod
    def _http() -> httpx.Client:
        # no redirects, and no proxy of the environment: the address is the one of the settings
        return httpx.Client(timeout=_TIMEOUT_S, follow_redirects=False, trust_env=False)


def _endpoint(metadata: Mapping[str, Any], name: str) -> str:
    url = str(metadata[name])
    _must_be_safe(url)
    return url


def _must_be_safe(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        raise ServiceError(f"{url} is not https, which a provider of sign-ins must be")
