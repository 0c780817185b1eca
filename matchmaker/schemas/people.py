"""What administrators, the operator and people themselves send about who signs in."""

import re
from typing import Any

from marshmallow import ValidationError, fields, validate

from matchmaker.domain import OrganisationRole, Role
from matchmaker.i18n import LANGUAGES
from matchmaker.schemas.asking import Mailbox
from matchmaker.schemas.base import Strict
from matchmaker.schemas.codes import CreditCode
from matchmaker.schemas.fields import Choice, Fault, IsoDate, Items, Line, Spoken
from matchmaker.schemas.reviewing import Key

LONGEST = 1000
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class Secret(Spoken, fields.String):
    """A password or a code, taken exactly as it was typed; what is too long is refused before it costs time."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        if not isinstance(value, str) or "\x00" in value:
            raise self.make_error("required")
        if len(value) > LONGEST:
            raise ValidationError(Fault("too_long", "The text has %(length)s characters; at most %(limit)s are taken. "
                                                    "Shorten it.", length=len(value), limit=LONGEST))
        return value


class ShortName(Line):
    """A short name for addresses and files: small letters, figures and hyphens."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        text = super()._deserialize(value, attr, data, **options).lower()
        if not _SLUG.fullmatch(text):
            raise ValidationError(Fault("not_a_short_name", "Use small letters, figures and hyphens, such as "
                                                            "jianghai-labs."))
        return text


def language() -> fields.String:
    """Return the field for the language of somebody's mail."""
    return fields.String(load_default="zh", validate=validate.OneOf(LANGUAGES, error=Fault(
        "not_a_choice", "Choose one of the list.")))


class RolesSchema(Strict):
    """The roles of somebody in an organisation; at least one."""

    roles = Items(Choice(Role), 10, required=True, error_messages={
        "required": Fault("no_role", "Choose at least one role.")})


class InvitationSchema(RolesSchema):
    """Whom to invite, with which roles."""

    email = Mailbox(200, required=True)
    language = language()


class PasswordSchema(Strict):
    """A new password."""

    password = Secret(required=True)


class JoinSchema(PasswordSchema):
    """How somebody who was invited is called, and their password."""

    name = Line(200, required=True)


class PasswordChangeSchema(PasswordSchema):
    """The password that holds, and the new one."""

    current = Secret(required=True)


class CodeSchema(Strict):
    """A code of an authenticator app, or a recovery code."""

    code = Secret(required=True)


class ProofSchema(CodeSchema):
    """What proves once more who somebody is: the password and a code."""

    current = Secret(required=True)


class AbsenceSchema(Strict):
    """When somebody is away, and who stands in."""

    deputy = Key(required=True)
    first_day = IsoDate(required=True)
    last_day = IsoDate(required=True)


class OrganisationSchema(Strict):
    """A new organisation, and the address of its first administrator."""

    slug = ShortName(60, required=True)
    name_zh = Line(200, load_default=None)
    name_en = Line(200, load_default=None)
    kind = Choice(OrganisationRole, required=True)
    unified_social_credit_code = CreditCode(load_default=None)
    email = Mailbox(200, required=True)
    language = language()

    def arrange(self, data: dict[Any, Any]) -> dict[Any, Any]:
        """Let one name be enough, and say so where both are missing."""
        if not str(data.get("name_zh") or "").strip() and not str(data.get("name_en") or "").strip():
            raise ValidationError(Fault("required", "Give the name in Chinese, in English, or in both."), "name_zh")
        return data
