"""How the columns of an incubator's own table become ours, as it is sent to be saved."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, validate, validates_schema
from marshmallow.fields import Dict

from matchmaker.schemas.base import Strict
from matchmaker.schemas.fields import Fault, Items, Line
from matchmaker.services.referrals import mapping

LONGEST_NAME, LONGEST_HEADING, LONGEST_VALUE, MOST_SOURCES = 60, 300, 1_000, 10
NOT_AN_OBJECT: dict[str, Any] = {"invalid": Fault("not_an_object", "Give an object with named fields here: {...}.")}
NAME = Fault("bad_name", "Letters, digits, blanks, dots, dashes and underscores can be used, at most 60.")


def _ours(names: Mapping[str, Any]) -> None:
    if unknown := [name for name in names if name not in mapping.targets()]:
        raise ValidationError([Fault("unknown_column", "%(name)s is none of our columns.", name=unknown[0][:60])])


class MappingNameSchema(Strict):
    """What a mapping is called."""

    name = Line(LONGEST_NAME, required=True, validate=validate.Regexp(r"^[\w][\w .-]*\Z", error=NAME))


class MappingSchema(Strict):
    """A mapping: for each of our columns those of the table that are read for it, or what always stands in it."""

    columns = Dict(keys=Line(60), values=Items(Line(LONGEST_HEADING), MOST_SOURCES), required=True, validate=_ours,
                   error_messages={**NOT_AN_OBJECT, "required": Fault("required", "This is needed. Fill it in.")},
                   metadata={"description": "Our column → the columns of your table that are read for it; where "
                                            "several are filled, they are joined."})
    constants = Dict(keys=Line(60), values=Line(LONGEST_VALUE), load_default=dict, validate=_ours,
                     error_messages=NOT_AN_OBJECT, metadata={
        "description": "Our column → what stands in it where a row says nothing."})

    @validates_schema
    def check_problem(self, data: dict[str, Any], **options: Any) -> None:
        """Refuse a mapping by which no row would have a problem, or that reads a column twice."""
        if not (data["columns"].get("problem") or data["columns"].get("title")):
            raise ValidationError({"columns": [Fault("no_problem", "Say which column holds the need: map one to "
                                                     "problem.")]})
        read = [name for sources in data["columns"].values() for name in sources]
        if twice := next((name for name in read if read.count(name) > 1), None):
            raise ValidationError({"columns": [Fault("read_twice", "The column %(name)s is read for two of ours.",
                                                     name=twice[:60])]})
