import copy
import pickle

import orjson
import pytest
from marshmallow import Schema, ValidationError

from matchmaker.i18n import use_language
from matchmaker.schemas.faults import Fault, flatten, shown
from matchmaker.schemas.fields import WholeNumber

RANGE = "The number must lie between %(low)s and %(high)s."


def test_a_fault_is_english_as_text_and_speaks_the_current_language():
    fault = Fault("out_of_range", RANGE, low=1, high=9)
    assert fault == "The number must lie between 1 and 9."
    assert fault.words() == fault
    with use_language("zh"):
        assert fault.words() == "数值须在 1 与 9 之间。"
        assert str(fault) == "The number must lie between 1 and 9."


def test_values_may_come_later_and_others_are_left_out():
    fault = Fault("out_of_range", RANGE)
    assert fault == RANGE
    filled = fault.format(low=1, high=9, input="whatever")
    assert filled == "The number must lie between 1 and 9."
    assert filled.values == {"low": 1, "high": 9}
    assert fault.values == {}


def test_words_of_half_filled_faults_are_never_an_exception():
    assert Fault("out_of_range", RANGE, low=1) == RANGE


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda fault: pickle.loads(pickle.dumps(fault))])
def test_copies_keep_everything(copied):
    fault = copied(Fault("out_of_range", RANGE, low=1, high=9))
    assert (fault.code, fault.template, fault.values) == ("out_of_range", RANGE, {"low": 1, "high": 9})


def test_marshmallow_keeps_faults():
    with pytest.raises(ValidationError) as caught:
        Schema.from_dict({"n": WholeNumber(1, 9, required=True)})().load({})
    assert isinstance(caught.value.messages["n"][0], Fault)


def test_flatten_names_the_place_of_each_fault():
    errors = {
        "need": {"problem": [Fault("required", "This is needed. Fill it in.")],
                 "must_haves": {2: {"text": [Fault("too_long", "x"), "plain"]}}},
        "_schema": [Fault("not_an_object", "y")],
    }
    with use_language("zh"):
        assert flatten(errors) == [
            {"field": "need.problem", "code": "required", "words": "此项必填。"},
            {"field": "need.must_haves.2.text", "code": "too_long", "words": "x"},
            {"field": "need.must_haves.2.text", "code": "invalid", "words": "plain"},
            {"field": "", "code": "not_an_object", "words": "y"},
        ]


def test_foreign_names_cannot_break_the_answer():
    found = flatten({"\ud800\x00" + "x" * 1_000: [Fault("unknown_field", "x")]})
    orjson.dumps(found)
    assert len(found[0]["field"]) == 40


@pytest.mark.parametrize(("value", "text"), [
    ("a\nb", "a�b"), ("\ud800", "�"), (None, "NoneType"), ([[[]]], "list"), ("y" * 41, "y" * 39 + "…"),
])
def test_shown_is_short_and_printable(value, text):
    assert shown(value) == text


def test_numbers_too_long_to_write_are_not_written():
    assert shown(10**9_999) == "int"
