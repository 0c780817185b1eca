"""``matchmaker worker``: the process that runs jobs."""

import os
import signal
import threading

import click
import structlog

from matchmaker import storage
from matchmaker.cli.common import configured
from matchmaker.i18n import gettext
from matchmaker.jobs.worker import work
from matchmaker.services import purging
from matchmaker.tasks import make_tasks


@click.command()
@click.option("--once", is_flag=True, help="Do what waits, then exit.")
def worker(once: bool) -> None:
    """Run the jobs that wait, until SIGTERM or Ctrl-C; the chunk begun is finished first."""
    config = configured(is_service=True)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    structlog.get_logger(__name__).info("worker started", pid=os.getpid(), home=str(config.home))
    with storage.writing() as session:
        purging.ensure(session)
    work(make_tasks(config), stop, until_idle=once)
    click.echo(gettext("The worker has stopped."), err=True)
