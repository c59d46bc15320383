"""The dialler: every connection goes to an address that the guard has checked, and to no other."""

# ruff: noqa: ASYNC109 - the `timeout` parameters are those of httpcore's interface

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import httpcore

from detente.records import Outcome
from sources.fetching.address_guard import AddressGuard
from sources.fetching.outcome import FetchFailedError

if TYPE_CHECKING:
    SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]

__all__ = ["Dialer", "WatchedStream"]

ADDRESSES_TRIED: Final = 4
HEAD_BYTES: Final = 256_000


class WatchedStream(httpcore.AsyncNetworkStream):
    """A connection that counts what came after an answer's head, so that bytes nobody announced are noticed.

    Args:
        stream: The connection underneath.
    """

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream
        self._head: bytes | None = b""
        self._spoilt = False
        self.body_bytes = 0

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Reads what is there; b"" at the end."""
        data = await self._stream.read(max_bytes, timeout)
        if self._head is None:
            self.body_bytes += len(data)
        else:
            self._look_for_body(self._head + data)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Writes; the next thing read is the head of an answer."""
        self._head = b""
        self.body_bytes = 0
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        """Closes the connection."""
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> WatchedStream:
        """Begins TLS; a certificate that does not hold ends the exchange as `tls`."""
        try:
            return WatchedStream(await self._stream.start_tls(ssl_context, server_hostname, timeout))
        except httpcore.ConnectError as error:
            if not isinstance(error.__cause__, ssl.SSLError):
                raise
            reason = getattr(error.__cause__, "verify_message", "") or error.__cause__.reason or "handshake failed"
            raise FetchFailedError(Outcome.TLS, f"TLS with {server_hostname}: {reason}") from None
        except asyncio.CancelledError:
            # The deadline came during the handshake: nobody else holds this connection yet.
            await self._stream.aclose()
            raise

    def get_extra_info(self, info: str) -> object:
        """What is known of the connection; a spoilt one calls itself readable, and so is never used again."""
        if info == "is_readable" and self._spoilt:
            return True
        return self._stream.get_extra_info(info)

    def spoil(self) -> None:
        """Says that bytes which belong to no answer are in it: the next answer could not be told from them."""
        self._spoilt = True

    def _look_for_body(self, seen: bytes) -> None:
        """Finds where the head ends; heads of interim answers (1xx) are skipped."""
        at = 0
        while (end := seen.find(b"\r\n\r\n", at)) >= 0:
            if not seen.startswith((b"HTTP/1.1 1", b"HTTP/1.0 1"), at):
                self._head = None
                self.body_bytes = len(seen) - end - 4
                return
            at = end + 4
        # A head this long is refused anyway; what was seen is not gathered without end.
        self._head = seen[at:] if len(seen) - at < HEAD_BYTES else None


class Dialer(httpcore.AsyncNetworkBackend):
    """Opens connections for the pool: asks the guard for addresses and dials these.

    Args:
        guard: Resolves and checks.
        network: Opens a connection to an address.
        proxy: Host and port of the configured proxy, which people chose and which is therefore not checked.
    """

    def __init__(
        self, *, guard: AddressGuard, network: httpcore.AsyncNetworkBackend, proxy: tuple[str, int] | None = None
    ) -> None:
        self._guard = guard
        self._network = network
        self._proxy = proxy

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> WatchedStream:
        """Dials the checked addresses in turn until one answers."""
        if (host, port) == self._proxy:
            return WatchedStream(await self._network.connect_tcp(host, port, timeout, local_address, socket_options))
        failure: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for address in (await self._guard.addresses(host, port))[:ADDRESSES_TRIED]:
            try:
                stream = await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return WatchedStream(stream)
        raise failure or httpcore.ConnectError(f"no address of {host} answered")

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[SocketOption] | None = None
    ) -> WatchedStream:
        """Refuses: a socket file is no web address."""
        raise FetchFailedError(Outcome.REFUSED_URL, f"{path} is a socket file, which is never dialled")

    async def sleep(self, seconds: float) -> None:
        """Waits, where the pool asks for it."""
        await self._network.sleep(seconds)
