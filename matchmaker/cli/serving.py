"""``matchmaker serve``: the process that answers requests."""

import ctypes
import os
import socket
import sys

import click
from gunicorn.app import wsgiapp

from matchmaker.config import ROOT, Config
from matchmaker.errors import Invalid

ARENA_MAX, MMAP_THRESHOLD = -8, -3
"""Parameters of the C library's `mallopt` (malloc.h)."""
LARGE = 1 << 18
"""Bytes from which on memory is given back as soon as it is free."""


@click.command()
def serve() -> None:
    """Serve pages and API by gunicorn, until SIGTERM or Ctrl-C."""
    config = Config.from_environ()
    config.checked_secret()
    check_address(config)
    os.environ["MATCHMAKER_HOME"] = str(config.home)
    hoard_nothing()
    # In this interpreter, which has loaded much of what serving needs; a new one would load it again.
    sys.argv = ["gunicorn", "--config", str(ROOT / "gunicorn.conf.py"), "wsgi:app"]
    wsgiapp.run()


def hoard_nothing() -> None:
    """Let the threads of this process, and of those that fork from it, take memory from one place, and keep little.

    By itself glibc gives each thread an arena of its own, in which what one request has freed stays for the next of
    the same thread. Other C libraries have nothing of the kind.
    """
    set_parameter = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_parameter:
        set_parameter(ARENA_MAX, 1)
        set_parameter(MMAP_THRESHOLD, LARGE)


def check_address(config: Config) -> None:
    """Raise `Invalid` when nobody can listen at the address that is set, instead of trying for a while."""
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((config.host, config.port))
        except OSError as error:
            raise Invalid("%(host)s port %(port)s cannot be used (%(detail)s); set MATCHMAKER_PORT to another one.",
                          host=config.host, port=config.port, detail=error.strerror) from error
