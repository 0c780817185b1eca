"""Connections to addresses that strangers name: only to public ones, and never for longer than was allowed.

A name is resolved here, once, and its addresses are checked at the moment of connecting: what it resolves to earlier or
later does not matter (DNS rebinding). A deadline counts for the whole exchange, however small the steps by which it
goes on (tarpits).
"""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

import httpcore

from matchmaker.config import Networks

Address = IPv4Address | IPv6Address
TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"), IPv6Network("2002::/16"))
"""IPv6 addresses behind which there may be any IPv4 address (RFC 6052, RFC 8215, RFC 3056)."""


class AddressRefused(Exception):
    """A name leads to an address that nothing may be sent to."""


class NotResolved(Exception):
    """A name leads nowhere."""


def is_allowed(address: Address, also: Networks = ()) -> bool:
    """Tell whether anything may be sent to an address: a public one, or one in the networks that are allowed besides.

    >>> [is_allowed(ip_address(text)) for text in ("93.184.215.14", "10.0.0.7", "169.254.169.254", "::1", "100.64.0.1")]
    [True, False, False, False, False]
    >>> [is_allowed(ip_address(text)) for text in ("::ffff:127.0.0.1", "64:ff9b::7f00:1", "224.0.0.1", "0.0.0.0")]
    [False, False, False, False]
    """
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if any(address in network for network in also):
        return True
    is_hidden = address.is_multicast or any(address in network for network in TRANSLATED)
    return address.is_global and not is_hidden


def as_address(host: str) -> Address | None:
    """Return the address that a host is written as, None for a name."""
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        return None


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a name, as the system finds them; raise `OSError` or `UnicodeError` when it has none."""
    return list(dict.fromkeys(str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


class NotTrusted(Exception):
    """Whoever answers does not prove to have the name, or speaks no TLS that we do."""


class Backend(httpcore.NetworkBackend):
    """Connects for one exchange, which has to be over `seconds` after now."""

    def __init__(self, seconds: float, also: Networks) -> None:
        self._ends = time.monotonic() + seconds
        self._also = also
        self._inner = httpcore.SyncBackend()

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
                    socket_options: Iterable[Any] | None = None) -> httpcore.NetworkStream:
        """Connect to the first address that answers; raise `AddressRefused` when any of them is not allowed."""
        addresses = self._addresses(host, port)
        for number, address in enumerate(addresses, 1):
            try:
                return _Stream(self._inner.connect_tcp(address, port, self.left()), self.left)
            except httpcore.ConnectError:
                if number == len(addresses):
                    raise
        raise NotResolved(host)

    def left(self) -> float:
        """Return for how many seconds more this may go on; raise `httpcore.TimeoutException` when for none."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time for the whole exchange is over")
        return left

    def _addresses(self, host: str, port: int) -> Sequence[str]:
        found = _within(self.left(), lambda: resolve(host, port))
        # One that is not allowed among others that are is no accident.
        addresses = [as_address(address) for address in found]
        if not all(address and is_allowed(address, self._also) for address in addresses):
            raise AddressRefused(host)
        return found


class _Stream(httpcore.NetworkStream):
    """A connection whose every step ends when the whole exchange has to."""

    def __init__(self, inner: httpcore.NetworkStream, left: Callable[[], float]) -> None:
        self._inner = inner
        self._left = left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what has come."""
        return self._inner.read(max_bytes, self._left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of it."""
        self._inner.write(buffer, self._left())

    def close(self) -> None:
        """End the connection."""
        self._inner.close()

    def start_tls(self, ssl_context: ssl.SSLContext, server_hostname: str | None = None,
                  timeout: float | None = None) -> httpcore.NetworkStream:
        """Go on encrypted, with whoever proves to have the name."""
        try:
            return _Stream(self._inner.start_tls(ssl_context, server_hostname, self._left()), self._left)
        except httpcore.ConnectError as error:
            raise NotTrusted from error

    def get_extra_info(self, info: str) -> Any:
        """Return what is known of the connection."""
        return self._inner.get_extra_info(info)


def _within(seconds: float, call: Callable[[], list[str]]) -> list[str]:
    """Return what a call answers that knows no deadline itself; raise as it does, or when it takes too long."""
    found: list[list[str]] = []
    faults: list[Exception] = []

    def run() -> None:
        try:
            found.append(call())
        except (OSError, UnicodeError) as error:
            faults.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if found:
        return found[0]
    raise NotResolved from (faults[0] if faults else None)
