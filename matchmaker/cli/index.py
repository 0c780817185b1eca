"""``matchmaker index``: publish the catalogue for matching, and show what is published."""

import click
from rich.console import Console
from rich.table import Table

from matchmaker import storage
from matchmaker.cli.common import configured
from matchmaker.cli.jobs import run_job
from matchmaker.i18n import gettext
from matchmaker.services import publishing


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
    """List the indexes that are kept, the one in force, and damage if there is any."""
    config = configured(needs_tables=False)
    rows = publishing.status(config.index_folder)
    if not rows:
        click.echo(gettext("No index has been published yet; run: matchmaker index publish"))
        return
    table = Table(gettext("version"), gettext("offerings"), gettext("state"))
    for row in rows:
        state = row["fault"] or (gettext("in force") if row["in_force"] else gettext("kept"))
        table.add_row(row.get("version", str(row["number"])), str(row.get("offerings", "")), state)
    Console().print(table)
