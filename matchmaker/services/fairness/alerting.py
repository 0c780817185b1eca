"""Alerts: four times a month all groups are tested in all outcomes; what chance hardly explains goes to operators.

A look takes the leads that came in the `DAYS` before it. An alert is raised where the test rejects that the group fares
as the others do (`matchmaker.services.fairness.testing`) and its rate or speed is under four fifths of theirs. It is
closed by the first look at which one of the two no longer holds, by itself, without the correction for many tests.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from matchmaker.domain import FairnessAlert, FairnessLook, Member, Service
from matchmaker.domain.base import utc_now
from matchmaker.services.fairness import parity, testing
from matchmaker.services.formats import CHINA
from matchmaker.storage import Session
from matchmaker.storage.queries.boards import fairness as queries

SERVICE = Service()
LOOK_DAYS = (1, 8, 15, 22)
DAYS = {"accepted": 30, "time": 30, "completed": 90}
"""How many days back the leads of a look came; what is agreed takes longer to be done."""
FADED = dt.timedelta(days=90)
"""An alert of whose group too few firms come to be tested is closed after so long."""
OVER, FEW = "over", "few"


@dataclass(frozen=True)
class Alerts:
    """The alerts that are open, those not yet acknowledged first, the newest that were closed, and the last look."""

    open: Sequence[FairnessAlert]
    closed: Sequence[FairnessAlert]
    last: FairnessLook | None


def look(session: Session, today: dt.date) -> FairnessLook | None:
    """Look once on each day of a look, or the first time after it; return the look, None when it was done. Flushes."""
    day = look_day(today)
    if queries.look_on(session, day):
        return None
    until = dt.datetime.combine(day, dt.time(), CHINA)
    parts = {outcome: parity.read(session, SERVICE, until - dt.timedelta(days=days), until)
             for outcome, days in DAYS.items()}
    found = testing.judge_all(parts, parity.DIMENSIONS)
    closed, raised = _close(session, day, found), _raise(session, day, found)
    made = FairnessLook(day=day, tests=len(found), raised=raised, closed=closed, made_at=utc_now())
    session.add(made)
    session.flush()
    return made


def look_day(today: dt.date) -> dt.date:
    """Return the last day of a look, today or before."""
    return today.replace(day=max(day for day in LOOK_DAYS if day <= today.day))


def listed(session: Session) -> Alerts:
    """Return what an operator sees of alerts."""
    return Alerts(queries.open_alerts(session), queries.closed_alerts(session), queries.last_look(session))


def acknowledge(session: Session, member: Member, alert_id: UUID, reason: str) -> FairnessAlert:
    """Take note of an alert, with a reason. Flushes. The same sent twice is one."""
    alert = queries.alert_by_id(session, alert_id)
    if alert.reason != reason.strip() or not alert.acknowledged_at:
        alert.acknowledge(member.person_id, reason)
        session.flush()
    return alert


def find(session: Session, alert_id: UUID) -> FairnessAlert:
    """Return an alert; raise `NotFound` when there is none."""
    return queries.alert_by_id(session, alert_id)


def coded(value: Any) -> str:
    """Return what stands for a group in an alert and in an address."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _raise(session: Session, day: dt.date, found: Sequence[testing.Tested]) -> int:
    known = {_key(alert) for alert in queries.open_alerts(session)}
    raised = [one for one in found if one.is_alarming and (one.dimension, coded(one.value), one.outcome) not in known]
    session.add_all([FairnessAlert(
        dimension=one.dimension, value=coded(one.value), outcome=one.outcome, raised_on=day,
        since=day - dt.timedelta(days=DAYS[one.outcome]), firms=one.firms, leads=one.leads, figure=one.figure,
        others=one.others, ratio=one.ratio, p=one.p, tests=len(found), is_within=one.is_within) for one in raised])
    session.flush()
    return len(raised)


def _close(session: Session, day: dt.date, found: Sequence[testing.Tested]) -> int:
    """Close the alerts that this look does not bear out any more; return how many."""
    tested = {(one.dimension, coded(one.value), one.outcome): one for one in found}
    closed = 0
    for alert in queries.open_alerts(session):
        one = tested.get(_key(alert))
        if one is None and day - alert.raised_on >= FADED:
            alert.close(day, FEW)
            closed += 1
        elif one is not None and (one.p > testing.ALPHA or one.ratio >= parity.FOUR_FIFTHS):
            alert.close(day, OVER)
            closed += 1
    session.flush()
    return closed


def _key(alert: FairnessAlert) -> tuple[str, str, str]:
    return alert.dimension, alert.value, alert.outcome
