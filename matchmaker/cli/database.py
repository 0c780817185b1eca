"""``matchmaker db``: bring the database's tables to this version."""

import click

from matchmaker import storage
from matchmaker.cli.common import configured
from matchmaker.errors import Unavailable
from matchmaker.i18n import gettext
from matchmaker.services import vocabulary
from matchmaker.storage import migrating, schema, wall


@click.group()
def db() -> None:
    """Create, upgrade and check the database."""


@db.command()
def upgrade() -> None:
    """Create or upgrade the tables, and add the kinds, themes and reasons that are missing."""
    config = configured(needs_tables=False)
    migrating.upgrade(storage.connected())
    with storage.writing() as session:
        added = vocabulary.seed(session, config.data)
    click.echo(gettext("The database is at version %(version)s; %(added)s kinds, themes and reasons added.",
                       version=schema.newest_revision(), added=added))
    _warn()


@db.command()
def check() -> None:
    """Exit with 0 when the database has the tables of this version, with 1 otherwise."""
    configured(needs_tables=False)
    with storage.reading() as session:
        if not schema.is_current(session.connection()):
            raise Unavailable("The database lacks the tables of this version; run: matchmaker db upgrade")
    click.echo(gettext("The database has the tables of this version."))
    _warn()


def _warn() -> None:
    """Say so when the second wall does not stand."""
    with storage.connected().connect() as connection:
        if wall.is_above(connection):
            click.echo(gettext("The database's role is a superuser or has BYPASSRLS, so row-level security does not "
                               "bind it. Let the service connect as an ordinary role that owns its tables."), err=True)
