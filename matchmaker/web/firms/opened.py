"""How a browser is known in which a firm's account is open: the signed session cookie keeps the key of its sign-in.

One browser is either a firm's or that of somebody who signs in for an organisation: each beginning ends the other.
"""

from flask import current_app, g
from flask import session as cookie

from matchmaker.domain import Firm, FirmSignIn
from matchmaker.errors import SignInNeeded
from matchmaker.services.firms import opening
from matchmaker.web.signing import signing_in

KEPT = signing_in.FIRM


def key() -> str:
    """Return the key that this browser keeps, "" when it keeps none."""
    kept = cookie.get(KEPT)
    return kept if isinstance(kept, str) else ""


def actor() -> Firm | None:
    """Return the firm whose account is open in this browser at this moment."""
    found = opening.sign_in(g.session, key()) if key() else None
    return Firm(found.account_id) if found else None


def sign_in() -> FirmSignIn:
    """Return this browser's sign-in; only for views that ask for an open account."""
    if (found := opening.sign_in(g.session, key())) is None:
        raise SignInNeeded("Open your account to see this page.")
    return found


def enter(mailed: str) -> None:
    """Use the link of a mail, and let the browser keep nothing of before: neither a sign-in nor a CSRF token."""
    kept = opening.enter(g.session, current_app.config["MATCHMAKER"], mailed, signing_in.device())
    signing_in.leave()
    cookie[KEPT] = kept
