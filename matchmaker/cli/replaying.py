"""``matchmaker replay``: compute rankings again from their records, and compare them byte for byte."""

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

from matchmaker import storage
from matchmaker.cli.common import configured
from matchmaker.domain import Lead, Service
from matchmaker.errors import Invalid, NotFound
from matchmaker.i18n import gettext
from matchmaker.services.transparency import replaying, words
from matchmaker.storage.queries import leads, rankings

SERVICE = Service()


@click.command()
@click.argument("lead", required=False)
@click.option("--sample", type=click.IntRange(1, 100_000), metavar="N", help="Replay N leads drawn at random instead.")
@click.option("--seed", type=int, default=0, show_default=True, help="What the draw of --sample begins with.")
def replay(lead: str | None, sample: int | None, seed: int) -> None:
    """Compute the ranking of LEAD, a lead's number or id, again; exit with 1 when anything differs.

    The frozen need, weights, model and index of the record are used, whatever is in force today.
    """
    if (lead is None) == (sample is None):
        raise click.UsageError(gettext("Give the number of a lead, or --sample."))
    config = configured()
    with storage.reading() as session:
        if lead is not None:
            found = rankings.lead_named(session, SERVICE, lead)
            if found is None:
                raise NotFound("There is no such lead.")
            _show(replaying.replay(session, config, found))
            return
        whole = partial = 0
        for lead_id in track(replaying.sampled(session, sample or 0, seed), console=Console(stderr=True)):
            one = replaying.replay(session, config, leads.lead_by_id(session, SERVICE, lead_id))
            _check(one.lead, one.is_equal)
            whole, partial = whole + one.is_whole, partial + (not one.is_whole)
    click.echo(gettext("%(equal)s rankings came out byte for byte; of %(partial)s of them a part could not be computed "
                       "again.", equal=whole + partial, partial=partial))


def _show(found: replaying.Replay) -> None:
    table = Table(gettext("part"), gettext("compared"), gettext("why"))
    for part in found.parts:
        table.add_row(gettext(words.PARTS[part.name]), gettext(words.FINDINGS[part.finding]), gettext(part.why))
    Console().print(table)
    click.echo(f"{found.recorded}\n{found.replayed}")
    _check(found.lead, found.is_equal)


def _check(lead: Lead, is_equal: bool) -> None:
    if not is_equal:
        raise Invalid("The ranking of lead %(lead)s does not come out as it was recorded.", lead=lead.reference)
