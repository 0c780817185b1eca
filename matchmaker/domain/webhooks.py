"""What an organisation's programs are told of by itself: where to, of what, how each delivery went.

After the Standard Webhooks specification, version 1. An event carries ids and states alone, so that nothing of a firm
leaves by it, and an erased need leaves nothing behind in it.
"""

import datetime as dt
import enum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.domain.base import Base, Code, Created, Fields, Items, Moment, Name, PrimaryId, choice

LONGEST_URL = 1_000


class EventType(enum.StrEnum):
    """What can be told of."""

    BATCH_CREATED = "referral_batch.created"
    BATCH_COMPLETED = "referral_batch.completed"
    BATCH_CANCELLED = "referral_batch.cancelled"
    BATCH_FAILED = "referral_batch.failed"
    ROW_CHANGED = "referral.standing_changed"
    LEAD_CREATED = "lead.created"
    LEAD_CHANGED = "lead.state_changed"
    TEST = "webhook.test"


SUBSCRIBABLE = tuple(kind for kind in EventType if kind != EventType.TEST)
"""What an endpoint can ask for; a test is sent to whoever asks for it."""


class OffReason(enum.StrEnum):
    """Why nothing is sent to an endpoint any more."""

    BY_HAND = "by_hand"
    GONE = "gone"
    """It answered 410: the receiver wants no more."""
    FAILING = "failing"
    """Nothing reached it for days."""


class DeliveryState(enum.StrEnum):
    """What became of a delivery."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


class WebhookEndpoint(Base):
    """An address to which events are sent. Its secrets are made from its salts, and stand nowhere."""

    __tablename__ = "webhook_endpoint"

    id: Mapped[PrimaryId]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[Name]
    url: Mapped[str] = mapped_column(String(LONGEST_URL))
    events: Mapped[Items]
    salt: Mapped[Code]
    former_salt: Mapped[Code | None]
    former_until: Mapped[Moment | None]
    """Until then each delivery is signed with the secret before, too."""
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[Created]
    off_at: Mapped[Moment | None]
    off_why: Mapped[OffReason | None] = mapped_column(choice(OffReason))

    @property
    def is_on(self) -> bool:
        """Tell whether events are sent to it."""
        return self.off_at is None

    def turn_off(self, at: dt.datetime, why: OffReason) -> None:
        """Send nothing more to it; twice is once."""
        if self.is_on:
            self.off_at, self.off_why = at, why

    def turn_on(self) -> None:
        """Send to it again."""
        self.off_at = self.off_why = None

    def renew_secret(self, salt: str, former_until: dt.datetime) -> None:
        """Put another secret in place of the present one, which goes on signing beside it for a while."""
        self.salt, self.former_salt, self.former_until = salt, self.salt, former_until

    def salts(self, now: dt.datetime) -> list[str]:
        """Return of which secrets a delivery carries signatures at this moment, the newest first."""
        if self.former_salt and self.former_until and self.former_until > now:
            return [self.salt, self.former_salt]
        return [self.salt]


class WebhookHealth(Base):
    """Whether an endpoint can be reached; kept beside it, so that its own row changes only when somebody changes it."""

    __tablename__ = "webhook_health"

    endpoint_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_endpoint.id", ondelete="CASCADE"), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    """How many attempts in a row got no answer at all."""
    rests_until: Mapped[Moment | None]
    """Until then no delivery tries it: one that does not answer would only hold up the others."""
    succeeded_at: Mapped[Moment | None]


class WebhookEvent(Base):
    """Something that happened, as it is told; written in the transaction in which it happens."""

    __tablename__ = "webhook_event"

    id: Mapped[PrimaryId]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    type: Mapped[EventType] = mapped_column(choice(EventType))
    at: Mapped[Created]
    data: Mapped[Fields]


class WebhookDelivery(Base):
    """One event on its way to one endpoint, and how often that was tried."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (UniqueConstraint("endpoint_id", "event_id"),
                      Index("ix_webhook_delivery_state", "state", "next_at"))

    id: Mapped[PrimaryId]
    endpoint_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_endpoint.id", ondelete="CASCADE"))
    event_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_event.id", ondelete="CASCADE"), index=True)
    state: Mapped[DeliveryState] = mapped_column(choice(DeliveryState), default=DeliveryState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    """How many since the schedule began, which somebody can begin anew."""
    next_at: Mapped[Moment | None]
    """Not before then is it tried (again)."""
    began_at: Mapped[Created]
    """When the schedule began."""

    event: Mapped[WebhookEvent] = relationship()
    endpoint: Mapped[WebhookEndpoint] = relationship()
    log: Mapped[list["WebhookAttempt"]] = relationship(order_by="WebhookAttempt.id", passive_deletes=True)

    def end(self, state: DeliveryState) -> None:
        """Note that nothing more is tried by itself."""
        self.state, self.next_at = state, None

    def begin_anew(self, at: dt.datetime) -> None:
        """Begin the schedule anew, with an attempt at once."""
        self.state, self.attempts, self.began_at, self.next_at = DeliveryState.WAITING, 0, at, at


class WebhookAttempt(Base):
    """One attempt: when, how long it took, and the status of the answer or what went wrong."""

    __tablename__ = "webhook_attempt"

    id: Mapped[PrimaryId]
    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_delivery.id", ondelete="CASCADE"), index=True)
    at: Mapped[Moment]
    milliseconds: Mapped[int]
    status: Mapped[int | None]
    fault: Mapped[Code | None]
