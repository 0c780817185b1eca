"""``matchmaker lexicon``: the concepts that the ranking knows, and those that operators add."""

from pathlib import Path

import click

from matchmaker.config import Config
from matchmaker.errors import Invalid
from matchmaker.i18n import gettext
from matchmaker.services import lexicon as service

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group()
def lexicon() -> None:
    """Add concepts to the lexicon: their terms, and the words of those who do not know them."""


@lexicon.command()
@FILE
def check(file: Path) -> None:
    """Tell whether the concepts of FILE could be added: JSON objects, one a line, as in data/lexicon/README.md."""
    click.echo(gettext("%(count)s concepts can be added.", count=_checked(Config.from_environ(), file)))


@lexicon.command()
@FILE
def add(file: Path) -> None:
    """Add the concepts of FILE; a file of the same name that was added before is replaced. Publish the index then."""
    _checked(Config.from_environ(), file)
    path = service.add(file)
    click.echo(gettext("Kept as %(path)s; it takes effect with the next index: matchmaker index publish",
                       path=str(path)))


def _checked(config: Config, file: Path) -> int:
    """Return how many concepts a file has; raise `Invalid` with all its faults."""
    concepts, faults = service.check(config, file)
    if faults:
        raise Invalid("%(faults)s", faults="\n".join(faults))
    return len(concepts)
