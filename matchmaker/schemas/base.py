"""What all schemas share: unknown fields are refused, and blank ones were not given."""

import functools
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, pre_load

from matchmaker.schemas.fields import Fault, Spoken, is_blank


class Strict(Schema):
    """Base of every schema of inputs."""

    class Meta:
        """Refuse what is not known: it would otherwise be lost in silence."""

        unknown = RAISE

    error_messages = {
        "type": Fault("not_an_object", "Give an object with named fields here: {...}."),
        "unknown": Fault("unknown_field", "There is no field of this name here. Correct its name or take it out."),
    }

    @pre_load
    def prepare(self, data: Any, **options: Any) -> Any:
        """Leave out the known fields that are blank; null and empty mean: not given."""
        if not isinstance(data, Mapping):
            return data
        known = keys(type(self))
        return {name: value for name, value in self.arrange(dict(data)).items()
                if not (name in known and is_blank(value))}

    def arrange(self, data: dict[Any, Any]) -> dict[Any, Any]:
        """Bring the input into the form that the fields expect; schemas that know other forms override this."""
        return data


class Part(Spoken, fields.Nested):
    """An object inside an object."""


@functools.cache
def keys(schema: type[Schema]) -> Mapping[str, fields.Field]:
    """Return the fields of a schema by the names under which they come in; all of its instances have the same."""
    return MappingProxyType({field.data_key or name: field for name, field in schema().load_fields.items()})


def in_order(data: dict[str, Any], low: str, high: str) -> None:
    """Raise `ValidationError` when both values are known and `low` lies above `high`."""
    if data.get(low) is not None and data.get(high) is not None and data[low] > data[high]:
        raise ValidationError({low: [Fault("wrong_order", "This must not lie above %(other)s.", other=high)]})
