"""``matchmaker match`` and ``models``: needs in, matches out."""

import csv
import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any

import click
import orjson
from marshmallow import Schema, ValidationError
from rich.console import Console
from rich.markup import escape
from rich.progress import track
from rich.table import Table

from matchmaker import storage
from matchmaker.cli.common import configured
from matchmaker.cli.output import Replacing
from matchmaker.config import Config
from matchmaker.errors import Invalid
from matchmaker.i18n import gettext, pick, use_language
from matchmaker.schemas.fields import flatten
from matchmaker.schemas.needs import FlatNeedSchema, NeedSchema
from matchmaker.schemas.vocabulary import use_vocabulary
from matchmaker.services import bulk, matching, need_files, training, vocabulary

LANGUAGE = click.Choice(["zh", "en"])


@click.command()
@click.argument("problem", required=False)
@click.option("--lang", type=LANGUAGE, help="Language of the answer; by default that of the need.")
@click.option("--top", type=click.IntRange(1, 100), default=10, show_default=True, help="How many matches to show.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as the API gives it.")
@click.option("--file", "source", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Match every need of a CSV, XLSX, JSON or JSONL file.")
@click.option("--mapping", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="TOML file that names the file's columns: [columns] problem = \"{Title}. {Text}\".")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path),
              help="Where --file writes its answers, as JSONL.")
@click.option("--processes", type=click.IntRange(1, 256), default=os.cpu_count() or 1, show_default="one a core",
              help="How many processes share the needs of --file.")
def match(problem: str | None, lang: str | None, top: int, as_json: bool, source: Path | None, mapping: Path | None,
          out: Path | None, processes: int) -> None:
    """Match PROBLEM, a need in Chinese or English words, with the open offerings."""
    if (problem is None) == (source is None) or (source is None) != (out is None):
        raise click.UsageError("Give a need in words, or --file with --out.")
    config = configured()
    with storage.reading() as session:
        codes = vocabulary.codes(session)
    index = matching.current_index(config)
    with use_vocabulary(*codes):
        if source and out:
            _match_file(source, mapping, out, partial(_answer_row, index=index, language=lang, top=top), processes)
            return
        need = _loaded(NeedSchema(), {"problem": problem})
    answer = matching.match(index, need, top=top, language=lang)
    if as_json:
        click.echo(orjson.dumps(answer, option=orjson.OPT_INDENT_2).decode())
    else:
        _show(answer, lang or answer["profile"]["language"])


def _loaded(schema: Schema, fields: dict[str, Any]) -> dict[str, Any]:
    """Return checked input, or raise `Invalid` with all that is wrong with it."""
    try:
        checked: dict[str, Any] = schema.load(fields)
    except ValidationError as error:
        faults = "; ".join(f"{fault['field']}: {fault['words']}" for fault in flatten(error.messages))
        raise Invalid("%(faults)s", faults=faults) from None
    return checked


def _answer_row(row: need_files.NeedRow, *, index: matching.Index, language: str | None,
                top: int) -> tuple[bytes, bool]:
    """Return the answer to a row as JSON, and whether it is refused: then its errors are in place of matches."""
    answer: dict[str, Any] = {"row": row.number, "external_id": row.key}
    try:
        if row.faults:
            raise Invalid("%(faults)s", faults="; ".join(row.faults))
        answer |= matching.match(index, _loaded(FlatNeedSchema(), row.fields), top=top, language=language)
    except Invalid as error:
        answer["error"] = str(error)
    return orjson.dumps(answer), "error" in answer


def _match_file(source: Path, mapping: Path | None, out: Path,
                answer: Callable[[need_files.NeedRow], tuple[bytes, bool]], processes: int) -> None:
    """Answer every row, in the order of the file; one that cannot be used stops none of the others."""
    columns = need_files.read_mapping(mapping) if mapping else None
    done = refused = 0
    with Replacing(out) as file:
        rows = need_files.read(source, frozenset(FlatNeedSchema().fields), columns)
        answers: Iterator[tuple[bytes, bool]] = bulk.answers(rows, answer, processes)
        # Its processes are forked before the progress bar has a thread of its own.
        answers = chain(list(islice(answers, 1)), answers)
        for line, is_refused in track(answers, description=source.name, console=Console(stderr=True)):
            file.write(line + b"\n")
            done, refused = done + 1, refused + is_refused
    click.echo(gettext("%(done)s needs read, %(refused)s refused; answers in %(file)s", done=done, refused=refused,
                       file=str(out)))


def _show(answer: dict[str, Any], language: str) -> None:
    console = Console()
    with use_language(language):
        if answer["nothing_fits"]:
            console.print(f"[bold]{gettext('Nothing fits yet; the nearest are:')}[/bold]")
        table = Table("", gettext("Fit"), gettext("Offering"), gettext("Why"))
        for found in answer["matches"]:
            offering = found["offering"]
            why = [factor["detail"] for factor in found["factors"] if factor["contribution"] > 0]
            table.add_row(str(found["rank"]), f"{found['fit']:.0%}",
                          f"{escape(pick(offering['title']))}\n[dim]{escape(pick(offering['platform']['name']))}[/dim]",
                          escape("\n".join(why[:4])))
        console.print(table)
        for near in answer["near_misses"]:
            rules = "; ".join(rule["detail"] for rule in near["rules"])
            console.print(gettext("Not eligible: %(title)s — %(rules)s", title=pick(near["offering"]["title"]),
                                  rules=rules), markup=False)


@click.group()
def models() -> None:
    """Fit and inspect what is learnt."""


@models.command()
@click.option("--version", default=training.TODAY.strftime("%Y.%m"), show_default=True, help="Name of the model.")
def train(version: str) -> None:
    """Fit the kinds and the fit on the demo data, and write models/VERSION."""
    config = Config.from_environ()
    metrics = training.train(config.data, config.models, version)
    writer = csv.writer(sys.stdout)
    writer.writerows(metrics.items())
