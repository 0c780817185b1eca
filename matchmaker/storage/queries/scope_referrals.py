"""What each actor may see of referrals and keys, as `matchmaker.storage.queries.scope` says it of all else.

- An incubator's people and programs see what their organisation referred: how each row ended, and how its leads stand.
  They do not see what platform and firm say to each other. Its keys are looked after by its people alone.
"""

from sqlalchemy import ColumnElement, Select, case, false, literal, select, true

from matchmaker.domain import (
    ApiKey,
    Consent,
    ConsentState,
    Lead,
    Referral,
    ReferralBatch,
    ReferralChoice,
    ReferralMapping,
    ReferralRevision,
    ReferralTrace,
    Standing,
)
from matchmaker.domain.actors import REFERRING, Actor, Client, Holder, Member, Service
from matchmaker.storage.wall import Asker, names_asker

CONSENT = "consent"
"""What `rows_with_consent` calls how the consent stands."""


@names_asker
def api_keys(actor: Actor) -> Select[ApiKey]:
    """Select the keys that `actor` looks after."""
    mine = ApiKey.organisation_id.in_(actor.organisations(*REFERRING)) if isinstance(actor, Member) else false()
    return select(ApiKey).where(mine)


@names_asker
def batches(actor: Actor) -> Select[ReferralBatch]:
    """Select the batches of the actor's incubator."""
    return select(ReferralBatch).where(_referred(actor))


@names_asker
def mappings(actor: Actor) -> Select[ReferralMapping]:
    """Select the mappings of columns of the actor's incubator."""
    if isinstance(actor, Client):
        return select(ReferralMapping).where(ReferralMapping.organisation_id == actor.organisation_id)
    places = actor.organisations(*REFERRING) if isinstance(actor, Member) else frozenset()
    return select(ReferralMapping).where(ReferralMapping.organisation_id.in_(places))


@names_asker
def referrals(actor: Actor) -> Select[Referral]:
    """Select the rows of these batches; the holder of a link sees the one that their need came from."""
    if isinstance(actor, Holder):
        own = select(ReferralTrace.referral_id).where(ReferralTrace.need_id == actor.need_id)
        return select(Referral).where(Referral.id.in_(own))
    return select(Referral).join(ReferralBatch, ReferralBatch.id == Referral.batch_id).where(_referred(actor))


@names_asker
def referral_traces(actor: Actor) -> Select[ReferralTrace]:
    """Select what is kept of these rows."""
    if isinstance(actor, Holder):
        return select(ReferralTrace).where(ReferralTrace.need_id == actor.need_id)
    return select(ReferralTrace).join(ReferralBatch, ReferralBatch.id == ReferralTrace.batch_id).where(_referred(actor))


@names_asker
def referred_rows(actor: Actor) -> Select[Referral, ReferralTrace]:
    """Select these rows each with its trace, which is gone where the need was erased."""
    query = select(Referral, ReferralTrace).join(ReferralBatch, ReferralBatch.id == Referral.batch_id)
    return query.outerjoin(ReferralTrace, ReferralTrace.referral_id == Referral.id).where(_referred(actor))


@names_asker
def revisions(actor: Actor) -> Select[ReferralRevision]:
    """Select how these rows stood before they were corrected."""
    query = select(ReferralRevision).join(Referral, Referral.id == ReferralRevision.referral_id)
    return query.join(ReferralBatch, ReferralBatch.id == Referral.batch_id).where(_referred(actor))


@names_asker
def choices(actor: Actor) -> Select[ReferralChoice]:
    """Select what would do for these rows while places are allotted."""
    query = select(ReferralChoice).join(ReferralBatch, ReferralBatch.id == ReferralChoice.batch_id)
    return query.where(_referred(actor))


@names_asker
def referred_leads(actor: Actor) -> Select[Lead]:
    """Select the leads that came of the actor's referrals, to see how they stand."""
    own = select(ReferralTrace.need_id).join(ReferralBatch, ReferralBatch.id == ReferralTrace.batch_id)
    return select(Lead).where(Lead.need_id.in_(own.where(_referred(actor), ReferralTrace.need_id.is_not(None))))


@names_asker
def leads_with_rows(actor: Actor) -> Select[Lead, ReferralTrace, Referral, ReferralBatch]:
    """Select the leads that came of the actor's referrals, each with the row it came from and beside its offering."""
    query = select(Lead, ReferralTrace, Referral, ReferralBatch)
    query = query.join(ReferralTrace, ReferralTrace.need_id == Lead.need_id)
    query = query.join(Referral, Referral.id == ReferralTrace.referral_id).join(Lead.offering)
    return query.join(ReferralBatch, ReferralBatch.id == Referral.batch_id).where(_referred(actor))


def rows_with_consent(actor: Actor) -> Select[Referral, ReferralTrace, ReferralBatch, str]:
    """Select the rows that became needs, each with its trace, its batch and how its consent stands (as `CONSENT`).

    Of rows that were only tried, and of needs that were erased, no consent is left. It is asked by the service.
    """
    ended = Referral.standing.in_((Standing.CONSENT_REFUSED, Standing.WITHDRAWN))
    has_need = ReferralTrace.need_id.is_not(None) | ended
    given = select(literal(1)).where(Consent.need_id == ReferralTrace.need_id).correlate(ReferralTrace)
    state = case((Referral.standing == Standing.CONSENT_REFUSED, ConsentState.REFUSED.value),
                 (Referral.standing == Standing.CONSENT_ASKED, ConsentState.ASKED.value),
                 (given.where(Consent.withdrawn_at.is_(None)).exists(), ConsentState.GIVEN.value),
                 (given.exists(), ConsentState.WITHDRAWN.value), else_=ConsentState.NONE.value)
    query = select(Referral, ReferralTrace, ReferralBatch, state.label(CONSENT))
    query = query.join(ReferralBatch, ReferralBatch.id == Referral.batch_id)
    query = query.outerjoin(ReferralTrace, ReferralTrace.referral_id == Referral.id)
    is_live = (Referral.standing.is_not(None)) & (Referral.standing != Standing.TRIED)
    return query.where(_referred(actor), is_live, has_need).options(Asker(Service()))


def referred_consents(actor: Actor) -> Select[Consent]:
    """Select the consents given with the needs of the actor's referrals: to whom, to which text, when and how.

    It is asked by the service, since the consents themselves are the firm's and the recipient's.
    """
    own = select(ReferralTrace.need_id).join(ReferralBatch, ReferralBatch.id == ReferralTrace.batch_id)
    own = own.where(_referred(actor), ReferralTrace.need_id.is_not(None))
    return select(Consent).where(Consent.need_id.in_(own)).options(Asker(Service()))


def _referred(actor: Actor) -> ColumnElement[bool]:
    if isinstance(actor, Client):
        return ReferralBatch.organisation_id == actor.organisation_id
    if isinstance(actor, Member):
        return ReferralBatch.organisation_id.in_(actor.organisations(*REFERRING))
    return true() if isinstance(actor, Service) else false()
