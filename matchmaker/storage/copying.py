"""Copy a whole database into a file, as it was at one moment, while others go on writing; and put it back.

SQLite writes the copy itself (``VACUUM INTO``), without what was deleted; PostgreSQL's comes by its own ``pg_dump`` and
goes back by ``pg_restore``, whose programs must be installed; to row-level security they are the service.
"""

import os
import shutil
import subprocess
from pathlib import Path

from sqlalchemy import Engine, inspect, text

from matchmaker.errors import Conflict, Unavailable


def copy_database(engine: Engine, path: Path) -> None:
    """Write a copy of the database to the new file `path`; raise `Unavailable` when PostgreSQL's program fails."""
    if engine.dialect.name == "sqlite":
        connection = engine.raw_connection()
        try:
            connection.execute("PRAGMA query_only=OFF")
            connection.execute("VACUUM INTO ?", (str(path),))
        finally:
            connection.close()
    else:
        _run(engine, "pg_dump", "--format=custom", "--enable-row-security", "--no-owner", "--no-privileges",
             f"--file={path}")


def put_back(engine: Engine, path: Path) -> None:
    """Fill an empty database from a copy; raise `Conflict` when it has tables, `Unavailable` when the program fails."""
    check_empty(engine)
    if engine.dialect.name == "sqlite":
        engine.dispose()
        target = Path(engine.url.database or "")
        arriving = target.with_name(f"{target.name}.restoring")
        with path.open("rb") as source, arriving.open("wb") as file:
            shutil.copyfileobj(source, file)
            file.flush()
            os.fsync(file.fileno())
        arriving.replace(target)
    else:
        _run(engine, "pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction",
             f"--dbname={engine.url.database}", str(path))


def check_empty(engine: Engine) -> None:
    """Raise `Conflict` when the database has tables."""
    if inspect(engine).get_table_names():
        raise Conflict("The database is not empty. Restore into a new one.")


def _run(engine: Engine, program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs on the schema of `engine`; the password goes by the environment, unseen."""
    with engine.connect() as connection:
        schema = connection.scalar(text("SELECT current_schema()"))
    url = engine.url
    said = {"PGHOST": url.host, "PGPORT": url.port, "PGUSER": url.username, "PGPASSWORD": url.password,
            "PGDATABASE": url.database, "PGOPTIONS": "-c matchmaker.actor=service"}
    environ = os.environ | {name: str(value) for name, value in said.items() if value is not None}
    try:
        done = subprocess.run([program, f"--schema={schema}", *arguments], env=environ,  # noqa: S603 - no shell
                              capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise Unavailable("%(program)s is not installed; it comes with PostgreSQL's client programs",
                          program=program) from None
    if done.returncode:
        raise Unavailable("%(program)s failed: %(detail)s", program=program, detail=done.stderr.strip()[-500:])
