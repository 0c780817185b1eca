"""Openness lists and the offerings on them: what a platform opens, to whom, and how."""

import datetime as dt
import enum
import hashlib
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import BigInteger, Date, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.domain.actors import Side
from matchmaker.domain.base import Base, Code, Created, Document, Fields, Items, Moment, PrimaryId, Texts, choice
from matchmaker.domain.offering_states import OfferingStatus, Staged
from matchmaker.domain.organisations import Organisation


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
    """What one platform opens. Its versions are `matchmaker.domain.openness.ListVersion`.

    `version`, `batch` and `published_at` repeat those of the version in force.
    """

    __tablename__ = "openness_list"
    __table_args__ = (UniqueConstraint("platform_id", "version"),)

    id: Mapped[PrimaryId]
    platform_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    title: Mapped[Texts]
    version: Mapped[int] = mapped_column(default=1)
    batch: Mapped[int | None]
    published_at: Mapped[Moment | None]
    response_days: Mapped[int | None]
    """Working days within which the platform answers, for offerings that say nothing of their own."""

    platform: Mapped[Organisation] = relationship()


class Offering(Staged, Base):
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
    suspended_by: Mapped[Side | None] = mapped_column(choice(Side))
    """Who suspended it, while it is suspended: what the operator suspends only the operator lifts."""

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
        if fingerprint == self.hash_content(self.content):
            self.content_hash = fingerprint
            return False
        for name, value in content.items():
            setattr(self, name, value)
        self.content_hash, self.changed_at, self.version = fingerprint, moment, self.version + 1
        return True

    @property
    def content(self) -> dict[str, Any]:
        """What the offering says, column by column, as `revise` takes it and as it is fingerprinted."""
        return {name: getattr(self, name) for name in CONTENT}

    def archived(self, at: dt.datetime, person_id: UUID | None = None) -> "OfferingVersion":
        """Return what the offering says now as a version to be kept, for when it is revised."""
        return OfferingVersion(offering_id=self.id, version=self.version, content=plain(self.content), replaced_at=at,
                               person_id=person_id)

    def is_open(self, today: dt.date) -> bool:
        """Tell whether firms may be shown this offering on the day `today`."""
        begun = self.valid_from is None or self.valid_from <= today
        ended = self.valid_through is not None and self.valid_through < today
        return self.is_listed and begun and not ended

    @property
    def is_listed(self) -> bool:
        """Tell whether it is published, and its platform not suspended."""
        return self.status == OfferingStatus.PUBLISHED and not self.platform.is_suspended

    def is_over(self, today: dt.date) -> bool:
        """Tell whether its validity has ended before the day `today`."""
        return self.valid_through is not None and self.valid_through < today

    def is_full(self) -> bool:
        """Tell whether the platform has stated that nothing of it is free."""
        return self.capacity is not None and self.capacity.get("available") == 0


_STANDING = frozenset({"id", "platform_id", "list_id", "version", "status", "created_at", "changed_at", "content_hash",
                       "submitted_by", "suspended_by"})
CONTENT = tuple(name for name in Offering.__table__.columns.keys() if name not in _STANDING)  # noqa: SIM118
"""The columns that say what an offering is; the others say how it stands."""
_DATES = frozenset(column.name for column in Offering.__table__.columns if isinstance(column.type, Date))


def plain(content: dict[str, Any]) -> dict[str, Any]:
    """Return content as JSON keeps it."""
    found: dict[str, Any] = orjson.loads(orjson.dumps(content))
    return found


def typed(content: dict[str, Any]) -> dict[str, Any]:
    """Return content that JSON kept with its days as dates again."""
    return content | {name: dt.date.fromisoformat(content[name]) for name in _DATES & content.keys() if content[name]}


class OfferingVersion(Base):
    """What an offering said before it was revised; its present content stands in the offering alone."""

    __tablename__ = "offering_version"
    __table_args__ = (UniqueConstraint("offering_id", "version"),)

    id: Mapped[PrimaryId]
    offering_id: Mapped[UUID] = mapped_column(ForeignKey("offering.id", ondelete="CASCADE"))
    version: Mapped[int]
    content: Mapped[Fields]
    replaced_at: Mapped[Moment]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    """Who replaced it; nobody when an import did."""


class OfferingRevision(Staged, Base):
    """A change that a platform prepares while firms see the offering as it is; gone when published or discarded.

    `base` has what the changed fields said when the change was begun: who publishes it overwrites nothing unseen.
    """

    __tablename__ = "offering_revision"

    offering_id: Mapped[UUID] = mapped_column(ForeignKey("offering.id", ondelete="CASCADE"), primary_key=True)
    status: Mapped[OfferingStatus] = mapped_column(choice(OfferingStatus), default=OfferingStatus.DRAFT)
    changes: Mapped[Fields]
    base: Mapped[Fields]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Created]
    changed_at: Mapped[Created]

    offering: Mapped[Offering] = relationship()

    __mapper_args__ = {"version_id_col": version}

    is_change = True

    @property
    def platform_id(self) -> UUID:
        """The platform whose offering is changed."""
        return self.offering.platform_id

    def overtaken(self) -> list[str]:
        """Return the changed fields that say something else in the offering than when the change was begun."""
        now = plain(self.offering.content)
        return [name for name, value in self.base.items() if now[name] not in (value, self.changes[name])]


class OfferingReminder(Base):
    """That a platform was reminded of the end of an offering, so many days before."""

    __tablename__ = "offering_reminder"

    offering_id: Mapped[UUID] = mapped_column(ForeignKey("offering.id", ondelete="CASCADE"), primary_key=True)
    valid_through: Mapped[dt.date] = mapped_column(primary_key=True)
    days: Mapped[int] = mapped_column(primary_key=True)
    sent_at: Mapped[Created]
