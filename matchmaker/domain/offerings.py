"""Openness lists and the offerings on them: what a platform opens, to whom, and how."""

import datetime as dt
import enum
import hashlib
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.domain.base import Base, Code, Created, Document, Fields, Items, Moment, PrimaryId, Texts, choice
from matchmaker.domain.organisations import Organisation
from matchmaker.errors import Conflict


class OfferingStatus(enum.StrEnum):
    """Where an offering stands; only published ones match."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class AccessMode(enum.StrEnum):
    """How a firm gets at the resource: freely, by ordering, or after a review."""

    OPEN = "open"
    ORDER = "order"
    REVIEWED = "reviewed"


class Delivery(enum.StrEnum):
    """Where the work is done."""

    ON_SITE = "on_site"
    REMOTE = "remote"
    MAIL_IN = "mail_in"


class PricingModel(enum.StrEnum):
    """What a price is asked for."""

    FREE = "free"
    PER_HOUR = "per_hour"
    PER_DAY = "per_day"
    PER_TEST = "per_test"
    PER_SAMPLE = "per_sample"
    PER_USE = "per_use"
    SUBSCRIPTION = "subscription"
    PROJECT = "project"
    QUOTE = "quote"
    REVENUE_SHARE = "revenue_share"


class OpennessList(Base):
    """What one platform opens, as one version of its list, published in a batch."""

    __tablename__ = "openness_list"
    __table_args__ = (UniqueConstraint("platform_id", "version"),)

    id: Mapped[PrimaryId]
    platform_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    title: Mapped[Texts]
    version: Mapped[int] = mapped_column(default=1)
    batch: Mapped[int | None]
    published_at: Mapped[Moment | None]

    platform: Mapped[Organisation] = relationship()


class Offering(Base):
    """One resource on an openness list. `content_hash` tells whether two versions say the same."""

    __tablename__ = "offering"
    __table_args__ = (
        UniqueConstraint("platform_id", "external_id"),
        Index("ix_offering_status_kind", "status", "kind_code"),
    )

    id: Mapped[PrimaryId]
    platform_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    list_id: Mapped[UUID | None] = mapped_column(ForeignKey("openness_list.id"), index=True)
    external_id: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    status: Mapped[OfferingStatus] = mapped_column(choice(OfferingStatus), default=OfferingStatus.DRAFT)
    kind_code: Mapped[Code] = mapped_column(ForeignKey("kind.code"))
    title: Mapped[Texts]
    summary: Mapped[Texts]
    description: Mapped[Texts]
    keywords: Mapped[Items]
    capabilities: Mapped[Items]
    standards: Mapped[Items]
    accreditations: Mapped[Items]
    industries: Mapped[Items]
    themes: Mapped[Items]
    trl_min: Mapped[int | None]
    trl_max: Mapped[int | None]
    eligibility: Mapped[Fields] = mapped_column(default=dict)
    required_documents: Mapped[Items]
    access_mode: Mapped[AccessMode | None] = mapped_column(choice(AccessMode))
    delivery: Mapped[Items]
    pricing_model: Mapped[PricingModel | None] = mapped_column(choice(PricingModel))
    price_min: Mapped[int | None] = mapped_column(BigInteger)
    price_max: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None]
    sme_discount: Mapped[int | None]
    voucher_schemes: Mapped[Items]
    capacity: Mapped[dict[str, Any] | None] = mapped_column(Document)
    lead_time_days: Mapped[int | None]
    response_days: Mapped[int | None]
    regions: Mapped[Items]
    languages: Mapped[Items]
    terms_url: Mapped[str | None]
    ip_terms: Mapped[Code | None]
    contact: Mapped[str | None]
    valid_from: Mapped[dt.date | None]
    valid_through: Mapped[dt.date | None]
    verified_at: Mapped[dt.date | None]
    created_at: Mapped[Created]
    changed_at: Mapped[Created]
    content_hash: Mapped[Code]

    platform: Mapped[Organisation] = relationship()
    openness_list: Mapped[OpennessList | None] = relationship()

    # Two revisions at the same time: the later one fails instead of mixing with the earlier.
    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}

    @staticmethod
    def hash_content(content: dict[str, Any]) -> str:
        """Return the fingerprint of what an offering says; equal content has equal fingerprints."""
        return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS, default=str)).hexdigest()

    def revise(self, content: dict[str, Any], moment: dt.datetime) -> bool:
        """Take over `content`, a column name → value mapping; return whether anything is new."""
        fingerprint = self.hash_content(content)
        if fingerprint == self.content_hash:
            return False
        for name, value in content.items():
            setattr(self, name, value)
        self.content_hash, self.changed_at, self.version = fingerprint, moment, self.version + 1
        return True

    def publish(self) -> None:
        """Show the offering to firms; raise `Conflict` when it was withdrawn for good."""
        if self.status == OfferingStatus.WITHDRAWN:
            raise Conflict("Offering %(id)s was withdrawn; open it anew under another external_id.",
                           id=self.external_id)
        self.status = OfferingStatus.PUBLISHED

    def is_open(self, today: dt.date) -> bool:
        """Tell whether firms may be shown this offering on the day `today`."""
        begun = self.valid_from is None or self.valid_from <= today
        ended = self.valid_through is not None and self.valid_through < today
        return self.status == OfferingStatus.PUBLISHED and begun and not ended
