"""What an operator sends about an entry of the vocabulary."""

from matchmaker.schemas.base import Strict
from matchmaker.schemas.fields import Fault, Line

LONGEST = 60
"""How many characters the words of an entry may have: they stand on chips and in narrow columns."""
MISSING = {name: Fault("required", "Write the words in both languages.") for name in ("required", "null")}


class TermSchema(Strict):
    """What an entry is called, in both languages."""

    zh = Line(LONGEST, required=True, error_messages=MISSING)
    en = Line(LONGEST, required=True, error_messages=MISSING)
