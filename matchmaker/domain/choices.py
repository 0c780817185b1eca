"""Closed choices that the database keeps as plain text inside lists and documents."""

import enum


class Certification(enum.StrEnum):
    """What an authority has certified a firm to be; the later ones of the first three include the earlier."""

    INNOVATIVE_SME = "innovative_sme"
    SPECIALISED_SME = "specialised_sme"
    LITTLE_GIANT = "little_giant"
    SINGLE_CHAMPION = "single_champion"
    HIGH_TECH = "high_tech"


class IpTerms(enum.StrEnum):
    """Who owns what comes out of using an offering."""

    FIRM_OWNS = "firm_owns"
    SHARED = "shared"
    LICENCE = "licence"
    OPEN_LICENCE = "open_licence"


class Sensitivity(enum.StrEnum):
    """How much of a need others may learn."""

    PUBLIC = "public"
    CONFIDENTIAL = "confidential"
    UNDISCLOSED = "secret"


class Language(enum.StrEnum):
    """The languages that the product speaks."""

    ZH = "zh"
    EN = "en"


class Ranking(enum.StrEnum):
    """How a list of offerings is ordered for a need."""

    BY_FIT = "by_fit"
    """By the machine's ranking, the best fit first."""
    OFF = "off"
    """Not ranked: what the rules leave, in alphabetical order."""
