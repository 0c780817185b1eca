"""What an incubator sends for its firms: a batch, a referral for each row of it, and what is kept of the row.

A `Referral` says how its row ended, and nothing of the firm. Whatever tells of the firm or its words stands in its
`ReferralTrace`, which the database deletes with the need.
"""

import datetime as dt
import enum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.domain.base import Base, Code, Created, Document, Fields, Items, Moment, Name, PrimaryId, choice
from matchmaker.domain.jobs import Job
from matchmaker.domain.needs import new_reference

BANDS = 4
"""Texts that are nearly the same share at least one of so many marks."""


class Outcome(enum.StrEnum):
    """How a row ended."""

    ACCEPTED = "accepted"
    WARNED = "accepted_with_warnings"
    REFUSED = "refused"
    SKIPPED = "skipped"


class Allocation(enum.StrEnum):
    """Who is asked for rows that ask for the best offering."""

    BEST_EACH = "best_each"
    """The offering that fits each row best, whoever else asks for it."""
    FAIR_CAPACITY = "fair_capacity"
    """No offering for more rows than it has places: first the most rows placed, then the greatest fit in all."""


class Standing(enum.StrEnum):
    """Where an accepted row stands."""

    TRIED = "tried"
    """Only tried out: by a dry run or a key of the sandbox."""
    MATCHED = "matched"
    """Matched; nobody was to be asked, or nobody could be."""
    CONSENT_ASKED = "consent_asked"
    SENT = "sent"
    CONSENT_REFUSED = "consent_refused"
    WITHDRAWN = "withdrawn"


class ConsentState(enum.StrEnum):
    """How it stands with the consent behind a row."""

    ASKED = "asked"
    GIVEN = "given"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    NONE = "none"
    """Nobody was to be asked, so that no consent was needed."""


class ReferralBatch(Base):
    """One file or call of an incubator. How far it is stands in its job."""

    __tablename__ = "referral_batch"
    __table_args__ = (UniqueConstraint("organisation_id", "idempotency_key"),)

    id: Mapped[PrimaryId]
    reference: Mapped[Code] = mapped_column(unique=True, default=lambda: new_reference("B"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    api_key_id: Mapped[UUID | None] = mapped_column(ForeignKey("api_key.id"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    job_id: Mapped[UUID] = mapped_column(ForeignKey("job.id"))
    retry_of: Mapped[UUID | None] = mapped_column(ForeignKey("referral_batch.id"))
    idempotency_key: Mapped[Name]
    fingerprint: Mapped[Code]
    """Of body and options: the same key with another one is an error."""
    options: Mapped[Fields]
    is_live: Mapped[bool]
    """Whether rows become needs; not so in a dry run or in the sandbox."""
    created_at: Mapped[Created]
    cancelled_at: Mapped[Moment | None]
    allocation: Mapped[Allocation] = mapped_column(choice(Allocation), default=Allocation.BEST_EACH,
                                                   server_default=Allocation.BEST_EACH)
    allotment: Mapped[Fields | None]
    """What became of the scarce places, once they are allotted."""

    job: Mapped[Job] = relationship()

    @property
    def waits_for_allotment(self) -> bool:
        """Tell whether the rows are still being weighed against each other."""
        return self.allocation == Allocation.FAIR_CAPACITY and self.allotment is None

    def cancel(self, at: dt.datetime) -> None:
        """Stop the batch before its next rows; what was done stays done."""
        self.cancelled_at = self.cancelled_at or at


class ReferralMapping(Base):
    """How the columns of an incubator's own table become ours, under a name of its choice."""

    __tablename__ = "referral_mapping"
    __table_args__ = (UniqueConstraint("organisation_id", "name"),)

    id: Mapped[PrimaryId]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[Name]
    columns: Mapped[Fields]
    """Our column → those of the table that are read for it, in their order."""
    constants: Mapped[Fields]
    """Our column → what stands in it where a row says nothing."""
    changed_at: Mapped[Created]


class Referral(Base):
    """How one row ended; batch and row together make a second answer impossible."""

    __tablename__ = "referral"
    __table_args__ = (UniqueConstraint("batch_id", "row"), Index("ix_referral_batch_id_mark", "batch_id", "mark"))

    id: Mapped[PrimaryId]
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("referral_batch.id", ondelete="CASCADE"))
    row: Mapped[int]
    outcome: Mapped[Outcome] = mapped_column(choice(Outcome))
    mark: Mapped[Code | None]
    """HMAC of the incubator's own reference, by which a row that is sent again is known."""
    standing: Mapped[Standing | None] = mapped_column(choice(Standing))
    remarks: Mapped[Items]
    """Faults and warnings: column, code, and words in both languages."""
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    """Rises with each correction, so that nobody corrects what somebody else has corrected meanwhile."""


class ReferralRevision(Base):
    """How a row stood before it was corrected."""

    __tablename__ = "referral_revision"

    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referral.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    outcome: Mapped[Outcome] = mapped_column(choice(Outcome))
    standing: Mapped[Standing | None] = mapped_column(choice(Standing))
    remarks: Mapped[Items]
    ended_at: Mapped[Created]
    """When the next version took its place."""
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    api_key_id: Mapped[UUID | None] = mapped_column(ForeignKey("api_key.id"))
    """Who corrected it: somebody on the page, or a program with its key."""


class ReferralChoice(Base):
    """What would do for one row, and what it was given, while places are allotted; deleted when its batch ends."""

    __tablename__ = "referral_choice"

    batch_id: Mapped[UUID] = mapped_column(ForeignKey("referral_batch.id", ondelete="CASCADE"), primary_key=True)
    row: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    named: Mapped[Items]
    """The ids of the offerings that the row itself names, each of which takes a place."""
    fits: Mapped[Fields]
    """The fit of each offering that may be asked for it, by id."""
    given: Mapped[UUID | None]


class ReferralTrace(Base):
    """What is kept of one row: the incubator's own reference, the matches, and marks by which doubles are found."""

    __tablename__ = "referral_trace"
    __table_args__ = (
        Index("ix_referral_trace_organisation_id_firm_mark", "organisation_id", "firm_mark"),
        *(Index(f"ix_referral_trace_band_{number}", f"band_{number}") for number in range(BANDS)),
    )

    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referral.id", ondelete="CASCADE"), primary_key=True)
    need_id: Mapped[UUID | None] = mapped_column(ForeignKey("need.id", ondelete="CASCADE"), index=True)
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("referral_batch.id", ondelete="CASCADE"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    external_id: Mapped[Name | None]
    """The incubator's own reference."""
    is_live: Mapped[bool] = mapped_column(default=True)
    wanted: Mapped[Items]
    """The ids of the offerings that are to be asked once the firm consents."""
    matches: Mapped[list[Any]] = mapped_column(Document)
    firm_mark: Mapped[Code | None]
    """HMAC of the firm's unified social credit code, which itself is not kept."""
    asked: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often the firm was asked for its consent by mail."""
    asked_at: Mapped[Moment | None]
    """When it was last asked."""
    sent_mark: Mapped[Code | None]
    """HMAC of the last correction as it was sent, by which the same one that comes again is known."""
    signature: Mapped[bytes | None] = mapped_column(LargeBinary)
    band_0: Mapped[int | None] = mapped_column(BigInteger)
    band_1: Mapped[int | None] = mapped_column(BigInteger)
    band_2: Mapped[int | None] = mapped_column(BigInteger)
    band_3: Mapped[int | None] = mapped_column(BigInteger)
