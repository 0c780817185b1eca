"""A draft's answers, each field of the form with its values as texts, as the need that they state.

Pages read what was sent to them by it; jobs, which have no form, the answers that were kept.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from matchmaker.schemas.needs import FlatNeedSchema

TICKED = frozenset({"kinds", "themes", "delivery", "excluded_platforms", "organisation_certifications", "concepts",
                    "excluded_concepts"})
"""Fields that are ticked boxes, and may have several values."""
_SEPARATORS = re.compile(r"[,;，；、\n]")


def load(answers: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the need in the form of the match contract; raise `ValidationError` for its faults."""
    need: dict[str, Any] = FlatNeedSchema().load(_row(answers))
    return need


def _row(answers: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    row: dict[str, Any] = {name: list(values) if name in TICKED else values[0]
                           for name, values in answers.items() if values}
    if "must_haves" in row:
        row["must_haves"] = [{"text": text, "required": True} for text in _parts(row["must_haves"].splitlines())]
    if "nice_to_haves" in row:
        row["nice_to_haves"] = _parts(row["nice_to_haves"].splitlines())
    if "vouchers_held" in row:
        row["vouchers_held"] = _parts(_SEPARATORS.split(row["vouchers_held"]))
    return row


def _parts(texts: Sequence[str]) -> list[str]:
    return [text.strip() for text in texts if text.strip()]
