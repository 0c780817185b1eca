"""The parts of which notices are made."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Notice:
    """The parts of one notice: its subject, its paragraphs, and the line above the link."""

    subject: str
    paragraphs: Sequence[str]
    action: str
