"""The ranking record: one list of matches as it was shown, with all that is needed to compute it again."""

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.domain.base import Base, Code, Created, Document, Fields, PrimaryId


class Ranking(Base):
    """One list of matches that somebody acted on; it is erased with its need."""

    __tablename__ = "ranking"

    id: Mapped[PrimaryId]
    need_id: Mapped[UUID] = mapped_column(ForeignKey("need.id", ondelete="CASCADE"), index=True)
    snapshot: Mapped[Fields]
    """The need as the ranking saw it."""
    index_version: Mapped[Code]
    model_version: Mapped[Code]
    rules_version: Mapped[Code]
    seed: Mapped[Code]
    considered: Mapped[list[Any]] = mapped_column(Document)
    """What was considered, best first: offering, score, fit, what each channel and factor gave, what rules say."""
    shown: Mapped[int]
    """How many of them were shown."""
    created_at: Mapped[Created]
