"""Which addresses may be dialled: public ones, and those that the settings name by host and port."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Final

from detente.clock import Clock
from detente.records import Outcome
from sources.fetching.outcome import FetchFailedError

__all__ = ["AddressGuard", "Resolver", "system_resolver", "why_not_public"]

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""Takes a host and a port, gives its addresses; raises OSError where there are none."""

REMEMBERED_S: Final = 30.0

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Written out rather than asked of `ipaddress`, whose idea of "global" differs between Python versions.
_NOT_PUBLIC: Final[tuple[tuple[str, tuple[_Network, ...]], ...]] = tuple(
    (name, tuple(ipaddress.ip_network(network) for network in networks.split()))
    for name, networks in (
        ("unspecified", "0.0.0.0/8 ::/128"),
        ("loopback", "127.0.0.0/8 ::1/128"),
        ("private", "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16"),
        ("link-local", "169.254.0.0/16 fe80::/10"),
        ("carrier-grade NAT", "100.64.0.0/10"),
        ("unique local", "fc00::/7"),
        ("site-local", "fec0::/10"),
        ("multicast", "224.0.0.0/4 ff00::/8"),
        ("local NAT64", "64:ff9b:1::/48"),
        ("6to4", "192.88.99.0/24 2002::/16"),
        ("Teredo", "2001::/32"),
        ("documentation or test", "192.0.2.0/24 198.51.100.0/24 203.0.113.0/24 198.18.0.0/15 2001:db8::/32 3fff::/20"),
        ("reserved", "192.0.0.0/24 240.0.0.0/4 2001::/23"),
    )
)
_GLOBAL_UNICAST: Final = ipaddress.IPv6Network("2000::/3")
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
_IPV4_COMPATIBLE: Final = ipaddress.IPv6Network("::/96")


async def system_resolver(host: str, port: int) -> list[str]:
    """Asks the operating system.

    Args:
        host: A name or an address.
        port: Where the connection will go.

    Returns:
        Addresses, in the system's order of preference.

    Raises:
        OSError: The name has no address, or no server answered.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def why_not_public(address: str) -> str | None:
    """What kind of address this is, if it is not a public one.

    Args:
        address: IPv4 or IPv6, as a resolver gives it. An IPv4 address inside an IPv6 address is what counts.

    Returns:
        The kind in words, or None for a public address.
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "unreadable"
    if isinstance(ip, ipaddress.IPv6Address):
        ip = _embedded_ipv4(ip) or ip
    for name, networks in _NOT_PUBLIC:
        if any(ip.version == network.version and ip in network for network in networks):
            return name
    if isinstance(ip, ipaddress.IPv6Address) and (ip not in _GLOBAL_UNICAST or ip.scope_id is not None):
        return "reserved"
    return None


def _embedded_ipv4(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that packets to a mapped, compatible or NAT64 address end at.

    6to4 and Teredo are refused whole: their relays are gone, and the address alone does not say who answers.
    """
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    if ip in _NAT64 or (ip in _IPV4_COMPATIBLE and int(ip) > 1):
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return None


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


class AddressGuard:
    """Resolves names, refuses those with an address that is not public, and remembers the answer for a short time.

    Args:
        resolver: Gives the addresses of a name.
        allow_hosts: `host:port` whose addresses are not checked.
        timeout_s: Seconds that one resolution may take.
        clock: Tells how old a remembered answer is.
    """

    def __init__(self, *, resolver: Resolver, allow_hosts: Collection[str], timeout_s: float, clock: Clock) -> None:
        self._resolver = resolver
        self._allowed = frozenset(entry.lower() for entry in allow_hosts)
        self._timeout_s = timeout_s
        self._clock = clock
        self._known: dict[tuple[str, int], tuple[float, tuple[str, ...]]] = {}

    async def addresses(self, host: str, port: int) -> tuple[str, ...]:
        """Addresses of a host that may be dialled; the dialler must use these and resolve nothing again.

        Args:
            host: Lower-case name or address.
            port: Where the connection will go.

        Returns:
            At least one address.

        Raises:
            FetchFailedError: `dns` where there is no address in time; `refused_address` where one of them,
                however many others there are, is not public.
        """
        known = self._known.get((host, port))
        if known is not None and self._clock.monotonic() - known[0] < REMEMBERED_S:
            return known[1]
        found = await self._resolve(host, port)
        place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        if place not in self._allowed:
            for address in found:
                if kind := why_not_public(address):
                    raise FetchFailedError(
                        Outcome.REFUSED_ADDRESS,
                        f"{host} leads to {address}, a {kind} address; if it is an intranet page that you mean, "
                        f"add '{place}' to fetch.allow_hosts",
                    )
        self._known[host, port] = (self._clock.monotonic(), found)
        return found

    async def _resolve(self, host: str, port: int) -> tuple[str, ...]:
        if _is_address(host):
            return (host,)
        try:
            async with asyncio.timeout(self._timeout_s):
                found = tuple(await self._resolver(host, port))
        except TimeoutError:
            raise FetchFailedError(Outcome.DNS, f"no address for {host} within {self._timeout_s:g} s") from None
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or "the name cannot be asked for"
            raise FetchFailedError(Outcome.DNS, f"no address for {host}: {reason}") from None
        if not found:
            raise FetchFailedError(Outcome.DNS, f"no address for {host}")
        return found
