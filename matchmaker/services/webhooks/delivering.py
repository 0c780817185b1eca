"""Deliver events: a job for each event and endpoint.

The job signs the message in one transaction, sends it in none, and notes how that went in another. A worker that dies
in between leaves an event that is sent again with the same id: repeated at most, never lost. What a receiver does not
take is tried again by a new job after pauses that grow, over three days. An endpoint that does not answer at all rests
meanwhile: one delivery at a time tries it, and the others wait without holding anybody up.
"""

import datetime as dt
from uuid import UUID

import orjson
import structlog
from sqlalchemy.orm import Session

from matchmaker import jobs
from matchmaker.config import Config
from matchmaker.domain import (
    DeliveryState,
    Job,
    OffReason,
    Service,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEvent,
    WebhookHealth,
)
from matchmaker.domain.base import utc_now
from matchmaker.jobs.worker import Chunks
from matchmaker.services.mail import outbox
from matchmaker.services.webhooks import endpoints, posting
from matchmaker.services.webhooks.emitting import TASK
from matchmaker.services.webhooks.posting import Message, Outcome
from matchmaker.storage.queries import webhooks as queries

MINUTE, HOUR = 60, 3_600
PAUSES = (5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR)
"""Seconds before the second attempt, the third and so on."""
LONGEST_REST = 30 * MINUTE
GIVEN_UP_AFTER = dt.timedelta(days=4)
"""Longer than all pauses together; what an endpoint's rest kept from being tried is given up, too."""
KEPT_DAYS = 30
WOKEN = 500
SERVICE = Service()

log = structlog.get_logger(__name__)


def deliver(job: Job, chunks: Chunks, config: Config) -> None:
    """Do the job: make one attempt, unless the endpoint rests or wants nothing more."""
    delivery_id = UUID(job.payload["delivery"])
    with chunks.chunk(cursor=job.cursor) as session:
        ready = _prepare(session, config, delivery_id)
    if isinstance(ready, dt.datetime):
        with chunks.postponed(ready):
            return
    result: dict[str, str | int | None] = {"status": None, "fault": None}
    if ready is None:
        with chunks.final(result):
            return
    begun = utc_now()
    with chunks.kept():
        outcome = posting.post(ready, config.webhook_networks)
    result |= {"status": outcome.status, "fault": outcome.fault}
    with chunks.final(result) as session:
        if delivery := queries.delivery_by_id(session, SERVICE, delivery_id, locked=True):
            _record(session, delivery, outcome, begun)


def wake(session: Session) -> int:
    """Queue a job for each delivery that waits without one; return for how many. Flushes."""
    found = queries.stray_deliveries(session, TASK, WOKEN)
    for delivery in found:
        jobs.enqueue(session, TASK, after=delivery.next_at, delivery=str(delivery.id))
    return len(found)


def body_of(event: WebhookEvent) -> bytes:
    """Return an event as it is sent, byte for byte the same each time."""
    return orjson.dumps({"type": event.type.value, "timestamp": event.at.isoformat().replace("+00:00", "Z"),
                         "data": event.data}, option=orjson.OPT_SORT_KEYS)


def message_id(event: WebhookEvent) -> str:
    """Return the id by which a receiver knows an event that comes again."""
    return f"msg_{event.id.hex}"


def _prepare(session: Session, config: Config, delivery_id: UUID) -> Message | dt.datetime | None:
    """Return what is to be sent, or until when to wait with it, or None when nothing is."""
    delivery = queries.delivery_by_id(session, SERVICE, delivery_id, locked=True)
    if delivery is None or delivery.state != DeliveryState.WAITING:
        return None
    now, endpoint = utc_now(), delivery.endpoint
    if delivery.next_at and delivery.next_at > now:
        return None  # somebody had it sent again meanwhile, and the job of that attempt goes on with it
    if not endpoint.is_on:
        delivery.end(DeliveryState.GIVEN_UP)
        return None
    health = queries.health_of(session, endpoint.id, locked=True)
    if health.rests_until and health.rests_until > now:
        if now - delivery.began_at > GIVEN_UP_AFTER:
            _give_up(session, delivery, health)
            return None
        return health.rests_until
    if health.failures:
        # One at a time finds out whether it answers again; should that worker die, the rest ends by itself.
        health.rests_until = now + dt.timedelta(seconds=2 * posting.DEADLINE)
    secrets = [endpoints.secret_of(config, salt) for salt in endpoint.salts(now)]
    return Message(message_id(delivery.event), endpoint.url, body_of(delivery.event), secrets)


def _record(session: Session, delivery: WebhookDelivery, outcome: Outcome, begun: dt.datetime) -> None:
    """Note how an attempt went, and queue the next one where there is to be one."""
    now = utc_now()
    session.add(WebhookAttempt(delivery_id=delivery.id, at=begun, milliseconds=outcome.milliseconds,
                               status=outcome.status, fault=outcome.fault))
    delivery.attempts += 1
    health = queries.health_of(session, delivery.endpoint_id, locked=True)
    _judge(health, outcome, now)
    if delivery.state != DeliveryState.WAITING:
        # Somebody has turned the endpoint off meanwhile; that it was taken after all is worth knowing.
        if outcome.is_success:
            delivery.end(DeliveryState.DELIVERED)
    elif outcome.is_success:
        delivery.end(DeliveryState.DELIVERED)
    elif outcome.is_gone:
        _turn_off(session, delivery, OffReason.GONE)
    elif delivery.attempts > len(PAUSES) or now - delivery.began_at > GIVEN_UP_AFTER:
        _give_up(session, delivery, health)
    else:
        delivery.next_at = now + dt.timedelta(seconds=PAUSES[delivery.attempts - 1])
        jobs.enqueue(session, TASK, after=delivery.next_at, delivery=str(delivery.id))
    log.info("webhook tried", endpoint=str(delivery.endpoint_id), status=outcome.status, fault=outcome.fault,
             attempts=delivery.attempts, state=delivery.state.value)


def _judge(health: WebhookHealth, outcome: Outcome, now: dt.datetime) -> None:
    """Note whether the endpoint answers; one that does not rests, the longer the more often that was so."""
    if outcome.status is not None:
        health.failures, health.rests_until = 0, None
        health.succeeded_at = now if outcome.is_success else health.succeeded_at
        return
    health.failures += 1
    pause = min(PAUSES[min(health.failures, len(PAUSES)) - 1], LONGEST_REST)
    health.rests_until = now + dt.timedelta(seconds=pause)


def _give_up(session: Session, delivery: WebhookDelivery, health: WebhookHealth) -> None:
    """Try no more by itself; an endpoint that has taken nothing all that time is turned off."""
    delivery.end(DeliveryState.GIVEN_UP)
    if health.succeeded_at is None or health.succeeded_at < delivery.began_at:
        _turn_off(session, delivery, OffReason.FAILING)


def _turn_off(session: Session, delivery: WebhookDelivery, why: OffReason) -> None:
    """Send nothing more to the endpoint, and tell whoever made it."""
    endpoint = queries.endpoint_by_id(session, SERVICE, delivery.endpoint_id, locked=True)
    delivery.end(DeliveryState.GIVEN_UP)
    endpoint.turn_off(utc_now(), why)
    session.flush()
    queries.give_up_all(session, endpoint.id)
    if endpoint.made_by:
        outbox.tell_person(session, f"webhook_{why.value}", endpoint.made_by, webhook=str(endpoint.id))
