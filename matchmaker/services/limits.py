"""How often something may be tried: so many times in a window of time, for whoever tries it.

What is counted is committed with the request that counts. A view that refuses what was tried, and answers 4xx for it,
sets ``g.keeps`` so that the attempt stays counted. A refusal by `count` itself needs no keeping: the counter stands at
its maximum already, and stays there until the window ends.
"""

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from matchmaker.domain.access import hash_secret
from matchmaker.domain.base import utc_now
from matchmaker.errors import TooMany
from matchmaker.storage import Session
from matchmaker.storage.queries import access as queries

HOST_BITS = 64


def network(address: str | None) -> str:
    """Return for what a caller's network address is counted: IPv6 gives each household 2⁶⁴ of them, so their network.

    >>> network("192.0.2.7"), network("2001:db8:1:2:3:4:5:6"), network("::ffff:192.0.2.7"), network(None)
    ('192.0.2.7', '2001:db8:1:2::', '192.0.2.7', '')
    """
    try:
        found = ip_address(address or "")
    except ValueError:
        return ""
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or IPv6Address(int(found) >> HOST_BITS << HOST_BITS))
    return str(found)


def count(session: Session, name: str, who: str, most: int, seconds: int) -> None:
    """Count one attempt at `name` by `who`; raise `TooMany` beyond the first `most` in a window of `seconds`.

    `who` may be an e-mail address or a network address: only a hash of it is stored. Windows are fixed, so that at
    worst twice `most` come within `seconds`. Executes at once; whoever counts the same at that moment waits.
    """
    now, ends = _window(seconds)
    if not queries.count_attempt(session, _key(name, who), ends, most):
        raise TooMany("This was tried too often.", seconds=ends - now)


@dataclass(frozen=True)
class Budget:
    """What may still be tried in a window: `left` of `most`, before it ends in `seconds`; -1 is one too many."""

    most: int
    left: int
    seconds: int


def spend(session: Session, name: str, who: str, most: int, seconds: int) -> Budget:
    """Count one attempt as `count` does; return what is left rather than refuse. Executes at once."""
    now, ends = _window(seconds)
    counted = queries.count_attempt(session, _key(name, who), ends, most)
    return Budget(most, most - counted if counted else -1, ends - now)


def uncount(session: Session, name: str, who: str, seconds: int) -> None:
    """Take back what `count` counted, for attempts that turned out well. Executes at once."""
    _now, ends = _window(seconds)
    queries.uncount_attempt(session, _key(name, who), ends)


def _window(seconds: int) -> tuple[int, int]:
    """Return the present moment and the end of its window, in seconds since 1970."""
    now = int(utc_now().timestamp())
    return now, now - now % seconds + seconds


def _key(name: str, who: str) -> str:
    return hash_secret(f"{name}\n{who}")
