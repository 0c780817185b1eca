"""What the boards count: one row of plain facts for each need, each lead, and each platform of a ranking.

A job keeps them up to date (`matchmaker.services.demand.summarising`), so that a page groups columns and reads no
document. They hold no word of anybody, and go with the need that they are about.
"""

import datetime as dt
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.domain.base import Base, Code, Fields, Items, Moment, PrimaryId


class NeedSummary(Base):
    """What one need asks for, from where, and whether anything opened fits it."""

    __tablename__ = "need_summary"
    __table_args__ = (
        # What a board counts by a group is read from the index alone.
        *(Index(f"ix_need_summary_{name}", name, "firm", "is_met")
          for name in ("kind", "theme", "province", "industry", "month", "rule")),
        Index("ix_need_summary_topic_id", "topic_id", "firm", "is_met"),
        Index("ix_need_summary_unmet", "is_met", "kind", "theme", "province", "firm"))

    need_id: Mapped[UUID] = mapped_column(ForeignKey("need.id", ondelete="CASCADE"), primary_key=True)
    firm: Mapped[UUID] = mapped_column(index=True)
    """The first need of the same firm: it tells firms apart and names none."""
    kind: Mapped[Code | None]
    theme: Mapped[Code | None]
    province: Mapped[Code | None]
    industry: Mapped[Code | None]
    """The section of GB/T 4754, a letter."""
    month: Mapped[dt.date]
    """The first day of the month, in China, in which it was opened."""
    is_met: Mapped[bool]
    """Whether anything opened fits."""
    fits: Mapped[int]
    """How many offerings do."""
    rule: Mapped[Code | None]
    """The condition that shut out most of what would fit, when nothing does."""
    index_version: Mapped[Code]
    topic_id: Mapped[UUID | None] = mapped_column(ForeignKey("demand_topic.id", ondelete="SET NULL"))
    summarised_at: Mapped[Moment]


class LeadSummary(Base):
    """What one lead asked for, of what sort of firm, how soon it was answered, and what came of it."""

    __tablename__ = "lead_summary"
    __table_args__ = (Index("ix_lead_summary_month", "month", "platform_id"),
                      Index("ix_lead_summary_kind", "kind", "firm", "hours"))

    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"), primary_key=True)
    platform_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    offering_id: Mapped[UUID] = mapped_column(ForeignKey("offering.id"), index=True)
    firm: Mapped[UUID]
    """The first need of the same firm: it tells firms apart and names none."""
    kind: Mapped[Code]
    province: Mapped[Code | None]
    size: Mapped[Code | None]
    is_one_person: Mapped[bool | None]
    channel: Mapped[Code]
    """How the lead came about: an `Origin`."""
    language: Mapped[Code]
    month: Mapped[dt.date]
    came_at: Mapped[Moment] = mapped_column(index=True)
    hours: Mapped[float | None]
    """From the request to the first answer."""
    waited: Mapped[float | None]
    """From the request to its end, in hours, where it ended without an answer."""
    is_accepted: Mapped[bool | None]
    """None while nothing is decided, and where the firm itself let go of it before."""
    is_completed: Mapped[bool | None]
    """Of those accepted: whether what was agreed was done; None while it is under way or the firm let go of it."""
    changed_at: Mapped[Moment]
    """As the lead had it when it was summarised."""


class ExposureSummary(Base):
    """What one ranking record showed of one platform."""

    __tablename__ = "exposure_summary"
    __table_args__ = (Index("ix_exposure_summary_month", "month", "platform_id"),)

    ranking_id: Mapped[UUID] = mapped_column(ForeignKey("ranking.id", ondelete="CASCADE"), primary_key=True)
    platform_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    firm: Mapped[UUID]
    """The first need of the same firm."""
    month: Mapped[dt.date]
    places: Mapped[int]
    """How many of the places that were shown."""
    is_first: Mapped[bool]
    """Whether the first place was one of them."""
    weight: Mapped[float]
    """Its places, each counted with the discount 1 / log2(1 + place)."""
    fit: Mapped[float]
    """The fits of all of its offerings that were considered, added up."""


class OfferingExposure(Base):
    """How much the rankings of one day showed of one offering, and had reason to; sums of all firms."""

    __tablename__ = "offering_exposure"

    day: Mapped[dt.date] = mapped_column(primary_key=True)
    offering_id: Mapped[UUID] = mapped_column(ForeignKey("offering.id"), primary_key=True)
    fit: Mapped[float]
    """Its fits on all lists on which it was considered, added up: its chances."""
    weight: Mapped[float]
    """The places that it had, each counted with the discount 1 / log2(1 + place)."""


class ExposureLook(Base):
    """What thirty days showed of every offering, by which a place may be kept for what is shown too little."""

    __tablename__ = "exposure_look"

    day: Mapped[dt.date] = mapped_column(primary_key=True)
    shares: Mapped[Fields]
    """By offering: its exposure for its chances, 1 being that of all offerings together."""
    made_at: Mapped[Moment]


class FairnessMonth(Base):
    """How the sorts of firms fared in a month, counted once instead of on every page."""

    __tablename__ = "fairness_month"

    month: Mapped[dt.date] = mapped_column(primary_key=True)
    leads: Mapped[int]
    """Of so many leads, the last of which changed at the moment below: while that is so, the figures hold."""
    changed_at: Mapped[Moment | None]
    groups: Mapped[Fields]
    """By sort of firm the groups, as `matchmaker.services.fairness.parity` has them."""
    made_at: Mapped[Moment]


class DemandTopic(Base):
    """What several firms look for in vain, named by words that at least five of them use."""

    __tablename__ = "demand_topic"

    id: Mapped[PrimaryId]
    words: Mapped[Items]
    language: Mapped[Code]
    made_at: Mapped[Moment]
