"""What all sub-commands share: the settings, and a database that is ready. The quick ones need no more than this."""

from matchmaker import logs, storage
from matchmaker.config import Config
from matchmaker.errors import Unavailable
from matchmaker.storage import schema


def configured(*, is_service: bool = False, needs_tables: bool = True) -> Config:
    """Read the settings, set up the logs and connect the database.

    A command that somebody waits for logs warnings only; `is_service` logs as the settings say. Raise `Unavailable`
    when `needs_tables` and the database lacks them.
    """
    config = Config.from_environ()
    level = config.log_level if is_service or config.log_level != "INFO" else "WARNING"
    logs.configure(level, config.log_format)
    storage.connect(config.database_url)
    if needs_tables:
        with storage.reading() as session:
            if not schema.is_current(session.connection()):
                raise Unavailable("The database lacks the tables of this version; run: matchmaker db upgrade")
    return config
