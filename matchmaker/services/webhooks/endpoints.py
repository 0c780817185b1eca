"""The endpoints of an organisation: made, changed, tried, turned off and on, given another secret, removed.

A secret is made from the installation's key and a salt, and stored nowhere: a stolen database signs nothing. It is
shown once, like a key of the API.
"""

import base64
import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker import jobs
from matchmaker.config import Config
from matchmaker.domain import (
    Client,
    EventType,
    Member,
    OffReason,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookHealth,
)
from matchmaker.domain.base import utc_now
from matchmaker.errors import Conflict, Invalid, NotFound
from matchmaker.services import limits
from matchmaker.services.referrals import keys
from matchmaker.services.webhooks import emitting, guard
from matchmaker.storage.queries import keys as key_queries
from matchmaker.storage.queries import webhooks as queries

MOST = 20
"""How many endpoints an organisation may have."""
OVERLAP = dt.timedelta(days=1)
"""For so long deliveries are signed with the secret before, too."""
TRIES_AN_HOUR, HOUR = 60, 3_600
"""How often somebody may ask for a test or for a delivery again."""
PURPOSE = b"secret of a webhook\n"
Keeper = Member | Client


def make(session: Session, config: Config, actor: Keeper, name: str, url: str,
         events: Iterable[EventType]) -> tuple[WebhookEndpoint, str]:
    """Make an endpoint; return it and its secret, which nobody sees again. Flushes.

    Raise `Invalid` for an address that nothing is sent to, `Conflict` when there are too many.
    """
    check_url(config, url)
    if len(queries.endpoints_of(session, actor)) >= MOST:
        raise Conflict("There are %(most)s webhooks already. Remove one that is not needed any more.", most=MOST)
    made = WebhookEndpoint(organisation_id=_home(actor), name=name, url=url, events=_sorted(events), salt=_new_salt(),
                           made_by=_person(session, actor))
    session.add(made)
    session.flush()
    session.add(WebhookHealth(endpoint_id=made.id))
    session.flush()
    return made, secret_of(config, made.salt)


def change(session: Session, config: Config, actor: Keeper, endpoint_id: UUID, *, name: str, url: str,
           events: Iterable[EventType]) -> WebhookEndpoint:
    """Change what an endpoint is called, where it is and what it is told of. Flushes.

    Raise `NotFound` for another's, `Invalid` for an address that nothing is sent to.
    """
    check_url(config, url)
    found = queries.endpoint_by_id(session, actor, endpoint_id, locked=True)
    if found.url != url:
        forgive(session, found)
    found.name, found.url, found.events = name, url, _sorted(events)
    session.flush()
    return found


def rotate(session: Session, config: Config, actor: Keeper, endpoint_id: UUID) -> tuple[WebhookEndpoint, str]:
    """Give an endpoint another secret; for `OVERLAP` the one before signs beside it. Flushes."""
    found = queries.endpoint_by_id(session, actor, endpoint_id, locked=True)
    found.renew_secret(_new_salt(), utc_now() + OVERLAP)
    session.flush()
    return found, secret_of(config, found.salt)


def turn(session: Session, actor: Keeper, endpoint_id: UUID, *, on: bool) -> WebhookEndpoint:
    """Send no more to an endpoint, or send to it again; what waited is given up, and can be sent again. Flushes."""
    found = queries.endpoint_by_id(session, actor, endpoint_id, locked=True)
    if on:
        found.turn_on()
        forgive(session, found)
    else:
        found.turn_off(utc_now(), OffReason.BY_HAND)
        queries.give_up_all(session, found.id)
    session.flush()
    return found


def remove(session: Session, actor: Keeper, endpoint_id: UUID) -> None:
    """Remove an endpoint with the log of what was sent to it. Flushes."""
    session.delete(queries.endpoint_by_id(session, actor, endpoint_id, locked=True))
    session.flush()


def test(session: Session, actor: Keeper, endpoint_id: UUID) -> WebhookDelivery:
    """Queue a test event for an endpoint. Flushes. Raise `Conflict` when it is off, `TooMany` when often."""
    found = _ready(session, actor, endpoint_id)
    told = emitting.Told(found.organisation_id, EventType.TEST, {"endpoint": str(found.id)})
    return emitting.send(session, told, [found])[0]


def send_again(session: Session, actor: Keeper, endpoint_id: UUID, delivery_id: UUID) -> WebhookDelivery:
    """Send an event again at once, with the id that it had: the whole schedule begins anew. Flushes.

    Raise `NotFound` for another's, `Conflict` when the endpoint is off, `TooMany` when this was asked for too often.
    """
    found = _ready(session, actor, endpoint_id)
    delivery = queries.delivery_by_id(session, actor, delivery_id, locked=True)
    if delivery is None or delivery.endpoint_id != found.id:
        raise NotFound("There is no such delivery, or not for you.")
    delivery.begin_anew(utc_now())
    session.flush()
    jobs.enqueue(session, emitting.TASK, delivery=str(delivery.id))
    return delivery


def deliveries(session: Session, actor: Keeper, endpoint_id: UUID, *, limit: int = 20,
               cursor: str | None = None) -> tuple[Sequence[WebhookDelivery], str | None]:
    """Return what was sent to an endpoint, the newest first, and where the next page starts, if there is one.

    Raise `NotFound` for another's endpoint.
    """
    queries.endpoint_by_id(session, actor, endpoint_id)
    found = queries.deliveries_of(session, actor, endpoint_id, limit=limit + 1, before=_place(cursor))
    return found[:limit], found[limit - 1].id.hex if len(found) > limit else None


def check_url(config: Config, url: str) -> None:
    """Raise `Invalid` for an address that nothing is ever sent to; what its name leads to is seen when it is sent."""
    parts = urlsplit(url)
    if not url.isascii():
        raise Invalid("Write the address in ASCII, its name as punycode (xn--…).")
    if parts.fragment:
        raise Invalid("Leave out the part of the address from # on: it would not be sent.")
    if parts.scheme != "https" and not config.webhook_networks:
        raise Invalid("Webhooks are sent over https only.")
    address = guard.as_address(parts.hostname or "")
    if address and not guard.is_allowed(address, config.webhook_networks):
        raise Invalid("Nothing is sent to this network: it is not a public one.")


def secret_of(config: Config, salt: str) -> str:
    """Return the secret that belongs to a salt, as Standard Webhooks write one."""
    made = hmac.digest(config.checked_secret().encode(), PURPOSE + salt.encode(), hashlib.sha256)
    return f"whsec_{base64.b64encode(made).decode()}"


def forgive(session: Session, endpoint: WebhookEndpoint) -> None:
    """Forget that an endpoint could not be reached."""
    health = queries.health_of(session, endpoint.id, locked=True)
    health.failures, health.rests_until = 0, None


def _ready(session: Session, actor: Keeper, endpoint_id: UUID) -> WebhookEndpoint:
    """Return an endpoint that something can be sent to now, after counting that somebody asks for it."""
    found = queries.endpoint_by_id(session, actor, endpoint_id, locked=True)
    if not found.is_on:
        raise Conflict("The webhook is off. Turn it on first.")
    limits.count(session, "webhook", str(found.id), TRIES_AN_HOUR, HOUR)
    forgive(session, found)
    return found


def _home(actor: Keeper) -> UUID:
    return actor.organisation_id if isinstance(actor, Client) else keys.home_of(actor)


def _person(session: Session, actor: Keeper) -> UUID | None:
    return actor.person_id if isinstance(actor, Member) else key_queries.maker_of(session, actor.api_key_id)


def _new_salt() -> str:
    return secrets.token_hex(16)


def _sorted(events: Iterable[EventType]) -> list[str]:
    wanted = set(events)
    return [kind.value for kind in EventType if kind in wanted]


def _place(cursor: str | None) -> UUID | None:
    try:
        return UUID(hex=cursor) if cursor else None
    except ValueError:
        raise Invalid("The cursor is not one that this list gave out; start again without it.") from None
