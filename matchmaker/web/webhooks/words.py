"""Words for webhooks: what can be told, how an endpoint is, how deliveries and attempts went."""

import datetime as dt

from matchmaker.domain import (
    DeliveryState,
    EventType,
    OffReason,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookHealth,
)
from matchmaker.domain.base import utc_now
from matchmaker.i18n import gettext
from matchmaker.i18n import marked as _
from matchmaker.services import formats

EVENTS = {
    EventType.BATCH_CREATED: _("A batch was taken"), EventType.BATCH_COMPLETED: _("A batch is done"),
    EventType.BATCH_CANCELLED: _("A batch was cancelled"), EventType.BATCH_FAILED: _("A batch has failed"),
    EventType.ROW_CHANGED: _("A row stands elsewhere: consent given or refused, withdrawn"),
    EventType.LEAD_CREATED: _("A lead has come of a row"), EventType.LEAD_CHANGED: _("A lead has moved"),
    EventType.TEST: _("Test"),
}
OFF = {OffReason.BY_HAND: _("Turned off"), OffReason.GONE: _("Turned off: it answered 410 Gone"),
       OffReason.FAILING: _("Turned off: it could not be reached for three days")}
STATES = {DeliveryState.WAITING: ("unknown", _("Waits")), DeliveryState.DELIVERED: ("met", _("Delivered")),
          DeliveryState.GIVEN_UP: ("missing", _("Given up"))}
FAULTS = {"address": _("its name leads to a network that is not public"), "name": _("its name leads nowhere"),
          "timeout": _("no answer in time"), "connection": _("no connection"),
          "tls": _("its certificate or encryption is not in order"), "protocol": _("the answer is no HTTP"),
          "redirect": _("it redirects, which is not followed"), "status": _("it did not take it")}
LABELS = {"name": _("What it is for"), "url": _("Address"), "events": _("Events")}


def label(name: str) -> str:
    """Return what a field asks for."""
    return gettext(LABELS[name])


def event(kind: EventType) -> str:
    """Return what kind of event it is."""
    return gettext(EVENTS[kind])


def standing(endpoint: WebhookEndpoint, health: WebhookHealth) -> tuple[str, str]:
    """Return the look and the words of how an endpoint is."""
    if endpoint.off_why:
        return "missing", gettext(OFF[endpoint.off_why])
    if health.failures:
        return "missing", gettext("Cannot be reached")
    return ("met", gettext("Takes what is sent")) if health.succeeded_at else ("unknown", gettext("Not tried yet"))


def former(endpoint: WebhookEndpoint) -> str:
    """Return for how long the secret before the present one still signs, if it does."""
    if len(endpoint.salts(utc_now())) == 1 or endpoint.former_until is None:
        return ""
    return gettext("signed with the former secret too until %(moment)s", moment=formats.moment(endpoint.former_until))


def state(delivery: WebhookDelivery) -> tuple[str, str]:
    """Return the look and the words of how a delivery stands."""
    look, words = STATES[delivery.state]
    return look, gettext(words)


def following(delivery: WebhookDelivery) -> str:
    """Return when a delivery is tried next."""
    if delivery.next_at is None:
        return ""
    if delivery.next_at <= utc_now() + dt.timedelta(seconds=10):
        return gettext("tried within seconds")
    return gettext("tried again %(moment)s", moment=formats.moment(delivery.next_at))


def attempt(one: WebhookAttempt) -> str:
    """Return how an attempt went."""
    parts = [f"HTTP {one.status}"] if one.status else []
    parts += [gettext(FAULTS[one.fault])] if one.fault else []
    return gettext(", ").join([*parts, gettext("%(milliseconds)s ms", milliseconds=formats.number(one.milliseconds))])
