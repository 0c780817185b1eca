"""What a worker can do: the name of each job → the call of a service, with inputs checked on the way."""

from functools import partial
from typing import Any

from marshmallow import ValidationError

from matchmaker import storage
from matchmaker.config import Config
from matchmaker.domain import Job
from matchmaker.jobs.worker import Chunks, Task
from matchmaker.schemas.fields import flatten
from matchmaker.schemas.offerings import OfferingSchema
from matchmaker.schemas.vocabulary import use_vocabulary
from matchmaker.services import importing, publishing, vocabulary


def make_tasks(config: Config) -> dict[str, Task]:
    """Return the tasks of this installation by the name that jobs carry."""
    return {
        importing.TASK: partial(import_offerings, config),
        publishing.TASK: partial(publish_index, config),
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
    """Build and publish the index of the catalogue as it is now."""
    publishing.publish(job, chunks, config)
