"""What an operator sends about a concept of the lexicon."""

import re
from itertools import filterfalse
from typing import Any

from marshmallow import ValidationError, validates_schema

from matchmaker.domain.concepts import LONGEST_TERM, MOST_TERMS
from matchmaker.schemas.base import Strict
from matchmaker.schemas.codes import LONGEST, KindCode
from matchmaker.schemas.fields import Fault, Items, Line

CHINESE = re.compile("[\u3400-\u9fff]")
NAME = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
ROOT = "added"
"""The wider concept of one that names none."""


def _phrases() -> Items:
    return Items(Line(LONGEST_TERM), MOST_TERMS, required=True, error_messages={
        name: Fault("required", "Give at least one, a line each.") for name in ("required", "null")})


class ConceptSchema(Strict):
    """A concept: terms of those who know it, phrases of those who do not, in both languages; kinds that answer it."""

    en = _phrases()
    zh = _phrases()
    lay_en = _phrases()
    lay_zh = _phrases()
    kinds = Items(KindCode(), required=True, error_messages={
        name: Fault("required", "Choose at least one.") for name in ("required", "null")})
    broader = Line(LONGEST, load_default=ROOT)

    @validates_schema
    def check_languages(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse lists that say nothing, and phrases that stand in the other language's list."""
        faults = {name: [self.fields[name].error_messages["required"]]
                  for name in ("en", "zh", "lay_en", "lay_zh", "kinds") if not data[name]}
        for name in ("en", "lay_en"):
            if phrase := next(filter(CHINESE.search, data[name]), None):
                faults[name] = [Fault("wrong_language", "“%(phrase)s” stands among the English words.", phrase=phrase)]
        # Chinese terms may be abbreviations: FEA is said in Chinese too.
        if phrase := next(filterfalse(CHINESE.search, data["lay_zh"]), None):
            faults["lay_zh"] = [Fault("wrong_language", "“%(phrase)s” stands among the Chinese words.", phrase=phrase)]
        if faults:
            raise ValidationError(faults)


class ConceptLineSchema(ConceptSchema):
    """A concept as a line of a file, with its id."""

    id = Line(LONGEST, required=True)

    @validates_schema
    def check_id(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse ids that cannot stand in addresses and files."""
        if not NAME.fullmatch(data["id"]):
            raise ValidationError({"id": [Fault("wrong_id", "An id has small letters, digits and single underscores, "
                                                "as in %(example)s.", example="adhesion_test")]})
