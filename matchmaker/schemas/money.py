"""Money: in JSON whole minor units beside a currency, in tables and forms an amount as people write it."""

from typing import Any

from babel.numbers import is_currency
from marshmallow import ValidationError, fields

from matchmaker.schemas.fields import Fault, Spoken, WholeNumber, is_blank, shown
from matchmaker.services import cells

HIGHEST_AMOUNT = 10**15
DEFAULT_CURRENCY = "CNY"
LONGEST = 60


class Currency(Spoken, fields.String):
    """A currency by its ISO 4217 code, for instance CNY."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        code = value.strip().upper()[:10] if isinstance(value, str) else ""
        if not code.isascii() or not is_currency(code):
            raise ValidationError(Fault("unknown_currency", "Write the currency as its ISO 4217 code, such as CNY."))
        return code


class Money(Spoken, fields.Field):
    """An amount of money: ``{"amount": 320000, "currency": "CNY"}``, in minor units (here: 3,200.00 yuan)."""

    AMOUNT = WholeNumber(0, HIGHEST_AMOUNT, required=True)
    CURRENCY = Currency(required=True)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        parts = {
            "amount": {"type": "integer", "minimum": 0, "maximum": HIGHEST_AMOUNT},
            "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
        }
        self.describe(type="object", properties=parts, additionalProperties=False)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> dict[str, Any]:
        if not isinstance(value, dict) or set(value) != {"amount", "currency"}:
            raise ValidationError(
                Fault("not_money", 'Write money in its smallest unit, 3,200.00 yuan being '
                                   '{"amount": 320000, "currency": "CNY"}.')
            )
        faults, money = {}, {}
        for name, field in (("amount", self.AMOUNT), ("currency", self.CURRENCY)):
            try:
                money[name] = field.deserialize(value[name])
            except ValidationError as error:
                faults[name] = error.messages
        if faults:
            raise ValidationError(faults)
        return money


class WrittenMoney(Money):
    """Money as people write it in forms and tables: ``3,200.00``, ``3.5万``; in the ``currency`` beside it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> dict[str, Any]:
        if isinstance(value, dict):
            return super()._deserialize(value, attr, data, **options)
        written = f"{value:.15g}" if type(value) in (int, float) and abs(value) <= HIGHEST_AMOUNT else value
        if not isinstance(written, str) or len(written) > LONGEST:
            raise ValidationError(Fault("not_an_amount", "Write an amount here, such as 30000 or 30,000.50."))
        beside = data.get("currency")
        currency = self.CURRENCY.deserialize(DEFAULT_CURRENCY if is_blank(beside) else beside)
        found = cells.money(written, currency)
        if not isinstance(found, dict):
            values = {name: shown(text) for name, text in found.values.items()}
            raise ValidationError(Fault(found.code, found.message, **values))
        return super()._deserialize(found, attr, data, **options)
