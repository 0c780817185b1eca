"""The controlled vocabulary that an operator may extend: kinds of resource and themes."""

from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.domain.base import Base, Code, Texts


class Kind(Base):
    """A kind of resource that platforms open, for instance ``pilot_testing``."""

    __tablename__ = "kind"

    code: Mapped[Code] = mapped_column(primary_key=True)
    label: Mapped[Texts]
    position: Mapped[int]


class Theme(Base):
    """A field of policy that needs and offerings may belong to, for instance ``low_carbon``."""

    __tablename__ = "theme"

    code: Mapped[Code] = mapped_column(primary_key=True)
    label: Mapped[Texts]
    position: Mapped[int]
