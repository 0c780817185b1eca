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
from matchmaker.schemas.referrals import ROW_FIELDS, load_row
from matchmaker.schemas.vocabulary import use_vocabulary
from matchmaker.services import applying, importing, keeping, publishing, purging, standing, vocabulary
from matchmaker.services.demand import summarising
from matchmaker.services.editing import validity
from matchmaker.services.firms import news, opening
from matchmaker.services.leads import clocks, erasing, finding, following, passing, reviewing, stock, watching
from matchmaker.services.learning import proposing
from matchmaker.services.mail import mailing, outbox
from matchmaker.services.openness import batches, reading
from matchmaker.services.openness import keeping as keeping_lists
from matchmaker.services.people import covering, passwords
from matchmaker.services.referrals import processing, receiving
from matchmaker.services.webhooks import delivering

SOON = (outbox.TASK, passwords.TASK, following.SEND_LINKS, opening.TASK, news.TASK, reviewing.TASK, clocks.TASK,
        erasing.TASK)
"""What somebody waits for and takes a moment: it is done while a batch or a publishing goes on, never behind it."""
LANES: Mapping[tuple[str, ...], int] = {(delivering.TASK,): 8, SOON: 2}
"""What each worker does beside all else, and how many at once: what mostly waits for others, and what is soon done."""
LAST = (outbox.IN_BULK,)
"""What is done when no other long work waits: the mails that a batch writes."""
BESIDE = tuple(task for lane in LANES for task in lane)


def make_tasks(config: Config) -> dict[str, Task]:
    """Return the tasks of this installation by the name that jobs carry."""
    return {
        importing.TASK: partial(import_offerings, config, applying.apply),
        reading.TASK: partial(import_offerings, config, reading.close),
        batches.TASK: partial(batches.run, config=config),
        keeping_lists.TASK: keeping_lists.run,
        publishing.TASK: partial(publish_index, config),
        reviewing.TASK: mature_decision,
        following.SEND_LINKS: send_links,
        opening.TASK: send_account_link,
        news.TASK: tell_firm_news,
        erasing.TASK: partial(finish_erasing, config),
        outbox.TASK: partial(mailing.send, config=config),
        outbox.IN_BULK: partial(mailing.send, config=config),
        watching.TASK: partial(check_watches, config),
        stock.TASK: partial(stock.check, config=config),
        finding.TASK: partial(finding.run, config=config),
        validity.TASK: validity.run,
        clocks.TASK: partial(clocks.ring, config=config),
        clocks.WIND: partial(clocks.wind, config=config),
        clocks.PASS_ON: partial(passing.run, config=config),
        standing.TASK: standing.follow,
        passwords.TASK: send_password_link,
        covering.TASK: covering.run,
        purging.TASK: partial(purging.purge, config=config),
        keeping.TASK: partial(keeping.keep, config=config),
        receiving.TASK: partial(refer, config),
        summarising.TASK: partial(summarising.run, config=config),
        delivering.TASK: partial(delivering.deliver, config=config),
        proposing.TASK: partial(proposing.run, config=config),
    }


def import_offerings(config: Config, close: importing.Close, job: Job, chunks: Chunks) -> None:
    """Read the catalogue that was uploaded for `job`, and take it to where it belongs."""
    with storage.reading() as session:
        codes = vocabulary.codes(session)
    schema = OfferingSchema()

    def validate(offering: dict[str, Any]) -> tuple[dict[str, Any] | None, list[dict[str, str]]]:
        try:
            return schema.load(offering), []
        except ValidationError as error:
            return None, flatten(error.messages)

    with use_vocabulary(*codes):
        importing.run_import(job, chunks, config.uploads, validate, close)


def refer(config: Config, job: Job, chunks: Chunks) -> None:
    """Answer the rows of the batch that was sent for `job`."""
    with storage.reading() as session:
        codes = vocabulary.codes(session)
    with use_vocabulary(*codes):
        processing.run(job, chunks, config, load_row, ROW_FIELDS)


def publish_index(config: Config, job: Job, chunks: Chunks) -> None:
    """Build and publish the index of the catalogue as it is now, and let watched and findable needs be matched."""
    publishing.publish(job, chunks, config, followed_by=(watching.TASK, finding.TASK))


def mature_decision(job: Job, chunks: Chunks) -> None:
    """Carry out a reviewer's decision whose time to be cancelled is over."""
    with chunks.final({}) as session:
        reviewing.mature(session, UUID(job.payload["decision"]))


def send_links(job: Job, chunks: Chunks) -> None:
    """Queue the mails by which a firm gets the private links of its needs again."""
    with chunks.final({}) as session:
        following.send_links(session, map(UUID, job.payload["contacts"]))


def send_account_link(job: Job, chunks: Chunks) -> None:
    """Queue the mail by which a firm opens its account, if there is anybody to get it."""
    with chunks.final({}) as session:
        opening.send_link(session, map(UUID, job.payload["contacts"]))


def tell_firm_news(job: Job, chunks: Chunks) -> None:
    """Queue the mail on all that is new for the needs of an account."""
    with chunks.final({}) as session:
        news.tell(session, UUID(job.payload["account"]))


def send_password_link(job: Job, chunks: Chunks) -> None:
    """Queue the mail by which a person sets a forgotten password anew, if the address is that of anybody."""
    with chunks.final({}) as session:
        passwords.send_reset(session, job.payload["person"])


def finish_erasing(config: Config, job: Job, chunks: Chunks) -> None:
    """Remove the files of an erased need, and empty the write-ahead log of its words."""
    is_empty = erasing.finish(config, map(UUID, job.payload["files"]), map(UUID, job.payload.get("mails", ())))
    with chunks.final({}) as session:
        if not is_empty:
            erasing.finish_later(session)


def check_watches(config: Config, job: Job, chunks: Chunks) -> None:
    """Match the watched needs with the index in force, and queue mail about what is new."""
    with storage.reading() as session:
        codes = vocabulary.codes(session)

    def load(said: Mapping[str, Sequence[str]]) -> Mapping[str, Any] | None:
        try:
            return answers.load(said)
        except ValidationError:
            return None

    with use_vocabulary(*codes):
        watching.check(job, chunks, config, load)
