"""Receive a batch: the body goes to disk as it comes, then batch and job are made in one short transaction.

A batch is known by its organisation and the sender's idempotency key. Sent again, the same body with the same options
gives the same answer; another body or another option is an error. Of many at once, the database lets one be first.
"""

import hashlib
import os
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.exc import IntegrityError

from matchmaker import jobs
from matchmaker.domain import Allocation, Client, Member, ReferralBatch
from matchmaker.errors import Invalid
from matchmaker.services import limits
from matchmaker.services.referrals import keys, mapping
from matchmaker.storage import Session
from matchmaker.storage.queries import keys as key_queries
from matchmaker.storage.queries import referrals as queries

TASK = "refer"
MEGABYTES = 100
LARGEST = MEGABYTES * 1_000_000
BATCHES_A_DAY, A_DAY = 2_000, 86_400
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMS = {
    "application/json": ".json", "application/x-ndjson": ".ndjson", "application/ndjson": ".ndjson",
    "application/jsonl": ".ndjson", "text/csv": ".csv",
    XLSX: ".xlsx",
}
"""The kinds of body that are taken, and how their files end."""


@dataclass(frozen=True)
class Upload:
    """A body on disk: its name in the folder of uploads, and the SHA-256 of its content."""

    name: str
    sha256: str


def keep(uploads: Path, pieces: Iterable[bytes], ending: str) -> Upload:
    """Write a body to the folder of uploads as it comes, durably. Raise `Invalid` when it is empty or too large."""
    uploads.mkdir(parents=True, exist_ok=True)
    path = uploads / f"{uuid.uuid4().hex}{ending}"
    size, digest = 0, hashlib.sha256()
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for piece in pieces:
                size += len(piece)
                if size > LARGEST:
                    raise too_large()
                digest.update(piece)
                file.write(piece)
            if not size:
                raise Invalid("The body is empty. Send the needs as JSON, NDJSON, CSV or XLSX.")
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Upload(path.name, digest.hexdigest())


def too_large() -> Invalid:
    """Return the refusal of a body that is larger than what is taken."""
    return Invalid("The body is larger than %(megabytes)s MB. Split it into several batches.", megabytes=MEGABYTES)


def receive(session: Session, actor: Client | Member, upload: Upload, idempotency_key: str,
            options: Mapping[str, Any]) -> tuple[ReferralBatch, bool]:
    """Return the batch of this key and whether it is new, in which case its job is queued. Flushes.

    `options` are those of the schema, with ``language``. Raise `Invalid` when the key was used with another body or
    option, `NotFound` when the batch to be mended or the mapping is not the sender's, `TooMany` beyond what a day may
    bring.
    """
    organisation_id = actor.organisation_id if isinstance(actor, Client) else keys.home_of(actor)
    root = _root(session, actor, options["retry_of"])
    kept = {"dry_run": options["dry_run"], "send_to": options["send_to"], "language": str(options["language"])}
    name = options.get("mapping")
    allocation = Allocation(options["allocation"])
    said = kept | {"retry_of": root, "live": _is_live(actor), "allocation": allocation}
    fingerprint = _fingerprint(upload, said | ({"mapping": name} if name else {}))
    if held := queries.batch_by_key(session, organisation_id, idempotency_key):
        return _same(held, fingerprint), False
    if name:
        kept["mapping"] = mapping.frozen(mapping.named(session, actor, name))
    try:
        with session.begin_nested():
            batch = _made(session, actor, organisation_id, upload, kept, root)
            batch.idempotency_key, batch.fingerprint = idempotency_key, fingerprint
            batch.allocation = allocation
            session.add(batch)
            session.flush()
    except IntegrityError:
        # The same batch came twice at once, and the other one was faster.
        other = queries.batch_by_key(session, organisation_id, idempotency_key)
        if other is None:
            raise
        return _same(other, fingerprint), False
    limits.count(session, "batches", str(organisation_id), BATCHES_A_DAY, A_DAY)
    return batch, True


def _made(session: Session, actor: Client | Member, organisation_id: UUID, upload: Upload, kept: dict[str, Any],
          root: UUID | None) -> ReferralBatch:
    job = jobs.enqueue(session, TASK, upload=upload.name)
    return ReferralBatch(organisation_id=organisation_id, job_id=job.id, retry_of=root, options=kept,
                         is_live=_is_live(actor) and not kept["dry_run"],
                         api_key_id=actor.api_key_id if isinstance(actor, Client) else None,
                         person_id=_person(session, actor))


def _person(session: Session, actor: Client | Member) -> UUID | None:
    """Return who answers for the batch: whoever sent it, or made the key that it came with."""
    if isinstance(actor, Member):
        return actor.person_id
    return key_queries.maker_of(session, actor.api_key_id)


def _is_live(actor: Client | Member) -> bool:
    return actor.is_live if isinstance(actor, Client) else True


def _root(session: Session, actor: Client | Member, retry_of: UUID | None) -> UUID | None:
    """Return the first batch of those that mend each other."""
    if retry_of is None:
        return None
    parent = queries.batch_by_id(session, actor, retry_of)
    return parent.retry_of or parent.id


def _same(held: ReferralBatch, fingerprint: str) -> ReferralBatch:
    if held.fingerprint != fingerprint:
        raise Invalid("This Idempotency-Key was used for another body or other options, on %(day)s. Take a new one for "
                      "a new batch.", day=held.created_at.date().isoformat())
    return held


def _fingerprint(upload: Upload, kept: Mapping[str, Any]) -> str:
    said = orjson.dumps({"body": upload.sha256, **kept}, option=orjson.OPT_SORT_KEYS, default=str)
    return hashlib.sha256(said).hexdigest()
