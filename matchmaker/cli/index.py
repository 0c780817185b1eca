"""``matchmaker index``: publish the catalogue for matching, and show what is published."""

from typing import Any

import click
from rich.console import Console
from rich.table import Table

from matchmaker import storage
from matchmaker.cli.common import configured
from matchmaker.cli.jobs import run_job
from matchmaker.errors import Invalid
from matchmaker.i18n import gettext
from matchmaker.services import live, publishing


@click.group()
def index() -> None:
    """Publish the catalogue for matching."""


@index.command()
def publish() -> None:
    """Build the index of what is published now, and put it in force for every process."""
    config = configured()
    with storage.writing() as session:
        job = publishing.queue_publish(session)
    result = run_job(config, job.id, gettext("Publishing the index")).result or {}
    click.echo(gettext("Index %(version)s is in force: %(offerings)s offerings.", version=result["version"],
                       offerings=result["offerings"]))


@index.command()
def status() -> None:
    """List the indexes that are kept and the one in force, and say how much has changed since."""
    config = configured()
    rows = publishing.status(config.index_folder, is_thorough=False)
    if not rows:
        click.echo(gettext("No index has been published yet; run: matchmaker index publish"))
        return
    _show(rows)
    with storage.reading() as session:
        changed = publishing.changed_since(session, rows)
    if changed is not None:
        click.echo(gettext("%(changed)s offerings changed since; every process has taken that in.", changed=changed)
                   if changed <= live.MOST else
                   gettext("%(changed)s offerings changed since, more than is taken in before the next index: what "
                           "closed is not shown, what is new waits.", changed=changed))


@index.command()
def verify() -> None:
    """Compare every byte of the indexes that are kept with what was written; exit with 1 when any is damaged."""
    config = configured(needs_tables=False)
    rows = publishing.status(config.index_folder)
    _show(rows)
    if any(row["fault"] for row in rows):
        raise Invalid("An index is damaged. Processes that hold an older one serve on; run: matchmaker index publish")


def _show(rows: list[dict[str, Any]]) -> None:
    table = Table(gettext("version"), gettext("offerings"), gettext("state"))
    for row in rows:
        state = row["fault"] or (gettext("in force") if row["in_force"] else gettext("kept"))
        table.add_row(row.get("version", str(row["number"])), str(row.get("offerings", "")), state)
    Console().print(table)
