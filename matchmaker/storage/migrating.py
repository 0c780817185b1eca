"""Bring the database's tables to the present version, by Alembic. Serving processes never load this."""

from alembic import command
from alembic.config import Config as AlembicConfig
from sqlalchemy import Connection, Engine, text

from matchmaker.storage import sqlite
from matchmaker.storage.schema import MIGRATIONS

UPGRADE_LOCK = 0x6D61746368  # any number, the same in every process


def upgrade(engine: Engine) -> None:
    """Run the migrations that the database lacks, in one transaction; two processes at once do it one by one."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})
        command.upgrade(_configured(connection), "head")
        if connection.dialect.name == "sqlite":
            # Of an index of which it knows nothing, beside others of which it does, SQLite thinks too well.
            sqlite.learn(connection)


def write_revision(connection: Connection, message: str) -> None:
    """Write a new migration for what the mapped classes have and the database lacks (for developers)."""
    command.revision(_configured(connection), message=message, autogenerate=True)


def _configured(connection: Connection) -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
