"""What can be done with rows and with learnt weights among the rivals (see `tests.rivals`): rows that wait, rows refused."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.domain import Outcome, Referral, ReferralBatch, ReferralTrace
from matchmaker.domain.base import new_id, utc_now
from tests.services.learning.test_promoting import add_proposal, promoted

SENT, WAITING, REFUSED = 7, 8, 9
ROWS = {"web_incubator_firms.ask_again": WAITING, "referral_firms.ask_again": WAITING,
        "web_incubator_rows.correct": REFUSED, "referrals.correct": REFUSED}
"""The row of an incubator's batch with which a page can do something; others show what was sent."""
WHY = {"why_zh": "原因", "why_en": "A reason"}


@dataclass(frozen=True)
class Learnt:
    """The version of learnt weights that counts, and a proposal of others."""

    version: str
    proposal_id: UUID


def add_refused(session: Session, batch: ReferralBatch) -> None:
    """Add a row that was refused, which can be sent again corrected."""
    referral = Referral(id=new_id(), batch_id=batch.id, row=REFUSED, outcome=Outcome.REFUSED, remarks=[])
    session.add(referral)
    session.flush()
    session.add(ReferralTrace(referral_id=referral.id, batch_id=batch.id, organisation_id=batch.organisation_id,
                              external_id="F-9", wanted=[], matches=[]))
    session.flush()


def let_wait(session: Session, batch: ReferralBatch) -> None:
    """Let the firms of a batch have been asked for their consent some days ago, so that they may be asked once more."""
    for trace in session.scalars(select(ReferralTrace).where(ReferralTrace.batch_id == batch.id)):
        trace.asked, trace.asked_at = 1, utc_now() - dt.timedelta(days=9)
    session.flush()


def add_weights(session: Session) -> Learnt:
    """Let learnt weights count, and others be proposed."""
    version = promoted(session).version
    return Learnt(version, add_proposal(session).id)


def corrected(to: str) -> dict[str, str]:
    """Return a row that is in order, as a form or a program sends it."""
    return {"version": "1", "problem": "Random vibration test of a battery bracket", "send_to": to,
            "organisation_name": "Haimen Tricycles", "contact_email": "row@haimen.example", "contact_name": "A. Row"}


def decided(endpoint: str, learnt: Learnt) -> Iterator[tuple[UUID, dict[str, Any], bool]]:
    """Give the calls by which weights are promoted and rolled back: of what, what is sent, whether it exists."""
    if endpoint == "web_learning.roll_back":
        yield new_id(), WHY | {"version": learnt.version}, True
        yield new_id(), WHY | {"version": "made up"}, True
        return
    if endpoint == "web_learning.keep_place":
        yield new_id(), WHY | {"place": "7"}, True
        return
    yield learnt.proposal_id, WHY, True
    yield new_id(), WHY, False
