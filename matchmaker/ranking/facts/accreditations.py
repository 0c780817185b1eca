"""Accreditations and certificates that a text asks for or names, as the codes of the catalogue ("CNAS", "ISO9001")."""

import re

from matchmaker.ranking.facts.folding import fold

_PLAIN = "CNAS|CMA|CQC|CCC|FDA|GMP|GLP|GCP|GSP|ILAC|A2LA|UKAS|DAkkS|NVLAP|UKCA|NADCAP|Nadcap|ATEX|IECEx|HACCP|CCRC|NMPA"
_SYSTEMS = "9001|13485|14001|45001|27001|27701|22000|50001|20000|37001|26000|22301"
_PATTERN = re.compile(
    r"(?=[A-Z3强计])(?:"
    rf"(?<![A-Za-z0-9])(?P<code>{_PLAIN})(?![A-Za-z0-9])"
    r"|(?<![A-Za-z0-9.])(?<!\d )(?P<ce>CE)"
    r"(?=[ -]?(?:mark|cert|标志|标识|认证|证书|for |approv|conform|和|、|/| and |$|[.)]))"
    r"|(?P<cal>(?<![A-Za-z])CAL(?=[ ]?(?:认[证可]|资质|章))|(?:(?<=CMA[/、,+])|(?<=CNAS[/、,+]))CAL(?![A-Za-z]))"
    rf"|(?<![A-Za-z])(?:ISO(?:/IEC)?[ -]?)(?P<iso>(?:{_SYSTEMS})(?:/(?:{_SYSTEMS}))*)(?![\d.])"
    r"|(?<![A-Za-z])IATF[ -]?(?P<iatf>16949)|(?<![A-Za-z])AS[ ]?(?P<as>9100)[A-D]?(?![\d])"
    r"|(?P<three_c>(?<![A-Za-z0-9])3C[ ]?认证|强制性产品认证)|(?P<metrology>计量认证))"
)
_DENIED = re.compile(
    r"(?:非|不需要?|无需|不要求|不必|不要|没有?|[Nn]on-?|\b[Nn]o|\b[Nn]ot|[Ww]ithout)[ ]?(?:an?[ ]|有)?$"
)

_DENIED_AFTER = re.compile(
    r"[ ]?(?:认可|认证|资质|证书|报告|盖?章|(?:report|certificate|certification|mark|stamp|accreditation)s?)?[ ]?"
    r"(?:也|都|倒|就|(?:is|are)[ ])?"
    r"(?:不需要|不需|不用|不要求|不必|不是必须|无所谓|可有可无|not[ ](?:needed|required|necessary)|optional)"
)


def find_accreditations(text: str) -> list[str]:
    """Return the accreditations named in `text`, each once, in order; those it says it does without are left out.

    >>> find_accreditations("需CNAS和CMA报告，非GMP即可，厂里有 ISO 9001")
    ['CNAS', 'CMA', 'ISO9001']
    """
    folded = fold(text)
    codes = []
    for found in _PATTERN.finditer(folded):
        denied = _DENIED.search(folded[max(0, found.start() - 10) : found.start()])
        if not (denied or _DENIED_AFTER.match(folded, found.end())):
            codes += _codes(found)
    return list(dict.fromkeys(codes))


def _codes(found: re.Match[str]) -> list[str]:
    prefixes = {"iso": "ISO", "iatf": "IATF", "as": "AS"}
    fixed = {"three_c": "CCC", "metrology": "CMA", "cal": "CAL"}
    kind = found.lastgroup or "code"
    if kind in prefixes:
        return [prefixes[kind] + number for number in found[kind].split("/")]
    return [fixed.get(kind, found[kind])]
