import datetime as dt
import enum
import math

import pytest
from marshmallow import ValidationError

from matchmaker.schemas import fields
from matchmaker.schemas.money import Currency, Money, WrittenMoney

NESTED = [[]]
for _ in range(3_000):
    NESTED = [NESTED]


class Colour(enum.StrEnum):
    RED = "red"
    DARK_BLUE = "dark_blue"


def code_of(field, value) -> str:
    """Return the code of the first fault that `field` finds in `value`."""
    with pytest.raises(ValidationError) as caught:
        field.deserialize(value)
    messages = caught.value.messages
    while not isinstance(messages, list):
        messages = next(iter(messages.values()))
    assert isinstance(messages[0], fields.Fault)
    return messages[0].code


@pytest.mark.parametrize(("value", "text"), [
    ("  vibration ", "vibration"), ("a\r\n b\tc", "a b c"), ("e\u0301", "é"), ("x" * 20, "x" * 20),
    ("振动 🚀", "振动 🚀"),
    ("a\u2028b", "a b"),
])
def test_line(value, text):
    assert fields.Line(20).deserialize(value) == text


@pytest.mark.parametrize(("value", "code"), [
    ("a\x00b", "control_character"), ("\x1b[0m\x00", "control_character"),
    ("\ud800", "control_character"), ("\udc00x", "control_character"), ("x" * 21, "too_long"),
    ("x" * 10**7, "too_long"), (" ", "required"), ("\u200b\u202e", "required"), (5, "not_text"), (True, "not_text"),
    (None, "required"),
    (NESTED, "not_text"), ({}, "not_text"), (2**70, "not_text"),
])
def test_line_refuses(value, code):
    assert code_of(fields.Line(20), value) == code


def test_paragraph_keeps_its_lines():
    assert fields.Paragraph(20).deserialize(" a\r\nb\rc\td\n") == "a\nb\nc\td"
    assert fields.Paragraph(20).deserialize("a\x0bb\x85c\x1b[0m") == "a b c [0m"
    assert code_of(fields.Paragraph(20), "a\x00b") == "control_character"
    assert code_of(fields.Paragraph(20), "x" * 21) == "too_long"


@pytest.mark.parametrize(("value", "texts"), [
    ("振动试验", {"zh": "振动试验"}), ("Vibration test", {"en": "Vibration test"}),
    ({"zh": " 振动 ", "en": ""}, {"zh": "振动"}), ({"zh": None}, {}), ({}, {}),
    ({"zh": "振动", "en": "Vibration"}, {"zh": "振动", "en": "Vibration"}),
])
def test_texts(value, texts):
    assert fields.Texts(fields.Line(50)).deserialize(value) == texts


@pytest.mark.parametrize(("value", "code"), [
    ({"fr": "essai"}, "unknown_field"), ({"zh": 5}, "not_text"), ({"en": "x" * 51}, "too_long"), (5, "not_texts"),
    (["x"], "not_texts"), ("\x00", "control_character"), ({"zh": "\ud800"}, "control_character"), ({}, "required"),
    ({"zh": " "}, "required"), ({5: "x"}, "unknown_field"),
])
def test_texts_refuse(value, code):
    assert code_of(fields.Texts(fields.Line(50), required=True), value) == code


@pytest.mark.parametrize(("value", "number"), [(5, 5), ("5", 5), (" +7 ", 7), ("９", 9), (1, 1), ("0005", 5)])
def test_whole_number(value, number):
    assert fields.WholeNumber(1, 9).deserialize(value) == number


@pytest.mark.parametrize(("value", "code"), [
    (True, "not_a_whole_number"), (5.0, "not_a_whole_number"), (math.nan, "not_a_whole_number"),
    ("9" * 5_000, "not_a_whole_number"), ("5.0", "not_a_whole_number"), ("five", "not_a_whole_number"),
    ("", "not_a_whole_number"), ([5], "not_a_whole_number"), (2**70, "out_of_range"), (10**400, "out_of_range"),
    (0, "out_of_range"), (10, "out_of_range"), ("-1", "out_of_range"),
])
def test_whole_number_refuses(value, code):
    assert code_of(fields.WholeNumber(1, 9), value) == code


@pytest.mark.parametrize(("value", "number"), [
    (0.5, 0.5), ("1e3", 1000), ("−40", -40), ("2.50", 2.5), (7, 7), (5.0, 5), ("1" * 15, 111_111_111_111_111),
])
def test_number(value, number):
    found = fields.Number().deserialize(value)
    assert found == number
    assert type(found) is type(number)


@pytest.mark.parametrize(("value", "code"), [
    (math.nan, "not_a_number"), (math.inf, "not_a_number"), ("nan", "not_a_number"), ("Infinity", "not_a_number"),
    (True, "not_a_number"), ("9" * 5_000, "not_a_number"), ("1e999", "not_a_number"), ("5 kN", "not_a_number"),
    (1e300, "out_of_range"), (2**70, "out_of_range"), ({}, "not_a_number"), ("1e99", "out_of_range"),
])
def test_number_refuses(value, code):
    assert code_of(fields.Number(), value) == code


def test_year():
    following = dt.datetime.now(dt.UTC).year + 1
    assert fields.Year().deserialize(str(following)) == following
    assert code_of(fields.Year(), following + 1) == "out_of_range"
    assert code_of(fields.Year(), 1799) == "out_of_range"


@pytest.mark.parametrize(("value", "flag"), [(True, True), (False, False), ("是", True), ("NO", False), ("on", True)])
def test_flag(value, flag):
    assert fields.Flag().deserialize(value) is flag


@pytest.mark.parametrize("value", [1, 0, "maybe", "x" * 10**6, [], {}, 2.0])
def test_flag_refuses(value):
    assert code_of(fields.Flag(), value) == "not_yes_or_no"


def test_choice():
    assert fields.Choice(Colour).deserialize(" Dark_Blue ") is Colour.DARK_BLUE
    for value in ("green", 5, None, [], "x" * 10**6, "\ud800"):
        assert code_of(fields.Choice(Colour), value) in ("not_a_choice", "required")


@pytest.mark.parametrize("value", [
    "2027-06-03", "2027/6/3", "2027年6月3日", "2027.06.03", "2027-06-03T10:00:00Z", "2027-06-03 00:00:00",
    dt.date(2027, 6, 3), dt.datetime(2027, 6, 3, 9, tzinfo=dt.UTC),
])
def test_date(value):
    assert fields.IsoDate().deserialize(value) == dt.date(2027, 6, 3)


@pytest.mark.parametrize("value", [
    "2027-02-30", "27-06-30", "soon", "2027-06-03 or so", "1899-12-31", "2201-01-01", "0000-00-00", 20270603, 5.5,
    "2027-06-03" * 1_000, "２０２７-06-03", None, [], "2027-06-03T99:99",
])
def test_date_refuses(value):
    assert code_of(fields.IsoDate(), value) in ("not_a_date", "required")


@pytest.mark.parametrize(("value", "text"), [
    ("2026-11-03T08:00:00Z", "2026-11-03T08:00:00Z"), ("2026-11-03T08:00:00+08:00", "2026-11-03T00:00:00Z"),
    ("2026-11-03", "2026-11-03T00:00:00Z"), ("2026-11-03 08:00", "2026-11-03T08:00:00Z"),
])
def test_moment(value, text):
    assert fields.Moment().deserialize(value) == text


@pytest.mark.parametrize("value", [
    "soon", 5, [], "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "x" * 10**6,
])
def test_moment_refuses(value):
    assert code_of(fields.Moment(), value) == "not_a_moment"


def test_items_leave_out_blanks_and_repeats():
    assert fields.Items(fields.Line(9), 3).deserialize(["a", "", "b", None, "a"]) == ["a", "b"]


@pytest.mark.parametrize(("value", "code"), [
    (["a"] * 4, "too_many"), ("a", "not_a_list"), ({"a": 1}, "not_a_list"), ([5], "not_text"), (NESTED, "not_text"),
    (["x"] * 10**6, "too_many"),
])
def test_items_refuse(value, code):
    assert code_of(fields.Items(fields.Line(9), 3), value) == code


@pytest.mark.parametrize("value", ["https://a.example/terms?x=1#y", "http://a.example:8080", "https://例子.中国/条款"])
def test_web_address(value):
    assert fields.WebAddress(200).deserialize(value) == value


@pytest.mark.parametrize("value", [
    "javascript:alert(1)", "ftp://a.example", "a.example", "https://", "https://user:word@a.example", "https://[::1",
    "https://a.example:99999", "https://a b.example", 'https://a.example/"onload=', "//a.example", "https:///path",
])
def test_web_address_refuses(value):
    assert code_of(fields.WebAddress(200), value) == "not_a_web_address"


@pytest.mark.parametrize("value", ["liaison@jianghai.example", "李@例子.中国"])
def test_email_address(value):
    assert fields.EmailAddress(254).deserialize(value) == value


@pytest.mark.parametrize("value", ["x", "a@b", "a@b@c.example", "a b@c.example", "@", "a@-.example"])
def test_email_address_refuses(value):
    assert code_of(fields.EmailAddress(254), value) == "not_an_email"


def test_money():
    assert Money().deserialize({"amount": 320_000, "currency": "cny"}) == {"amount": 320_000, "currency": "CNY"}


@pytest.mark.parametrize(("value", "code"), [
    ({"amount": -1, "currency": "CNY"}, "out_of_range"), ({"amount": 1.5, "currency": "CNY"}, "not_a_whole_number"),
    ({"amount": 2**70, "currency": "CNY"}, "out_of_range"), ({"amount": 1}, "not_money"), (3200, "not_money"),
    ({"amount": 1, "currency": "CNY", "tax": 1}, "not_money"), ({"amount": 1, "currency": "XXQ"}, "unknown_currency"),
    ({"amount": True, "currency": "CNY"}, "not_a_whole_number"), ({"amount": 1, "currency": None}, "required"),
    ({"amount": 1, "currency": "ＣＮＹ"}, "unknown_currency"),
])
def test_money_refuses(value, code):
    assert code_of(Money(), value) == code


@pytest.mark.parametrize(("value", "row", "money"), [
    ("3,200.00", {}, {"amount": 320_000, "currency": "CNY"}),
    ("3.5万元", {"currency": ""}, {"amount": 3_500_000, "currency": "CNY"}),
    (1_200, {"currency": "jpy"}, {"amount": 1_200, "currency": "JPY"}),
    (12.5, {"currency": "EUR"}, {"amount": 1_250, "currency": "EUR"}),
    ({"amount": 5, "currency": "USD"}, {"currency": "EUR"}, {"amount": 5, "currency": "USD"}),
])
def test_written_money(value, row, money):
    assert WrittenMoney().deserialize(value, "budget_max", row) == money


@pytest.mark.parametrize(("value", "row", "code"), [
    ("about three", {}, "not_a_number"), ("1e99", {}, "number_too_large"), ("-5", {}, "out_of_range"),
    (math.inf, {}, "not_an_amount"), (math.nan, {}, "not_an_amount"), (True, {}, "not_an_amount"),
    ([], {}, "not_an_amount"),
    ("9" * 5_000, {}, "not_an_amount"), (10**400, {}, "not_an_amount"), ("5", {"currency": "QQQ"}, "unknown_currency"),
    ("5", {"currency": []}, "unknown_currency"),
])
def test_written_money_refuses(value, row, code):
    with pytest.raises(ValidationError) as caught:
        WrittenMoney().deserialize(value, "budget_max", row)
    messages = caught.value.messages
    assert (messages if isinstance(messages, list) else messages["amount"])[0].code == code


def test_currency_refuses():
    for value in ("yuan", "", 5, "CN", "x" * 10**6):
        assert code_of(Currency(), value) == "unknown_currency"
