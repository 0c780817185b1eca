"""``matchmaker lexicon``: concepts that operators add to those that the ranking comes with."""

from pathlib import Path
from typing import Any

import click
import orjson
from marshmallow import ValidationError

from matchmaker import storage
from matchmaker.cli.common import configured
from matchmaker.errors import Invalid
from matchmaker.i18n import gettext
from matchmaker.schemas.concepts import ConceptLineSchema
from matchmaker.schemas.faults import flatten
from matchmaker.schemas.vocabulary import use_vocabulary
from matchmaker.services import concepts, vocabulary

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group()
def lexicon() -> None:
    """Add concepts to the lexicon: their terms, and the words of those who do not know them."""


@lexicon.command()
@FILE
def check(file: Path) -> None:
    """Tell whether the concepts of FILE could be added: JSON objects, one a line, as in data/lexicon/README.md."""
    configured()
    with storage.reading() as session:
        given = _read(session, file)
    concepts.check_ids(given)
    click.echo(gettext("%(count)s concepts can be added.", count=len(given)))


@lexicon.command()
@FILE
def add(file: Path) -> None:
    """Add the concepts of FILE; those that were added before get its words. The next index takes them in."""
    configured()
    with storage.writing() as session:
        given = _read(session, file)
        concepts.keep(session, given)
    click.echo(gettext("%(count)s concepts are kept; the next index, which is queued, takes them in.",
                       count=len(given)))


def _read(session: storage.Session, file: Path) -> list[dict[str, Any]]:
    """Return the concepts of a file; raise `Invalid` with all its faults, each with its line."""
    faults: list[str] = []
    found: list[dict[str, Any]] = []
    schema = ConceptLineSchema()
    with use_vocabulary(*vocabulary.codes(session)):
        for number, line in enumerate(file.read_bytes().splitlines(), 1):
            try:
                if line.strip():
                    found.append(schema.load(orjson.loads(line)))
            except orjson.JSONDecodeError as error:
                faults.append(gettext("Line %(number)s is not JSON: %(detail)s", number=number, detail=str(error)))
            except ValidationError as error:
                faults += [gettext("Line %(number)s, %(field)s: %(words)s", number=number, **fault)
                           for fault in flatten(error.messages)]
    if not found and not faults:
        faults.append(gettext("%(file)s holds no concept", file=file.name))
    if faults:
        raise Invalid("%(faults)s", faults="\n".join(faults))
    return found
