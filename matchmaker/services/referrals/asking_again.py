"""What an incubator sees of its firms' consents, and how it asks once more where no answer came.

It sees to whom, to which text, when and how a firm consented, and its own reference; no word and no name of the firm.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from matchmaker.domain import (
    Client,
    Consent,
    ConsentState,
    Member,
    NeedStatus,
    Referral,
    ReferralBatch,
    ReferralTrace,
    Service,
    Standing,
)
from matchmaker.domain.base import utc_now
from matchmaker.errors import Conflict, Invalid
from matchmaker.i18n import pick
from matchmaker.services.mail import outbox
from matchmaker.storage import Session
from matchmaker.storage.queries import needs, organisations
from matchmaker.storage.queries import referrals as queries
from matchmaker.storage.queries import referred_consents as consent_queries

MOST, APART = 3, dt.timedelta(days=3)
"""How often a firm is asked in all, and how far apart."""
SERVICE = Service()


@dataclass(frozen=True)
class Row:
    """A row and how it stands with its consent."""

    referral: Referral
    trace: ReferralTrace | None
    batch: ReferralBatch
    state: ConsentState
    consents: Sequence[Consent]
    names: Mapping[UUID, Mapping[str, str]]
    slugs: Mapping[UUID, str]

    @property
    def may_ask_from(self) -> dt.datetime | None:
        """From when the firm may be asked once more; None when it may not be asked any more."""
        trace = self.trace
        if self.state != ConsentState.ASKED or trace is None or trace.asked >= MOST:
            return None
        return (trace.asked_at or self.batch.created_at) + APART

    @property
    def may_ask(self) -> bool:
        """Tell whether the firm may be asked once more now."""
        return self.may_ask_from is not None and self.may_ask_from <= utc_now()

    def name(self, consent: Consent) -> str:
        """Return the recipient of a consent in the current language."""
        return pick(self.names[consent.recipient_id])

    def as_document(self) -> dict[str, Any]:
        """Return it as the API gives it."""
        trace = self.trace
        return {
            "batch": {"id": str(self.batch.id), "reference": self.batch.reference}, "row": self.referral.row,
            "external_id": trace and trace.external_id, "state": self.state.value, "asked": trace.asked if trace else 0,
            "asked_at": _written(trace.asked_at if trace else None), "may_ask_from": _written(self.may_ask_from),
            "consents": [{"platform": self.slugs[given.recipient_id], "text_version": given.text_version,
                          "channel": given.channel, "given_at": _written(given.given_at),
                          "withdrawn_at": _written(given.withdrawn_at)} for given in self.consents]}


def counts(session: Session, actor: Client | Member) -> dict[ConsentState, int]:
    """Return how many rows stand so with their consent."""
    found = consent_queries.state_counts(session, actor)
    return {state: found.get(state, 0) for state in ConsentState}


def listed(session: Session, actor: Client | Member, *, state: ConsentState | None = None, cursor: str | None = None,
           limit: int = 50) -> tuple[list[Row], str | None]:
    """Return the rows that became needs with their consents, the newest first, and where the next page starts."""
    found = consent_queries.rows(session, actor, state=state, before=_place(cursor), limit=limit + 1)
    need_ids = [trace.need_id for _row, trace, _batch, _state in found if trace and trace.need_id]
    given: dict[UUID, list[Consent]] = {}
    for consent in consent_queries.consents_of(session, actor, need_ids) if need_ids else ():
        given.setdefault(consent.need_id, []).append(consent)
    places = {consent.recipient_id for entries in given.values() for consent in entries}
    known = organisations.organisations_by_id(session, list(places)) if places else ()
    names, slugs = {place.id: place.name for place in known}, {place.id: place.slug or "" for place in known}
    rows = [Row(row, trace, batch, ConsentState(stands),
                given.get(trace.need_id, []) if trace and trace.need_id else (), names, slugs)
            for row, trace, batch, stands in found[:limit]]
    return rows, rows[-1].referral.id.hex if len(found) > limit else None


def ask_again(session: Session, actor: Client | Member, batch_id: UUID, number: int) -> None:
    """Ask a firm once more for its consent, by mail with a new link. Flushes.

    Raise `NotFound` for another's row, `Conflict` when nothing waits, it was asked often enough, or only just now.
    """
    batch = queries.batch_by_id(session, actor, batch_id)
    _referral, trace = queries.row_of(session, actor, batch_id, number)
    if isinstance(actor, Client) and not actor.is_live:
        raise Conflict("This is a live batch, and the key is one of the sandbox.")
    if trace is None or trace.need_id is None:
        raise Conflict("Nothing waits for a consent here.")
    need = needs.need_by_id(session, SERVICE, trace.need_id, locked=True)
    referral = queries.referral_by_id(session, SERVICE, trace.referral_id)
    session.refresh(trace)
    if referral.standing != Standing.CONSENT_ASKED or need.status != NeedStatus.DRAFT:
        raise Conflict("Nothing waits for a consent here.")
    if trace.asked >= MOST:
        raise Conflict("The firm was asked %(most)s times; that is enough. Talk to it.", most=MOST)
    if (trace.asked_at or batch.created_at) + APART > utc_now():
        raise Conflict("The firm was asked within the last %(days)s days. Give it time.", days=APART.days)
    trace.asked, trace.asked_at = trace.asked + 1, utc_now()
    outbox.tell_firm(session, "consent_asked", need.id, incubator=str(batch.organisation_id))
    session.flush()


def _place(cursor: str | None) -> UUID | None:
    try:
        return UUID(hex=cursor) if cursor else None
    except ValueError:
        raise Invalid("The cursor is not one that this list gave out; start again without it."
                      ) from None


def _written(moment: dt.datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z") if moment else None
