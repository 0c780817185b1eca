"""What the editor's pages send besides the offering itself, and which part of the list they ask for."""

from matchmaker.schemas.base import Strict
from matchmaker.schemas.fields import Choice, IsoDate, Line, Number, Paragraph
from matchmaker.schemas.reviewing import Key
from matchmaker.services.editing.desk import Shelf
from matchmaker.services.editing.stepping import Step

WHY, WORDS = 1_000, 4_000
"""How many characters a reason and an example need may have."""


class ShelfSchema(Strict):
    """Which offerings to list, from where on."""

    shelf = Choice(Shelf, load_default=Shelf.ALL)
    q = Line(200, load_default=None)
    cursor = Line(200, load_default=None)


class StepSchema(Strict):
    """A step with an offering, as it was when the sender looked at it."""

    step = Choice(Step, required=True)
    why = Paragraph(WHY, load_default="")
    seen = Line(100, required=True)


class CapacitySchema(Strict):
    """How much of an offering is free now."""

    available = Number(0, required=True)


class ValiditySchema(Strict):
    """Until when an offering is to be valid; left out, for a year more."""

    valid_through = IsoDate(load_default=None)


class PreviewSchema(Strict):
    """The need to try: one that was received, or free words."""

    need = Key(load_default=None)
    words = Paragraph(WORDS, load_default="")
