"""What is said of a row: a column, a code for machines, and words in both languages."""

from collections.abc import Callable
from typing import Any

from matchmaker.i18n import LANGUAGES, gettext, use_language
from matchmaker.tabular import Fault

Remark = dict[str, Any]


def of_fault(fault: Fault) -> Remark:
    """Return the remark that says what a fault does."""
    words = both(lambda: gettext(fault.message, **fault.values))
    return {"column": fault.column or "", "code": fault.code, "words": words}


def both(say: Callable[[], str]) -> dict[str, str]:
    """Return what `say` gives in each language."""
    words = {}
    for language in LANGUAGES:
        with use_language(language):
            words[language] = say()
    return words
