"""The concepts that an operator adds to those of the lexicon."""

import datetime as dt
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.domain.base import Base, Code, Created, Items, Moment, utc_now

MOST_TERMS, LONGEST_TERM = 30, 120
"""How many terms or phrases a concept has in one language, and how many characters each."""


class AddedConcept(Base):
    """A concept that the ranking knows beside those of the lexicon: its terms, and the words of who does not know them.

    A retired one is not in the next index; needs that name it are still understood.
    """

    __tablename__ = "concept"

    code: Mapped[Code] = mapped_column(primary_key=True)
    broader: Mapped[Code]
    kinds: Mapped[Items]
    en: Mapped[Items]
    zh: Mapped[Items]
    lay_en: Mapped[Items]
    lay_zh: Mapped[Items]
    created_at: Mapped[Created]
    retired_at: Mapped[Moment | None]

    @property
    def label(self) -> dict[str, str]:
        """What it is called, by language: its first terms."""
        return {"zh": self.zh[0], "en": self.en[0]}

    def change(self, words: dict[str, Any]) -> None:
        """Take over what was sent, by the names of the columns; what is not sent stays."""
        for name in ("broader", "kinds", "en", "zh", "lay_en", "lay_zh"):
            if name in words and getattr(self, name) != words[name]:
                setattr(self, name, words[name])

    def retire(self, at: dt.datetime | None = None) -> None:
        """Leave it out of the next index; twice is once."""
        self.retired_at = self.retired_at or at or utc_now()
