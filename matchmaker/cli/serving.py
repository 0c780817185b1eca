"""``matchmaker serve`` and ``matchmaker worker``: the two kinds of process that an installation runs."""

import os
import signal
import sys
import threading

import click
import structlog

from matchmaker.cli.common import configured
from matchmaker.config import ROOT, Config
from matchmaker.i18n import gettext
from matchmaker.jobs.worker import work
from matchmaker.tasks import make_tasks


@click.command()
def serve() -> None:
    """Serve pages and API by gunicorn, until SIGTERM or Ctrl-C."""
    config = Config.from_environ()
    config.checked_secret()
    os.environ["MATCHMAKER_HOME"] = str(config.home)
    # The command's own interpreter: the console script's folder need not be on the path.
    os.execv(sys.executable, [
        sys.executable, "-m", "gunicorn", "--config", str(ROOT / "gunicorn.conf.py"), "wsgi:app",
    ])


@click.command()
@click.option("--once", is_flag=True, help="Do what waits, then exit.")
def worker(once: bool) -> None:
    """Run the jobs that wait, until SIGTERM or Ctrl-C; the chunk begun is finished first."""
    config = configured(is_service=True)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    structlog.get_logger(__name__).info("worker started", home=str(config.home))
    work(make_tasks(config), stop, until_idle=once)
    click.echo(gettext("The worker has stopped."), err=True)
