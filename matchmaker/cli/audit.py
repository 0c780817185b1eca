"""``matchmaker audit``: read the audit log, and prove that it is whole."""

import click
from rich.console import Console
from rich.table import Table

from matchmaker import storage
from matchmaker.cli.common import configured
from matchmaker.errors import Invalid
from matchmaker.i18n import gettext
from matchmaker.services import auditing
from matchmaker.storage.queries.audit import newest_entries


@click.group()
def audit() -> None:
    """Read the audit log, and prove that it is whole."""


@audit.command()
def head() -> None:
    """Print number and digest of the newest entry, to be kept where this service cannot write."""
    configured()
    with storage.reading() as session:
        number, digest = auditing.head(session)
    click.echo(f"{number}:{digest}")


@audit.command()
@click.option("--head", "kept", metavar="NUMBER:DIGEST", help="What `matchmaker audit head` once printed.")
def verify(kept: str | None) -> None:
    """Follow the chain of entries; exit with 1 at the first that was changed, left out or put in."""
    configured()
    with storage.reading() as session:
        found = auditing.verify(session, _head(kept) if kept else None)
    if found.broken_at is not None:
        raise Invalid("The audit log is broken at entry %(number)s.", number=found.broken_at)
    click.echo(gettext("The audit log is whole: %(number)s entries, the last with digest %(digest)s.",
                       number=found.number, digest=found.digest))


@audit.command("list")
@click.option("--thing", "thing_id", default="", metavar="ID", help="Only what was done with this thing.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
def list_entries(thing_id: str, limit: int) -> None:
    """List the newest entries: who touched which fields of what, and when."""
    configured()
    with storage.reading() as session:
        found = newest_entries(session, thing_id, limit=limit)
    table = Table(gettext("number"), gettext("when"), gettext("who"), gettext("what"), gettext("thing"),
                  gettext("fields"))
    for entry in found:
        who = " ".join(filter(None, (entry.side, str(entry.person_id or ""))))
        table.add_row(str(entry.number), entry.at.isoformat(timespec="seconds"), who, entry.act,
                      f"{entry.thing} {entry.thing_id}", ", ".join(entry.fields))
    Console().print(table)


def _head(kept: str) -> tuple[int, str]:
    number, _, digest = kept.partition(":")
    if not number.isdecimal() or len(digest) != 64:
        raise Invalid("Give the head as it was printed, NUMBER:DIGEST, not %(kept)s", kept=kept)
    return int(number), digest
