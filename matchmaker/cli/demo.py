"""``matchmaker demo``: fill an empty installation with the demo data."""

import tempfile
from pathlib import Path
from typing import Any

import click

from matchmaker import storage
from matchmaker.cli.common import configured
from matchmaker.cli.jobs import run_job
from matchmaker.config import Config
from matchmaker.i18n import current_language, gettext
from matchmaker.schemas.needs import NeedSchema
from matchmaker.schemas.offerings import OfferingSchema
from matchmaker.schemas.vocabulary import use_vocabulary
from matchmaker.services import demo as service
from matchmaker.services import importing, publishing, vocabulary
from matchmaker.services.editing import demo_desk
from matchmaker.services.firms import demo_account
from matchmaker.services.leads import demo_leads, demo_watches
from matchmaker.services.openness import demo_lists
from matchmaker.services.referrals import demo_batch
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
    _list(config)
    _publish(config)
    _tell(config)
    _edit(config)
    click.echo(gettext("Who can sign in to the demo, and with which password (kept in %(file)s):",
                       file=config.home / SIGN_INS))
    for person in service.PEOPLE:
        click.echo(f"  {person.email}  {passwords[person.email]}")
    _open_account(config)


def _open_account(config: Config) -> None:
    """Say how the account of the demo's firm is opened: by a new link at each start, for an account has no password."""
    with storage.writing() as session:
        link = demo_account.link(session, config)
    service.keep_sign_in(config.home / SIGN_INS, demo_account.EMAIL, link)
    click.echo(gettext("The account of a firm has no password. This link opens it, once and within an hour:"))
    click.echo(f"  {demo_account.EMAIL}  {link}")
    click.echo(gettext("Ask for another at %(address)s; it comes into the demo's mailbox.",
                       address=f"{config.public_url}/{current_language()}/firm/open"))


def _import(config: Config) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = service.write_catalogue(config.data, Path(folder) / "demo.jsonl")
        upload = importing.keep_upload(config.uploads, file)
    with storage.writing() as session:
        job = importing.queue_import(session, upload, language=current_language(), publish=True)
    result = run_job(config, job.id, gettext("Importing the demo's offerings")).result or {}
    click.echo(gettext("%(new)s new, %(changed)s changed, %(unchanged)s unchanged, %(refused)s refused",
                       **{name: result[name] for name in ("new", "changed", "unchanged", "refused")}))


def _list(config: Config) -> None:
    """Let the demo's openness lists be drafted, accepted and published in batches."""
    with storage.writing() as session:
        demo_lists.tell(session, config)


def _tell(config: Config) -> None:
    """Let the demo's firms ask and watch, its reviewers answer and its incubator send, each in its own transaction."""
    with storage.reading() as session:
        codes = vocabulary.codes(session)
    schema = NeedSchema()
    with use_vocabulary(*codes):
        for story in demo_leads.stories(config.data):
            with storage.writing() as session:
                demo_leads.tell(session, config, story, schema.load)
        for entry in demo_watches.entries(config.data):
            with storage.writing() as session:
                demo_watches.tell(session, config, entry, schema.load)
        with storage.writing() as session:
            demo_account.tell(session, config, schema.load)
    with storage.writing() as session:
        demo_batch.tell(session, config)


def _edit(config: Config) -> None:
    """Let the demo's platforms work on their offerings."""
    def load(content: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = OfferingSchema().load(content)
        found.pop("platform")
        return found

    with storage.reading() as session:
        codes = vocabulary.codes(session)
    with use_vocabulary(*codes), storage.writing() as session:
        demo_desk.tell(session, config.data, load)


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
