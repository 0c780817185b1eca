"""What an operator sends about an organisation."""

from matchmaker.schemas.base import Strict
from matchmaker.schemas.fields import Fault, Paragraph, WholeNumber


class SuspensionSchema(Strict):
    """Why a platform is suspended; its people read it."""

    why = Paragraph(1_000, required=True, error_messages={
        name: Fault("required", "Say why, in words: the people of the platform read it.")
        for name in ("required", "null")})


class PromiseSchema(Strict):
    """Within how many working days a platform answers, unless an offering says otherwise; nothing for the usual."""

    days = WholeNumber(1, 365, load_default=None, allow_none=True)
