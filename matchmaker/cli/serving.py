"""``matchmaker serve``: the process that answers requests."""

import os
import socket
import sys

import click
from gunicorn.app import wsgiapp

from matchmaker.config import ROOT, Config
from matchmaker.errors import Invalid


@click.command()
def serve() -> None:
    """Serve pages and API by gunicorn, until SIGTERM or Ctrl-C."""
    config = Config.from_environ()
    config.checked_secret()
    check_address(config)
    os.environ["MATCHMAKER_HOME"] = str(config.home)
    # In this interpreter, which has loaded much of what serving needs; a new one would load it again.
    sys.argv = ["gunicorn", "--config", str(ROOT / "gunicorn.conf.py"), "wsgi:app"]
    wsgiapp.run()


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
