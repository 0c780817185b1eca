"""Write the audit log by construction: whatever a transaction does to an audited thing is entered as it commits.

No service can forget it. Statements that change many rows at once would pass it by, so they are refused for audited
things. What the database deletes by itself behind a deleted row has no entry of its own: the row's stands for it.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import event, insert, inspect, select, text
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, sessionmaker

from matchmaker.domain import (
    Absence,
    AddedConcept,
    ApiKey,
    Appeal,
    Attachment,
    Base,
    Batch,
    ClockStep,
    Complaint,
    Consent,
    Contact,
    Decision,
    FairnessAlert,
    FindConsent,
    FirmAccount,
    GatheredNeed,
    HumanReading,
    Identity,
    Invitation,
    Kind,
    Lead,
    LeadFeedback,
    LeadMessage,
    LeadNote,
    ListVersion,
    Membership,
    Need,
    Offering,
    OfferingRevision,
    OpennessList,
    Organisation,
    Person,
    QueueExport,
    Reason,
    RecoveryCode,
    ReferralBatch,
    ReferralMapping,
    ReferralRevision,
    SavedView,
    SecondStep,
    Service,
    StockWatch,
    TargetUnit,
    Theme,
    Watch,
    WebhookEndpoint,
    WeightsProposal,
    WeightsVersion,
)
from matchmaker.domain.audit import FIRST, Act, AuditEntry, digest_of
from matchmaker.domain.base import utc_now
from matchmaker.storage.wall import ACTOR

AUDITED: frozenset[type[Base]] = frozenset({
    Absence, AddedConcept, ApiKey, Appeal, Attachment, Batch, ClockStep, Complaint, Consent, Contact, Decision,
    FairnessAlert, FindConsent, FirmAccount, GatheredNeed, HumanReading, Identity, Invitation, Kind, Lead,
    LeadFeedback, LeadMessage, LeadNote, ListVersion, Membership, Need, Offering, OfferingRevision, OpennessList,
    Organisation, Person, QueueExport, Reason, RecoveryCode, ReferralBatch, ReferralMapping, ReferralRevision,
    SavedView, SecondStep, StockWatch, TargetUnit, Theme, Watch, WebhookEndpoint, WeightsProposal, WeightsVersion,
})
CHAIN_LOCK = 0x6175646974
"""Any number, the same in every process: PostgreSQL lets one transaction at a time go on with the chain."""
TOUCHED, SAVEPOINTS = "audit_touched", "audit_savepoints"


def attach(sessions: sessionmaker[Session]) -> None:
    """Audit whatever the sessions of a factory commit. Their ``info["actor"]`` says who acts; jobs need not say it."""
    event.listen(sessions, "after_flush", _note)
    event.listen(sessions, "before_commit", _enter)
    event.listen(sessions, "after_transaction_create", _remember)
    event.listen(sessions, "after_soft_rollback", _forget)
    event.listen(sessions, "do_orm_execute", _refuse)


def _note(session: Session, _context: object) -> None:
    """Note what a flush did; the moment it commits, and whether it does, is not known yet."""
    touched = session.info.setdefault(TOUCHED, [])
    touched += _touched(session)


def _touched(session: Session) -> Iterator[dict[str, Any]]:
    for act, things in ((Act.CREATED, session.new), (Act.CHANGED, session.dirty), (Act.DELETED, session.deleted)):
        for thing in things:
            if type(thing) not in AUDITED:
                continue
            fields = sorted(_changed(thing)) if act == Act.CHANGED else []
            if fields or act != Act.CHANGED:
                key = inspect(type(thing)).primary_key_from_instance(thing)
                yield {"act": act, "thing": type(thing).__tablename__, "thing_id": "/".join(map(str, key)),
                       "fields": fields}


def _changed(thing: Base) -> Iterator[str]:
    state = inspect(thing)
    return (column.key for column in state.mapper.column_attrs if state.attrs[column.key].history.has_changes())


def _enter(session: Session) -> None:
    """Enter what was noted, as the last thing before the commit: the chain is held for a moment only."""
    if session.in_nested_transaction():
        return
    session.flush()
    if not (touched := session.info.pop(TOUCHED, [])):
        return
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": CHAIN_LOCK})
    last = session.execute(select(AuditEntry.number, AuditEntry.digest).order_by(AuditEntry.number.desc()).limit(1))
    before, digest = last.one_or_none() or (0, FIRST)
    actor = session.info.get(ACTOR, Service())
    who = {"at": utc_now(), "side": actor and actor.side, "person_id": getattr(actor, "person_id", None)}
    entries = []
    for number, what in enumerate(touched, before + 1):
        entry = {"number": number, **who, **what}
        digest = digest_of(entry, digest)
        entries.append({**entry, "digest": digest})
    session.execute(insert(AuditEntry), entries)


def _remember(session: Session, transaction: SessionTransaction) -> None:
    """Remember at a savepoint how much was noted before it."""
    if transaction.nested:
        session.info.setdefault(SAVEPOINTS, {})[transaction] = len(session.info.get(TOUCHED, []))


def _forget(session: Session, transaction: SessionTransaction) -> None:
    """Forget what was noted since the savepoint, or altogether, now that it is undone."""
    kept = session.info.get(SAVEPOINTS, {}).pop(transaction, 0) if transaction.nested else 0
    del session.info.get(TOUCHED, [])[kept:]


def _refuse(state: ORMExecuteState) -> None:
    is_change = state.is_insert or state.is_update or state.is_delete
    if is_change and state.bind_mapper and state.bind_mapper.class_ in AUDITED:
        raise TypeError(f"{state.bind_mapper.class_.__name__} is audited: change its objects one by one")
