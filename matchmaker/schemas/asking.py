"""What a firm sends when it asks platforms, answers them, takes something back, or wants to be written to."""

import re
from typing import Any
from uuid import UUID

from marshmallow import ValidationError

from matchmaker.schemas.base import Strict
from matchmaker.schemas.fields import EmailAddress, Fault, Flag, Items, Line, Paragraph, Spoken
from matchmaker.services.leads import asking

WORDS = 5_000
"""How many characters an answer to a platform may have."""
_TELEPHONE = re.compile(r"\+?[\d\s().\-/]{5,40}(?:(?:转|#|x|ext\.?)\s*\d{1,8})?", re.IGNORECASE)
_DIGITS = range(5, 21)


class Id(Spoken):
    """The id of a thing, as a UUID."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> UUID:
        try:
            return UUID(value)
        except (ValueError, TypeError, AttributeError):
            raise ValidationError(Fault("not_an_id", "This is no id of a thing on this page. Load the page again."
                                        )) from None


class Telephone(Line):
    """A telephone number as people write it, with an extension if there is one."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        text = super()._deserialize(value, attr, data, **options)
        number = re.split("转|#|x|ext", text, flags=re.IGNORECASE)[0]
        if not _TELEPHONE.fullmatch(text) or sum(sign.isdecimal() for sign in number) not in _DIGITS:
            raise ValidationError(Fault(
                "not_a_telephone", "Write the number in figures with its area code, such as 0513 5555 0100."))
        return text


class Mailbox(EmailAddress):
    """An e-mail address in small letters, by which it is found again however it is typed."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        return super()._deserialize(value, attr, data, **options).lower()


class AskSchema(Strict):
    """Whom to ask for what, and who is asking."""

    offerings = Items(Id(), asking.MOST, required=True)
    recipients = Items(Id(), asking.MOST, required=True, error_messages={
        "required": Fault("no_recipient", "Tick at least one platform; whoever is not ticked is not asked.")})
    organisation = Line(200, required=True)
    name = Line(200, required=True)
    email = Mailbox(200, required=True)
    telephone = Telephone(60, load_default=None)
    shows_files_at_once = Flag(load_default=False)
    passes_on = Flag(load_default=False)
    is_findable = Flag(load_default=False)
    index_version = Line(64, load_default=None)


class AnswerSchema(Strict):
    """The firm's answer to a platform's question."""

    words = Paragraph(WORDS, required=True)


class WithdrawSchema(Strict):
    """Why a firm takes a request back, if it wants to say."""

    why = Paragraph(1_000, load_default="")


class MailboxSchema(Strict):
    """The address to which private links are sent again, or news when something fits."""

    email = Mailbox(200, required=True)
