"""The one parser of URLs: it decides what a URL means, refuses what could mean two things, and spells it one way."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import urljoin

from pydantic_core import Url, ValidationError

__all__ = ["DEFAULT_PORTS", "UrlParts", "canonical_url", "resolve_link", "split_url"]

MAX_URL_CHARS: Final = 4_096
DEFAULT_PORTS: Final = {"http": 80, "https": 443}

_SHAPE = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<path>[^?#]*)(?P<query>\?[^#]*)?", re.I)
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBER_LIKE = re.compile(r"[0-9]+|0x[0-9a-f]*")
_UNSAFE = re.compile(r"[^A-Za-z0-9\-._~:/?\[\]@!$&'()*+,;=%]|%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, kw_only=True, slots=True)
class UrlParts:
    """A URL taken apart; every part is ASCII and canonical.

    Attributes:
        scheme: `http` or `https`.
        host: Lower case; an IPv6 address without its brackets.
        port: Always set.
        target: Path and query, as a request line holds them; begins with a slash.
        url: The whole in its canonical form.
        origin: `scheme://host[:port]`.
    """

    scheme: str
    host: str
    port: int
    target: str
    url: str
    origin: str


def canonical_url(url: str) -> str:
    """The canonical form of an http(s) URL; two spellings of one page have the same.

    Scheme and host are lower-cased, the fragment and a default port dropped, dot segments resolved, an empty path
    becomes "/", and characters that a request line cannot hold are percent-encoded. A trailing slash after a longer
    path stays: with and without it are two resources.

    Args:
        url: As a person wrote it.

    Returns:
        The canonical URL.

    Raises:
        ValueError: It is not an http(s) URL, or one that clients read in different ways: with a user name, a
            backslash, a control character, or an address in an odd spelling.
    """
    return split_url(url).url


@lru_cache(maxsize=4096)
def split_url(url: str) -> UrlParts:
    """Takes a URL apart.

    Args:
        url: As a person or a Location header wrote it; absolute.

    Returns:
        Its canonical parts.

    Raises:
        ValueError: As `canonical_url`.
    """
    shown = repr(url[:200])
    url = url.strip(" ")
    _refuse_odd_characters(url, shown)
    shape = _SHAPE.match(url)
    scheme = shape["scheme"].lower() if shape else ""
    if shape is None or scheme not in DEFAULT_PORTS:
        raise ValueError(f"{shown} is not a web address: write it whole, beginning with https:// or http://")
    authority = shape["authority"]
    if "@" in authority:
        raise ValueError(f"{shown} holds a user name or a second host before '@': remove it")
    host, port_text = _host_and_port(authority, shown)
    host = _plain_host(host, shown)
    if not (port_text == "" or (port_text.isascii() and port_text.isdigit() and 0 < int(port_text[:6]) < 65536)):
        raise ValueError(f"{shown} has the port {port_text!r}: write a number from 1 to 65535")
    port = int(port_text) if port_text else DEFAULT_PORTS[scheme]
    target = _escape(_without_dot_segments(shape["path"])) + _escape(shape["query"] or "")
    written_host = f"[{host}]" if ":" in host else host
    origin = f"{scheme}://{written_host}" + ("" if port == DEFAULT_PORTS[scheme] else f":{port}")
    return UrlParts(scheme=scheme, host=host, port=port, target=target, url=origin + target, origin=origin)


def resolve_link(base: str, link: str) -> str:
    """The canonical URL of a link that stands on a page or in a Location header.

    Args:
        base: Canonical URL of where it stands.
        link: Absolute or relative.

    Returns:
        The canonical URL that it leads to.

    Raises:
        ValueError: As `canonical_url`.
    """
    # urljoin drops tabs and newlines silently, so they are refused before it sees them.
    _refuse_odd_characters(link, repr(link[:200]))
    return canonical_url(urljoin(base, link))


def _refuse_odd_characters(url: str, shown: str) -> None:
    if len(url) > MAX_URL_CHARS:
        raise ValueError(f"{shown}… has {len(url)} characters; a URL may have {MAX_URL_CHARS}")
    if "\\" in url:
        raise ValueError(f"{shown} holds a backslash, which clients read in different ways: write '/' or %5C")
    if any(ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0 or 0xD800 <= ord(char) < 0xE000 for char in url):
        raise ValueError(f"{shown} holds a control character (a tab or a line break?): remove it")


def _host_and_port(authority: str, shown: str) -> tuple[str, str]:
    if not authority.startswith("["):
        host, _, port = authority.partition(":")
        return host, port
    address, bracket, rest = authority[1:].partition("]")
    if not bracket or (rest and not rest.startswith(":")):
        raise ValueError(f"{shown} has a host that does not close its bracket: write [address] or [address]:port")
    try:
        # A zone ("%eth0") belongs to one machine; the replacement makes it no address.
        return ipaddress.IPv6Address(address.replace("%", "?")).compressed, rest[1:]
    except ValueError:
        raise ValueError(f"{shown} has {address!r} for an IPv6 address, which it is not") from None


def _plain_host(host: str, shown: str) -> str:
    """The host in lower-case ASCII; an address only in its usual spelling."""
    if ":" in host:
        return host
    if not host:
        raise ValueError(f"{shown} has no host: write https://<host>/<path>")
    plain = host.lower()
    if not plain.isascii():
        try:
            plain = Url(f"http://{host}/").host or ""
        except ValidationError:
            plain = ""
    plain = plain.removesuffix(".")
    labels = plain.split(".")
    if _NUMBER_LIKE.fullmatch(labels[-1]):
        if not host.isascii() or not _is_usual_ipv4(plain):
            raise ValueError(f"{shown} has a host that looks like an address in an odd spelling: write a.b.c.d")
    elif len(plain) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError(f"{shown} has {host!r} for a host, which no name can be: check the spelling")
    return plain


def _is_usual_ipv4(host: str) -> bool:
    try:
        return str(ipaddress.IPv4Address(host)) == host
    except ValueError:
        return False


def _without_dot_segments(path: str) -> str:
    """Resolves `.` and `..` as every client does, so that robots.txt is asked about the path that is requested."""
    if "/." not in path:
        return path or "/"
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            kept[-1:] = []
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)


def _escape(text: str) -> str:
    return _UNSAFE.sub(lambda odd: "".join(f"%{byte:02X}" for byte in odd[0].encode()), text)
