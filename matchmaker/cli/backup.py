"""``matchmaker backup`` and ``matchmaker restore``: the whole service in one file, and back."""

from pathlib import Path

import click

from matchmaker import storage
from matchmaker.cli.common import configured
from matchmaker.cli.output import Replacing
from matchmaker.i18n import gettext
from matchmaker.services import auditing, backups, publishing

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=FILE)
def backup(file: Path) -> None:
    """Write everything but the index to FILE, a .tar.gz, while the service goes on working."""
    config = configured()
    with storage.reading() as session:
        head = auditing.head(session)
    with Replacing(file.absolute()) as target:
        written = backups.back_up(config, head, target, file.absolute().parent)
    click.echo(gettext("%(file)s: the database and %(files)s files. Keep the head of the audit log elsewhere: %(head)s",
                       file=file, files=written.files, head=written.head))


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Fill a new MATCHMAKER_HOME and an empty database from FILE. The worker then builds the index."""
    config = configured(needs_tables=False)
    restored = backups.restore(config, file)
    with storage.writing() as session:
        publishing.queue_publish(session)
    click.echo(gettext("Restored: the database and %(files)s files. Start the worker to build the index, and compare: "
                       "matchmaker audit verify --head %(head)s", files=restored.files, head=restored.head))
