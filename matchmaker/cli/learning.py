"""``matchmaker learn``: weights proposed from what people decided, promoted and rolled back."""

from pathlib import Path
from uuid import UUID

import click
from rich.table import Table

from matchmaker import storage
from matchmaker.cli.common import configured
from matchmaker.cli.output import make_console
from matchmaker.domain import Service, WeightsProposal
from matchmaker.errors import Invalid
from matchmaker.i18n import gettext
from matchmaker.ranking import learning as ranking
from matchmaker.services import formats, weighing
from matchmaker.services.learning import gathering, promoting, proposing, telling

WHY = (click.option("--why-zh", required=True, help="The reason in Chinese, for the rule card."),
       click.option("--why-en", required=True, help="The reason in English."))


@click.group()
def learn() -> None:
    """Learn weights of the ranking from what firms and reviewers decided; nothing counts until it is promoted."""


@learn.command()
@click.argument("folders", metavar="COLLECTION...", nargs=-1,
                type=click.Path(exists=True, file_okay=False, path_type=Path))
def propose(folders: tuple[Path, ...]) -> None:
    """Learn weights, check them on lists held out by time, on the demo and on COLLECTIONs, and keep what came out.

    Exits with 1 when too little has been judged, then nothing is kept, and when they are refused.
    """
    config = configured()
    with storage.reading() as session:
        lists, base = gathering.gather(session, ranking.settings()), weighing.in_force(session)
    made = proposing.draft(config, lists, base, folders)
    with storage.writing() as session:
        proposal = proposing.keep(session, made)
    _show(proposal)
    if proposal.reasons:
        raise Invalid("Refused: %(reasons)s", reasons=" ".join(telling.reasons(proposal)))


@learn.command("list")
def list_proposals() -> None:
    """List the newest proposals, and the versions that were promoted."""
    configured()
    with storage.reading() as session:
        table = Table(gettext("proposal"), gettext("made"), gettext("state"), gettext("instead of"), "nDCG@10")
        for one in promoting.listed(session):
            table.add_row(str(one.id), formats.moment(one.made_at), telling.state(one), one.base,
                          f"{one.found['held_out']['difference']:+.4f}")
        make_console().print(table)
        versions = Table(gettext("version"), gettext("in force from"), gettext("until"))
        for version in weighing.versions(session):
            versions.add_row(version.version, str(version.in_force_from), str(version.ended or ""))
        make_console().print(versions)


@learn.command()
@click.argument("proposal", type=click.UUID)
def show(proposal: UUID) -> None:
    """Show PROPOSAL: what it rests on, what it changes, what was measured, and why it was refused if it was."""
    configured()
    with storage.reading() as session:
        found = promoting.find(session, proposal)
        _show(found)
        for line in telling.reasons(found):
            click.echo(line)


@learn.command()
@click.argument("proposal", type=click.UUID)
@WHY[0]
@WHY[1]
def promote(proposal: UUID, why_zh: str, why_en: str) -> None:
    """Announce PROPOSAL as a new version of the weights; it counts when the notice is over."""
    configured()
    with storage.writing() as session:
        found = promoting.promote(session, Service(), proposal, {"zh": why_zh, "en": why_en})
    click.echo(gettext("%(version)s is announced, and counts from %(day)s.", version=found.version,
                       day=found.in_force_from))


@learn.command()
@click.argument("version")
@WHY[0]
@WHY[1]
def rollback(version: str, why_zh: str, why_en: str) -> None:
    """Let VERSION, which was promoted, count no longer; the version before it counts again at once."""
    configured()
    with storage.writing() as session:
        promoting.roll_back(session, Service(), version, {"zh": why_zh, "en": why_en})
        counting = weighing.in_force(session)
    click.echo(gettext("%(version)s is rolled back; %(counting)s counts.", version=version, counting=counting.version))


def _show(proposal: WeightsProposal) -> None:
    console = make_console()
    console.print(f"{proposal.id}  {telling.state(proposal)}", markup=False)
    for title, header, rows in telling.tables(proposal):
        table = Table(*header, title=title, title_justify="left")
        for row in rows:
            table.add_row(*row)
        console.print(table)
