"""``matchmaker demo``: fill an empty installation with the demo data."""

import tempfile
from pathlib import Path

import click

from matchmaker import storage
from matchmaker.cli.common import configured
from matchmaker.cli.jobs import run_job
from matchmaker.config import Config
from matchmaker.i18n import current_language, gettext
from matchmaker.schemas.needs import NeedSchema
from matchmaker.schemas.vocabulary import use_vocabulary
from matchmaker.services import demo as service
from matchmaker.services import importing, publishing, vocabulary
from matchmaker.services.leads import demo_leads
from matchmaker.storage.queries import jobs as queries

SIGN_INS = "demo-sign-ins.txt"


@click.command()
def demo() -> None:
    """Load the demo: 24 invented platforms with their offerings, and people who sign in. Twice does no harm."""
    config = configured()
    config.home.mkdir(parents=True, exist_ok=True)
    passwords = service.sign_ins(config.home / SIGN_INS)
    with storage.writing() as session:
        service.load(session, config.data, passwords)
    _import(config)
    _tell(config)
    click.echo(gettext("Who can sign in to the demo, and with which password (kept in %(file)s):",
                       file=config.home / SIGN_INS))
    for email, password in passwords.items():
        click.echo(f"  {email}  {password}")


def _import(config: Config) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = service.write_catalogue(config.data, Path(folder) / "demo.jsonl")
        upload = importing.keep_upload(config.uploads, file)
    with storage.writing() as session:
        job = importing.queue_import(session, upload, language=current_language(), publish=True)
    result = run_job(config, job.id, gettext("Importing the demo's offerings")).result or {}
    click.echo(gettext("%(new)s new, %(changed)s changed, %(unchanged)s unchanged, %(refused)s refused",
                       **{name: result[name] for name in ("new", "changed", "unchanged", "refused")}))
    _publish(config)


def _tell(config: Config) -> None:
    """Let the demo's firms ask and its reviewers answer, each story in a transaction of its own."""
    with storage.reading() as session:
        codes = vocabulary.codes(session)
    schema = NeedSchema()
    with use_vocabulary(*codes):
        for story in demo_leads.stories(config.data):
            with storage.writing() as session:
                demo_leads.tell(session, config, story, schema.load)


def _publish(config: Config) -> None:
    """Publish the index, unless the one in force has everything and this version can read it."""
    with storage.writing() as session:
        waiting = queries.unfinished_jobs(session, publishing.TASK)
        kept = publishing.status(config.index_folder)
        if not waiting and any(row["in_force"] and not row["fault"] for row in kept):
            return
        jobs = waiting or [publishing.queue_publish(session)]
    for job in jobs:
        run_job(config, job.id, gettext("Publishing the index"))
