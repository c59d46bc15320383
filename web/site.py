"""The address that people type: links, cookies and the check of `Host` are made from the settings alone."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from detente.errors import WorkspaceError
from detente.settings import WebSettings

_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches that address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """Where the pages are, as people see it.

    Attributes:
        base_url: Without a slash at the end.
        hosts: What `Host` may say, in lower case.
        is_https: Whether people reach it by https.
    """

    base_url: str
    hosts: frozenset[str]
    is_https: bool

    def is_own(self, origin: str, host: str) -> bool:
        """Whether a page with this `Origin` is ours, in a request for this `Host`.

        On this machine the pages may also be open under another of its names than the one in the settings.
        """
        host = host.lower()
        is_here = is_loopback(host.rpartition(":")[0] or host)
        return origin.lower() == self.base_url or (is_here and origin.lower() == f"http://{host}")

    @property
    def cookie(self) -> str:
        """Name of the session's cookie; the prefix makes browsers refuse one that a neighbour domain set."""
        return "__Host-detente" if self.is_https else "detente"

    def url(self, path: str) -> str:
        """The full address of a path."""
        return self.base_url + path


def site_of(web: WebSettings, port: int | None = None) -> Site:
    """The site that the settings describe; `port` is the one listened on, where the settings say 0.

    Raises:
        WorkspaceError: `web.base_url` is no address of a whole host.
    """
    port = port or web.port
    own = {f"{name}:{port}" for name in _LOOPBACK_NAMES} | (set(_LOOPBACK_NAMES) if port == 80 else set())
    if not web.base_url:
        host = f"[{web.host}]" if ":" in web.host else web.host
        return Site(base_url=f"http://{host}:{port}", hosts=frozenset(own | {f"{host}:{port}"}), is_https=False)
    parts = urlsplit(web.base_url)
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or parts.username is not None
        or parts.path not in ("", "/")
        or parts.query
        or parts.fragment
    ):
        raise WorkspaceError(
            f"web.base_url: {web.base_url!r} is not the address of a host; write it like https://intel.acme.test"
        )
    netloc = parts.netloc.lower()
    standard = {"https": ":443", "http": ":80"}[parts.scheme]
    bare = netloc.removesuffix(standard)
    names = {netloc, bare} if parts.port and bare == netloc else {bare, bare + standard}
    return Site(
        base_url=f"{parts.scheme}://{bare}",
        hosts=frozenset(own | names),
        is_https=parts.scheme == "https",
    )


def local_path(asked: str | None) -> str:
    """A path of this site from what a query or a form says; `/` where it could lead anywhere else.

    Browsers take two slashes for the begin of another host, whether or not they lean backwards or hold a tab.
    """
    path = asked or "/"
    meant = unquote(path)
    is_local = meant.startswith("/") and not meant.startswith("//") and "\\" not in meant and meant.isprintable()
    return path if is_local and path.startswith("/") and path.isascii() and len(path) <= 2000 else "/"
