"""The controlled vocabulary, which the operator extends: kinds of resource, themes, and reasons to decline."""

import datetime as dt
import enum

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.domain.base import Base, Code, Moment, Texts, utc_now

CODE_LENGTH = 32


class DeclineReason(enum.StrEnum):
    """The given reasons for which a platform declines; there is no decline without one. The operator may add others."""

    NOT_ELIGIBLE = "not_eligible"
    NO_CAPACITY = "no_capacity"
    OUT_OF_AREA = "out_of_area"
    BUDGET = "budget"
    INSUFFICIENT_INFORMATION = "insufficient_information"
    COMPLIANCE = "compliance"
    DUPLICATE = "duplicate"
    CONFLICT_OF_INTEREST = "conflict_of_interest"
    STALE = "stale"
    NOT_NEEDED = "not_needed"
    UNREACHABLE = "unreachable"
    OTHER = "other"


class Term:
    """One entry of a list. A retired one is no longer offered; what has it keeps it, and files may still name it."""

    code: Mapped[Code] = mapped_column(primary_key=True)
    label: Mapped[Texts]
    position: Mapped[int]
    retired_at: Mapped[Moment | None]

    def retire(self, at: dt.datetime | None = None) -> None:
        """Offer it no longer; twice is once."""
        self.retired_at = self.retired_at or at or utc_now()


class Kind(Term, Base):
    """A kind of resource that platforms open, for instance ``pilot_testing``."""

    __tablename__ = "kind"


class Theme(Term, Base):
    """A field of policy that needs and offerings may belong to, for instance ``low_carbon``."""

    __tablename__ = "theme"


class Reason(Term, Base):
    """A reason to decline, for instance ``no_capacity``."""

    __tablename__ = "decline_reason"

    code: Mapped[str] = mapped_column(String(CODE_LENGTH), primary_key=True)
