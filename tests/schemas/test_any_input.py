"""No input whatever makes a schema raise anything but a `ValidationError` full of faults."""

import math

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from matchmaker.i18n import use_language
from matchmaker.schemas.base import keys
from matchmaker.schemas.fields import Fault, flatten
from matchmaker.schemas.needs import FlatNeedSchema, MatchRequestSchema, NeedSchema
from matchmaker.schemas.offerings import OfferingSchema
from matchmaker.schemas.vocabulary import use_vocabulary

SCHEMAS = [OfferingSchema, NeedSchema, FlatNeedSchema, MatchRequestSchema]
DEEP: list = []
for _ in range(2_000):
    DEEP = [DEEP]
NASTY = [
    2**70, -(2**70), 10**400, math.nan, math.inf, -math.inf, 1e308, "9" * 5_000, "\x00", "\ud800", "é" * 300_000, "",
    " ", "null", "nan", "1e999", "0001-01-01", "9999-12-31T23:59:59-23:59", "https://[", "a@", [None],
    {"amount": math.nan, "currency": "\ud800"}, {"": {}}, {"_schema": 1}, "％ %(x)s %s {0} {x}", True, b"bytes", {1: 2},
]
WORSE = [*NASTY, 10**5_000, DEEP, {"zh": DEEP}]
"""These cannot even be shown in a report."""
TEXT = st.text(st.characters(exclude_categories=()), max_size=30)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT | st.sampled_from(NASTY),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4), max_leaves=8,
)


def check(schema_class: type, data: object) -> None:
    messages = faults_of(schema_class, data)
    assert_faults(messages)
    for language in ("zh", "en"):
        with use_language(language):
            assert all(found["words"] for found in orjson.loads(orjson.dumps(flatten(messages))))


def faults_of(schema_class: type, data: object) -> dict:
    with use_vocabulary(frozenset({"laboratory"}), frozenset({"low_carbon"})):
        try:
            schema_class().load(data)
        except ValidationError as error:
            return error.messages
    return {}


def assert_faults(messages: object) -> None:
    if isinstance(messages, dict):
        for inner in messages.values():
            assert_faults(inner)
    elif isinstance(messages, list):
        for inner in messages:
            assert_faults(inner)
    else:
        assert isinstance(messages, Fault), messages


@pytest.mark.parametrize("schema_class", SCHEMAS)
@given(data=JSON)
@settings(max_examples=60, deadline=None)
def test_any_json(schema_class, data):
    check(schema_class, data)


@pytest.mark.parametrize("schema_class", SCHEMAS)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_any_json_in_known_fields(schema_class, data):
    names = st.sampled_from([*keys(schema_class), "organisation_founded", "organisation_certifications", "currency"])
    check(schema_class, data.draw(st.dictionaries(names, JSON, max_size=6)))


@pytest.mark.parametrize("schema_class", SCHEMAS)
def test_every_nasty_value_in_every_field(schema_class):
    for name in keys(schema_class):
        for value in WORSE:
            check(schema_class, {name: value})
            check(schema_class, {name: [value]})
            check(schema_class, {name: {"name": value, "regions": value, "min": value, "zh": value, "amount": value}})
