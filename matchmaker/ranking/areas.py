"""Codes of regions and industries as areas within areas, and the distances between regions."""

from typing import Protocol

NATIONWIDE = "000000"


class Places(Protocol):
    """Where regions lie; the caller knows the gazetteer."""

    def distance_km(self, one: str, other: str) -> float | None:
        """Return the distance between two regions in kilometres, or None when one has no known place."""


def is_within(region: str, area: str) -> bool:
    """Tell whether a region lies in an area, by GB/T 2260 digits or ISO 3166 parts.

    >>> is_within("330206", "330000"), is_within("330206", "320000"), is_within("DE-BY", "DE")
    (True, False, True)
    """
    if area == NATIONWIDE:
        return not region[:1].isalpha()
    if area.isdigit():
        return region.startswith(area[:2] if area.endswith("0000") else area[:4] if area.endswith("00") else area)
    return region == area or region.startswith(f"{area}-")


def is_in_industry(industry: str, area: str) -> bool:
    """Tell whether a GB/T 4754 industry is, or is part of, another.

    >>> is_in_industry("C391", "C39"), is_in_industry("C39", "C"), is_in_industry("C39", "C40")
    (True, True, False)
    """
    return industry.startswith(area)
