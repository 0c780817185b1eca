"""``matchmaker run``: a whole installation in one terminal, as ``make run`` starts it."""

import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import click

from matchmaker.cli.database import upgrade
from matchmaker.cli.demo import demo
from matchmaker.cli.serving import check_address
from matchmaker.config import Config
from matchmaker.errors import MatchmakerError
from matchmaker.i18n import gettext

READY_SECONDS = 60
STOP_SECONDS = 35


@click.command()
@click.pass_context
def run(context: click.Context) -> None:
    """Upgrade the database, load the demo where it is one, then serve and work until Ctrl-C."""
    config = Config.from_environ()
    config.checked_secret()
    check_address(config)
    context.invoke(upgrade)
    if config.demo:
        context.invoke(demo)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    processes = [subprocess.Popen([sys.executable, "-m", "matchmaker", name]) for name in ("worker", "serve")]
    try:
        _wait_until_ready(config, processes)
        click.echo(gettext("Open %(address)s", address=f"http://{config.host}:{config.port}/"))
        while all(process.poll() is None for process in processes):
            time.sleep(0.5)
        raise MatchmakerError("A process has ended by itself; its log above says why.")
    except KeyboardInterrupt:
        click.echo(gettext("Stopping."), err=True)
    finally:
        _stop(processes)


def _wait_until_ready(config: Config, processes: Sequence[subprocess.Popen[bytes]]) -> None:
    address = f"http://{config.host}:{config.port}/readyz"
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and all(process.poll() is None for process in processes):
        try:
            with urlopen(address, timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise MatchmakerError("The service did not get ready; its log above says why.")


def _stop(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


def _interrupt(_number: int, _frame: Any) -> None:
    raise KeyboardInterrupt
