"""``matchmaker offerings``: take a platform's catalogue in, and give a partner the template for it."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from matchmaker import storage
from matchmaker.cli.common import configured
from matchmaker.cli.jobs import run_job
from matchmaker.domain import Job
from matchmaker.errors import Invalid, MatchmakerError
from matchmaker.i18n import current_language, gettext, use_language
from matchmaker.services import importing, vocabulary
from matchmaker.services.templates import write_template
from matchmaker.storage.queries import imports as queries
from matchmaker.tabular.export import write_csv

LANGUAGE = click.option("--language", type=click.Choice(["zh", "en"]),
                        help="Language of the messages.  [default: the terminal's]")


@click.group()
def offerings() -> None:
    """Take catalogues in."""


@offerings.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--mapping", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="TOML file that says which of the file's columns are which of ours.")
@click.option("--platform", help="Platform of the rows that name none, by slug or name; made when there is none.")
@click.option("--dry-run", is_flag=True, help="Check and count, but change nothing.")
@click.option("--strict", is_flag=True, help="Change nothing when any row is refused.")
@click.option("--publish", is_flag=True, help="Show the offerings to firms, and publish the index anew.")
@click.option("--errors", "errors_file", type=click.Path(dir_okay=False, path_type=Path),
              help="Where to write the refused rows.  [default: FILE.errors.csv in this folder]")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@LANGUAGE
def import_(file: Path, mapping: Path | None, platform: str | None, dry_run: bool, strict: bool, publish: bool,
            errors_file: Path | None, as_json: bool, language: str | None) -> None:
    """Import the catalogue in FILE (CSV, XLSX, JSON or JSONL).

    Importing the same file again changes nothing: offerings are known by platform and external_id.
    """
    config = configured()
    with _speaking(language) as language:
        text = _mapping_text(mapping) if mapping else None
        upload = importing.keep_upload(config.uploads, file)
        with storage.writing() as session:
            job = importing.queue_import(session, upload, mapping=text, platform=platform, language=language,
                                         is_strict=strict, is_dry_run=dry_run, publish=publish)
        result = dict(run_job(config, job.id, gettext("Reading rows")).result or {})
        if result["index_job"]:
            run_job(config, UUID(result["index_job"]), gettext("Publishing the index"))
        result["errors_file"] = _write_errors(job, errors_file or Path(f"{file.name}.errors.csv"), result)
        if as_json:
            click.echo(json.dumps(result, ensure_ascii=False))
        else:
            _print(result, dry_run)
    if strict and result["refused"]:
        sys.exit(1)


@offerings.command()
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@LANGUAGE
def template(out: Path, language: str | None) -> None:
    """Write the template that a partner fills in to OUT (.xlsx or .csv)."""
    configured()
    with _speaking(language) as language:
        with storage.reading() as session:
            kinds = {kind.code: kind.label for kind in vocabulary.kinds(session)}
            themes = {theme.code: theme.label for theme in vocabulary.themes(session)}
        write_template(out, kinds, themes, language)
        click.echo(gettext("The template is in %(file)s.", file=str(out)))


@contextmanager
def _speaking(language: str | None) -> Iterator[str]:
    """Speak `language`, or the terminal's when it is None, and tell faults in it."""
    with use_language(language or current_language()):
        try:
            yield current_language()
        except MatchmakerError as error:
            raise click.ClickException(gettext(error.message, **error.values)) from error


def _mapping_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid("%(file)s cannot be read: %(detail)s", file=str(path), detail=str(error)) from error


def _write_errors(job: Job, path: Path, result: dict[str, Any]) -> str | None:
    if not result["refused"]:
        return None
    with storage.reading() as session:
        try:
            write_csv(path, ("row", "column", "code", "words"), _error_rows(queries.refused_rows(session, job.id)))
        except OSError as error:
            raise Invalid("%(file)s cannot be written: %(detail)s", file=str(path),
                          detail=error.strerror) from error
    return str(path)


def _error_rows(refused: Iterable[tuple[int, list[dict[str, str]]]]) -> Iterable[tuple[int, str, str, str]]:
    for row, errors in refused:
        for error in errors:
            yield row, error["column"], error["code"], error["words"]


def _print(result: dict[str, Any], dry_run: bool) -> None:
    click.echo(gettext("%(new)s new, %(changed)s changed, %(unchanged)s unchanged, %(refused)s refused",
                       **{name: result[name] for name in ("new", "changed", "unchanged", "refused")}))
    if dry_run:
        click.echo(gettext("Dry run: nothing was changed."))
    elif not result["applied"]:
        click.echo(gettext("Strict: rows were refused, so nothing was changed."))
    if result["index_job"]:
        click.echo(gettext("The index is published anew."))
    if result["errors_file"]:
        click.echo(gettext("The refused rows, with reasons: %(file)s", file=result["errors_file"]))

