"""Ports for the services that tests start."""

import os
import socket
from itertools import count

BELOW_THE_EPHEMERAL = 10_000
"""Where the search begins: no connection that goes out is given a port below 32,768."""
EACH = 2_500
"""So many ports has each process of the test run for itself."""

_next = count()


def free_port() -> int:
    """Return a port of this process of the test run on which nothing listens, each time another."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 4
    while True:
        port = BELOW_THE_EPHEMERAL + worker * EACH + (os.getpid() + next(_next)) % EACH
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
