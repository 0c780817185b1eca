"""What is asked of batches, referrals and what is kept of their rows, by an actor (see `scope`)."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Row, func, or_
from sqlalchemy.orm import joinedload, selectinload

from matchmaker.domain import (
    Actor,
    Lead,
    Outcome,
    Referral,
    ReferralBatch,
    ReferralMapping,
    ReferralRevision,
    ReferralTrace,
    Service,
    Standing,
)
from matchmaker.domain.referrals import BANDS
from matchmaker.errors import NotFound
from matchmaker.storage import Session
from matchmaker.storage.queries import scope_referrals

DONE = (Outcome.ACCEPTED, Outcome.WARNED, Outcome.SKIPPED)


def batch_by_key(session: Session, organisation_id: UUID, idempotency_key: str) -> ReferralBatch | None:
    """Return the batch that an organisation sent with this key."""
    return session.scalar(scope_referrals.batches(Service()).where(ReferralBatch.organisation_id == organisation_id,
                                                         ReferralBatch.idempotency_key == idempotency_key))


def batch_by_id(session: Session, actor: Actor, batch_id: UUID, *, locked: bool = False) -> ReferralBatch:
    """Return a batch with its job as the database has them now; raise `NotFound` when `actor` may not see it."""
    query = scope_referrals.batches(actor).where(ReferralBatch.id == batch_id).options(joinedload(ReferralBatch.job))
    if locked:
        query = query.with_for_update(of=ReferralBatch)
    found = session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound("There is no such batch, or not for you.")
    return found


def batch_of_job(session: Session, actor: Actor, job_id: UUID) -> ReferralBatch:
    """Return the batch that a job works through."""
    return session.scalars(scope_referrals.batches(actor).where(ReferralBatch.job_id == job_id)).one()


def batches_of(session: Session, actor: Actor, *, limit: int, before: UUID | None) -> Sequence[ReferralBatch]:
    """Return the batches that `actor` may see, the newest first; `before` is the last of the page before."""
    query = scope_referrals.batches(actor).options(joinedload(ReferralBatch.job))
    if before:
        query = query.where(ReferralBatch.id < before)
    return session.scalars(query.order_by(ReferralBatch.id.desc()).limit(limit)).all()


def counts(session: Session, actor: Actor,
           batch_ids: Collection[UUID]) -> Sequence[Row[UUID, Outcome, Standing | None, int]]:
    """Return batch, outcome, standing and how many rows of these batches have them."""
    query = scope_referrals.referrals(actor).where(Referral.batch_id.in_(batch_ids))
    columns = (Referral.batch_id, Referral.outcome, Referral.standing)
    return session.execute(query.with_only_columns(*columns, func.count()).group_by(*columns)).all()


def mappings_of(session: Session, actor: Actor) -> Sequence[ReferralMapping]:
    """Return the mappings that `actor` may use, by their names."""
    return session.scalars(scope_referrals.mappings(actor).order_by(ReferralMapping.name)).all()


def mapping_named(session: Session, actor: Actor, name: str) -> ReferralMapping | None:
    """Return the mapping of this name, with its row locked."""
    query = scope_referrals.mappings(actor).where(ReferralMapping.name == name)
    return session.scalar(query.with_for_update(of=ReferralMapping))


def rows_of(session: Session, actor: Actor, batch_id: UUID, *, after: int, limit: int,
            outcome: Outcome | None = None) -> Sequence[Row[Referral, ReferralTrace]]:
    """Return the rows of a batch after row `after`, each with its trace unless that is erased, in order."""
    query = scope_referrals.referred_rows(actor).where(Referral.batch_id == batch_id, Referral.row > after)
    if outcome:
        query = query.where(Referral.outcome == outcome)
    return session.execute(query.order_by(Referral.row).limit(limit)).all()


def row_of(session: Session, actor: Actor, batch_id: UUID, row: int) -> tuple[Referral, ReferralTrace | None]:
    """Return one row of a batch with its trace; raise `NotFound` when `actor` may not see it."""
    found = session.scalar(scope_referrals.referrals(actor).where(Referral.batch_id == batch_id, Referral.row == row))
    if found is None:
        raise NotFound("There is no such row, or not for you.")
    return found, session.scalar(scope_referrals.referral_traces(actor).where(ReferralTrace.referral_id == found.id))


def revisions_of(session: Session, actor: Actor, referral_id: UUID) -> Sequence[ReferralRevision]:
    """Return how a row stood before each of its corrections, the last one first."""
    query = scope_referrals.revisions(actor).where(ReferralRevision.referral_id == referral_id)
    return session.scalars(query.order_by(ReferralRevision.version.desc())).all()


def trace_of_need(session: Session, actor: Actor, need_id: UUID) -> ReferralTrace | None:
    """Return what is kept of the row that a need came from, None for a need that nobody referred."""
    return session.scalar(scope_referrals.referral_traces(actor).where(ReferralTrace.need_id == need_id))


def referral_by_id(session: Session, actor: Actor, referral_id: UUID) -> Referral:
    """Return a referral with its row locked; the lock of its need is taken before it."""
    query = scope_referrals.referrals(actor).where(Referral.id == referral_id).with_for_update(of=Referral)
    found = session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound("There is no such row, or not for you.")
    return found


def done_marks(session: Session, actor: Actor, root: UUID, marks: Collection[str]) -> set[str]:
    """Return which of these rows were accepted by a batch or by the ones that were sent to mend it."""
    family = (ReferralBatch.id == root) | (ReferralBatch.retry_of == root)
    batch_ids = [batch.id for batch in session.scalars(scope_referrals.batches(actor).where(family))]
    query = scope_referrals.referrals(actor).where(Referral.batch_id.in_(batch_ids), Referral.mark.in_(marks),
                                         Referral.outcome.in_(DONE))
    return {found.mark for found in session.scalars(query) if found.mark}


def alike(session: Session, actor: Actor, batch: ReferralBatch, firms: Collection[str],
          bands: Sequence[Collection[int]]) -> Sequence[Row[str | None, bytes | None, str, int]]:
    """Return what the batch's organisation sent before of these firms, or in words with one of these marks.

    Given are firm mark, signature, batch reference and row. Of what was only tried out, just the batch's own counts.
    """
    marked = [getattr(ReferralTrace, f"band_{number}") for number in range(BANDS)]
    like = or_(ReferralTrace.firm_mark.in_(firms),
               *(column.in_(marks) for column, marks in zip(marked, bands, strict=True)))
    counts_here = ReferralTrace.is_live | (ReferralTrace.batch_id == batch.id)
    query = scope_referrals.referred_rows(actor).where(
        ReferralTrace.organisation_id == batch.organisation_id, counts_here, like)
    columns_wanted = (ReferralTrace.firm_mark, ReferralTrace.signature, ReferralBatch.reference, Referral.row)
    return session.execute(query.with_only_columns(*columns_wanted).order_by(ReferralTrace.referral_id)).all()


def leads_of(session: Session, actor: Actor, need_ids: Collection[UUID]) -> Sequence[Lead]:
    """Return the leads that came of these needs, if `actor` referred them, the oldest first."""
    query = scope_referrals.referred_leads(actor).where(Lead.need_id.in_(need_ids))
    return session.scalars(query.options(selectinload(Lead.platform)).order_by(Lead.id)).all()


def leads_of_batch(session: Session, actor: Actor, batch_id: UUID) -> Sequence[Lead]:
    """Return the leads that came of a batch, the first to be answered first."""
    needs = scope_referrals.referral_traces(actor).where(
        ReferralTrace.batch_id == batch_id, ReferralTrace.need_id.is_not(None)).with_only_columns(ReferralTrace.need_id)
    query = scope_referrals.referred_leads(actor).where(Lead.need_id.in_(needs))
    return session.scalars(query.order_by(Lead.due_at, Lead.id)).all()
