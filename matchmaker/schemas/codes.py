"""Fields for official codes, and for the codes of the controlled vocabulary."""

import difflib
import re
from collections.abc import Callable
from operator import attrgetter
from typing import Any

from marshmallow import ValidationError, fields

from matchmaker.domain import codes
from matchmaker.schemas.fields import Fault, Spoken, shown
from matchmaker.schemas.vocabulary import Vocabulary, current_vocabulary, has_code
from matchmaker.services.lexicon import concept_ids

LONGEST = 64


class Code(Spoken, fields.String):
    """A code; `look_up` gives it in its proper form, or None when there is no such code."""

    def look_up(self, text: str) -> str | None:
        """Return the code in its proper form."""
        return text

    def fault(self, text: str) -> Fault:
        """Return what to say of a code that does not exist."""
        return Fault("unknown_code", "There is no code %(value)s.", value=text)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        if type(value) is int and 0 <= value < 10**9:
            value = str(value)
        text = value.strip() if isinstance(value, str) and len(value) <= LONGEST else ""
        code = self.look_up(text) if text else None
        if code is None:
            raise ValidationError(self.fault(shown(value)))
        return code


class RegionCode(Code):
    """A region by its code: GB/T 2260 in China, ``000000`` for all of it, ISO 3166-1 or -2 elsewhere."""

    def look_up(self, text: str) -> str | None:
        """Return the code of the region."""
        found = codes.region(text.upper())
        return found.code if found else None

    def fault(self, text: str) -> Fault:
        """Return what to say of a region that does not exist."""
        return Fault("unknown_region", "There is no region %(value)s. Write the six digits of GB/T 2260 (320500 for "
                     "Suzhou, 000000 for nationwide), or outside China the ISO 3166 code (DE, DE-BY).", value=text)


class IndustryCode(Code):
    """An industry by its code of GB/T 4754 (C39, C3911) or ISIC (ISIC:2610); GB/T 4754 gets its section letter."""

    def look_up(self, text: str) -> str | None:
        """Return the code of the industry, with the section letter."""
        found = codes.industry(text)
        return found.code if found else None

    def fault(self, text: str) -> Fault:
        """Return what to say of an industry that does not exist."""
        return Fault("unknown_industry", "There is no industry %(value)s. Write the code of GB/T 4754-2017, such as "
                     "C39 or C3911, or of ISIC, such as ISIC:2610.", value=text)


class CreditCode(Code):
    """A unified social credit code (GB 32100), its check character verified."""

    def look_up(self, text: str) -> str | None:
        """Return the code in capitals without spaces."""
        text = re.sub(r"[\s-]", "", text).upper()
        return text if codes.is_unified_social_credit_code(text) else None

    def fault(self, text: str) -> Fault:
        """Return what to say of a code with a typing error."""
        return Fault("wrong_credit_code", "This is no unified social credit code (18 characters, GB 32100): its check "
                     "character does not fit. Compare it with the business licence.")


class KindCode(Code):
    """A kind of resource, out of the vocabulary of this context."""

    def look_up(self, text: str) -> str | None:
        """Return the code of the kind."""
        return _known(text, attrgetter("kinds"))

    def fault(self, text: str) -> Fault:
        """Return what to say of a kind that does not exist, with the nearest ones."""
        return Fault("unknown_kind", "There is no kind of resource %(value)s. Take one of: %(nearest)s.",
                     value=text, nearest=_nearest(text, current_vocabulary().kinds))


class ReasonCode(Code):
    """A reason to decline, out of the vocabulary of this context."""

    def look_up(self, text: str) -> str | None:
        """Return the code of the reason."""
        return _known(text, attrgetter("reasons"))

    def fault(self, text: str) -> Fault:
        """Return what to say of a reason that does not exist."""
        return Fault("unknown_reason", "Choose one of the list.")


class ConceptCode(Code):
    """A concept of the lexicon."""

    def look_up(self, text: str) -> str | None:
        """Return the id of the concept."""
        return text if text in concept_ids() or has_code(attrgetter("concepts"), text) else None

    def fault(self, text: str) -> Fault:
        """Return what to say of a concept that does not exist."""
        return Fault("unknown_concept", "There is no concept %(value)s in the lexicon. An answer to a need names the "
                     "concepts that were understood.", value=text)


class ThemeCode(Code):
    """A theme, out of the vocabulary of this context."""

    def look_up(self, text: str) -> str | None:
        """Return the code of the theme."""
        return _known(text, attrgetter("themes"))

    def fault(self, text: str) -> Fault:
        """Return what to say of a theme that does not exist, with the nearest ones."""
        return Fault("unknown_theme", "There is no theme %(value)s. Take one of: %(nearest)s.",
                     value=text, nearest=_nearest(text, current_vocabulary().themes))


class LanguageTag(Code):
    """A language by its tag (BCP 47), for instance zh, en or zh-Hant."""

    def look_up(self, text: str) -> str | None:
        """Return the tag, written with hyphens and a small first part."""
        text = text.replace("_", "-")
        if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}", text):
            return None
        first, hyphen, rest = text.partition("-")
        return first.lower() + hyphen + rest

    def fault(self, text: str) -> Fault:
        """Return what to say of a text that is no language tag."""
        return Fault("not_a_language", "Write the language as its BCP 47 tag, such as zh or en.")


def _known(text: str, codes_of: Callable[[Vocabulary], frozenset[str]]) -> str | None:
    code = text.lower().replace("-", "_").replace(" ", "_")
    return code if has_code(codes_of, code) else None


def _nearest(text: str, allowed: frozenset[str]) -> str:
    """Return the codes most like `text`, or all of them when none is like it."""
    return ", ".join(difflib.get_close_matches(text.lower(), sorted(allowed), n=3, cutoff=0.5) or sorted(allowed))
