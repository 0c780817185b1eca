"""Technology readiness levels that a text states in figures (ISO 16290, GB/T 22900)."""

import re

from matchmaker.ranking.facts.folding import fold

_NAME = r"(?:(?<![A-Za-z])TRLs?|[Tt]echnology [Rr]eadiness [Ll]evels?|技术(?:就绪|成熟)(?:度|水平)?(?:等级|级别)?)"
_LEVEL = re.compile(
    _NAME + r"(?:\s?\(TRL\))?(?:\s?(?:[:=#≥-]|of|is|at|为|是|达到?|第|约|处于|目前|从)){0,3}\s?([1-9])(?!\d|\.\d)级?"
    r"(?:\s?(?:-|~|–|—|至|到|/|to|and|through)\s?(?:TRL)?[ -]?([1-9])(?!\d|\.\d)级?)?"
)


def find_trl(text: str) -> tuple[int, int] | None:
    """Return the lowest and the highest readiness level stated, None without figures.

    >>> find_trl("from TRL 4 to 7"), find_trl("技术成熟度4级"), find_trl("已有样机")
    ((4, 7), (4, 4), None)
    """
    levels = [int(level) for found in _LEVEL.finditer(fold(text)) for level in found.groups() if level]
    return (min(levels), max(levels)) if levels else None


def trl_spans(folded: str) -> list[tuple[int, int]]:
    """Return where folded text states readiness levels, so that nothing else is read there."""
    return [found.span() for found in _LEVEL.finditer(folded)]
