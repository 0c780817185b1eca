"""What a worker can do: the name of each job → the call of a service, with inputs checked on the way."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from marshmallow import ValidationError

from matchmaker import storage
from matchmaker.config import Config
from matchmaker.domain import Job
from matchmaker.jobs.worker import Chunks, Task
from matchmaker.schemas import answers
from matchmaker.schemas.fields import flatten
from matchmaker.schemas.offerings import OfferingSchema
from matchmaker.schemas.vocabulary import use_vocabulary
from matchmaker.services import importing, publishing, purging, vocabulary
from matchmaker.services.leads import erasing, following, reviewing, watching
from matchmaker.services.mail import mailing, outbox


def make_tasks(config: Config) -> dict[str, Task]:
    """Return the tasks of this installation by the name that jobs carry."""
    return {
        importing.TASK: partial(import_offerings, config),
        publishing.TASK: partial(publish_index, config),
        reviewing.TASK: mature_decision,
        following.SEND_LINKS: send_links,
        erasing.TASK: partial(finish_erasing, config),
        outbox.TASK: partial(send_mail, config),
        watching.TASK: partial(check_watches, config),
        purging.TASK: partial(purge, config),
    }


def import_offerings(config: Config, job: Job, chunks: Chunks) -> None:
    """Import the catalogue that was uploaded for `job`."""
    with storage.reading() as session:
        codes = vocabulary.codes(session)
    schema = OfferingSchema()

    def validate(offering: dict[str, Any]) -> tuple[dict[str, Any] | None, list[dict[str, str]]]:
        try:
            return schema.load(offering), []
        except ValidationError as error:
            return None, flatten(error.messages)

    with use_vocabulary(codes.kinds, codes.themes):
        importing.run_import(job, chunks, config.uploads, validate)


def publish_index(config: Config, job: Job, chunks: Chunks) -> None:
    """Build and publish the index of the catalogue as it is now, and let the watched needs be matched with it."""
    publishing.publish(job, chunks, config, followed_by=watching.TASK)


def mature_decision(job: Job, chunks: Chunks) -> None:
    """Carry out a reviewer's decision whose time to be cancelled is over."""
    with chunks.final({}) as session:
        reviewing.mature(session, UUID(job.payload["decision"]))


def send_links(job: Job, chunks: Chunks) -> None:
    """Queue the mails by which a firm gets the private links of its needs again."""
    with chunks.final({}) as session:
        following.send_links(session, map(UUID, job.payload["contacts"]))


def finish_erasing(config: Config, job: Job, chunks: Chunks) -> None:
    """Remove the files of an erased need, and empty the write-ahead log of its words."""
    is_empty = erasing.finish(config, map(UUID, job.payload["files"]))
    with chunks.final({}) as session:
        if not is_empty:
            erasing.finish_later(session)


def send_mail(config: Config, job: Job, chunks: Chunks) -> None:
    """Send one mail of the outbox."""
    mailing.send(job, chunks, config)


def check_watches(config: Config, job: Job, chunks: Chunks) -> None:
    """Match the watched needs with the index in force, and queue mail about what is new."""
    with storage.reading() as session:
        codes = vocabulary.codes(session)

    def load(said: Mapping[str, Sequence[str]]) -> Mapping[str, Any] | None:
        try:
            return answers.load(said)
        except ValidationError:
            return None

    with use_vocabulary(codes.kinds, codes.themes):
        watching.check(job, chunks, config, load)


def purge(config: Config, job: Job, chunks: Chunks) -> None:
    """Delete what has been kept for as long as the settings say."""
    purging.purge(job, chunks, config)
