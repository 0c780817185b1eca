"""The key of a need that is not begun yet: made with the page of the form, and signed, so that nobody chooses one.

The form carries it, so that a form that is sent twice begins one draft.
"""

from flask import current_app
from itsdangerous import BadSignature, Signer

from matchmaker.services import links

_SALT = "the key of a new need"


def signed() -> str:
    """Return a new key with our signature."""
    return _signer().sign(links.new_key()).decode()


def opened(text: str) -> str:
    """Return the key in a signed text, a new one where the signature is not ours."""
    try:
        return _signer().unsign(text).decode()
    except BadSignature:
        return links.new_key()


def _signer() -> Signer:
    return Signer(current_app.config["SECRET_KEY"], salt=_SALT)
