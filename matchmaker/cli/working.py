"""``matchmaker worker``: the process that runs jobs."""

import os
import signal
import threading
from collections.abc import Mapping

import click
import structlog

from matchmaker import storage
from matchmaker.cli.common import configured
from matchmaker.config import Config
from matchmaker.i18n import gettext
from matchmaker.jobs import waking
from matchmaker.jobs.worker import Task, wait_beside, work
from matchmaker.services import hourly, keeping, purging
from matchmaker.services.demand import summarising
from matchmaker.services.editing import validity
from matchmaker.services.leads import clocks
from matchmaker.services.openness import keeping as lists
from matchmaker.services.people import covering
from matchmaker.tasks import BESIDE, LANES, LAST, make_tasks


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
        validity.ensure(session)
        clocks.ensure(session)
        hourly.ensure(session, covering.TASK)
        hourly.ensure(session, summarising.TASK)
        keeping.ensure(session)
        hourly.ensure(session, lists.TASK)
    tasks = make_tasks(config)
    if once:
        work(tasks, stop, until_idle=True, last=LAST)
    else:
        serve(config, tasks, stop)
    click.echo(gettext("The worker has stopped."), err=True)


def serve(config: Config, tasks: Mapping[str, Task], stop: threading.Event) -> None:
    """Run jobs until `stop` is set: those that a broker's messages name, or those that are found by looking."""
    threads = [threading.Thread(target=wait_beside, args=(tasks, stop, kinds), kwargs={"hands": hands})
               for kinds, hands in LANES.items()]
    if config.broker_url:
        send = waking.Sender(config.broker_url)
        waking.attach(storage.Sessions, send, BESIDE)
        threads.append(threading.Thread(target=waking.watch, args=(stop, send, BESIDE)))
    for thread in threads:
        thread.start()
    try:
        if config.broker_url:
            waking.work(config.broker_url, tasks, stop, BESIDE, LAST)
        else:
            work(tasks, stop, apart=BESIDE, last=LAST)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
