"""Mail to whoever made a webhook that nothing is sent to any more."""

from collections.abc import Mapping
from uuid import UUID

from matchmaker.domain import Mail, Person, Service
from matchmaker.domain.actors import REFERRING
from matchmaker.errors import NotFound
from matchmaker.i18n import marked as _
from matchmaker.services.mail.parts import Notice
from matchmaker.storage import Session
from matchmaker.storage.queries import organisations, webhooks

_ACTION = _("See what was sent, and turn it on again:")
_REST = _("Nothing more is sent to it, and what waited was given up. Nothing is lost: batches and results are where "
          "they were, and each event can be sent again.")
TO_PEOPLE: Mapping[str, Notice] = {
    "webhook_gone": Notice(
        _("Your webhook “%(webhook)s” was turned off"),
        (_("Your program has answered “410 Gone” to the webhook “%(webhook)s”, which says that it wants no more."),
         _REST),
        _ACTION),
    "webhook_failing": Notice(
        _("Your webhook “%(webhook)s” cannot be reached"),
        (_("For more than three days your program has taken nothing that was sent to the webhook “%(webhook)s”, so it "
           "was turned off."), _REST),
        _ACTION),
}


def about(session: Session, mail: Mail, person: Person) -> tuple[dict[str, str], str] | None:
    """Return what fills the places of a notice, and its page; None when it has become pointless."""
    try:
        found = webhooks.endpoint_by_id(session, Service(), UUID(str(mail.details["webhook"])))
    except NotFound:
        return None
    roles = organisations.roles_of(session, person).get(found.organisation_id, frozenset())
    if found.is_on or not roles & REFERRING:
        return None
    return {"webhook": " ".join(found.name.split())}, f"/incubator/webhooks/{found.id}"
