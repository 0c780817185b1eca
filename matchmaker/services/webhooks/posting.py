"""Post one signed message (Standard Webhooks, version 1), and say how that went, without a word of the answer.

Only the status of the answer is looked at. Its body is not read, redirects are not followed, no proxy of the
environment is used, and nobody's cookies or names are sent.
"""

import datetime as dt
import functools
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass

import httpcore
from standardwebhooks import Webhook

from matchmaker import __version__
from matchmaker.config import Networks
from matchmaker.domain.base import utc_now
from matchmaker.services.webhooks import guard

DEADLINE = 10.0
"""Seconds from looking the name up to the status of the answer, all in all."""
AGENT = f"matchmaker/{__version__}"
GONE = 410


@dataclass(frozen=True)
class Message:
    """What is to be sent where, and signed with which secrets."""

    id: str
    url: str
    body: bytes
    secrets: Sequence[str]


@dataclass(frozen=True)
class Outcome:
    """How an attempt went: the status of the answer, or a code of what went wrong on the way to one."""

    status: int | None
    fault: str | None
    milliseconds: int

    @property
    def is_success(self) -> bool:
        """Tell whether the receiver has taken it."""
        return self.fault is None

    @property
    def is_gone(self) -> bool:
        """Tell whether the receiver wants nothing more, ever."""
        return self.status == GONE


def post(message: Message, also: Networks, *, seconds: float | None = None) -> Outcome:
    """Send a message once. The networks `also` are allowed besides the public ones."""
    begun = time.monotonic()
    status, fault = _tried(message, also, DEADLINE if seconds is None else seconds)
    return Outcome(status, fault, round(1000 * (time.monotonic() - begun)))


def headers_of(message: Message, at: dt.datetime) -> dict[str, str]:
    """Return the headers of a message that is sent at this moment; one signature for each of its secrets."""
    # The library signs the moment as it stands on the clock, and takes it to be in UTC.
    signed = [Webhook(secret).sign(message.id, at, message.body.decode()) for secret in message.secrets]
    return {"Content-Type": "application/json", "User-Agent": AGENT, "Connection": "close", "webhook-id": message.id,
            "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": " ".join(signed)}


def _tried(message: Message, also: Networks, seconds: float) -> tuple[int | None, str | None]:
    try:
        status = _exchanged(message, also, seconds)
    except guard.AddressRefused:
        return None, "address"
    except guard.NotResolved:
        return None, "name"
    except httpcore.TimeoutException:
        return None, "timeout"
    except guard.NotTrusted:
        return None, "tls"
    except (httpcore.NetworkError, OSError):
        return None, "connection"
    except httpcore.ProtocolError:
        return None, "protocol"
    if 300 <= status < 400:
        return status, "redirect"
    return status, None if 200 <= status < 300 else "status"


def _exchanged(message: Message, also: Networks, seconds: float) -> int:
    """Return the status of the answer."""
    headers = headers_of(message, utc_now())
    backend = guard.Backend(seconds, also)
    with (httpcore.ConnectionPool(ssl_context=_trusted(), max_connections=1, network_backend=backend) as pool,
          pool.stream("POST", message.url, headers=list(headers.items()), content=message.body) as answer):
        return answer.status


@functools.cache
def _trusted() -> ssl.SSLContext:
    """Return whom the system trusts."""
    return ssl.create_default_context()
