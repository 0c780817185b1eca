"""How a browser is known: flask-login keeps the key of the sign-in in the signed session cookie."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from flask import Flask, current_app, g, request
from flask import session as cookie
from flask_login import LoginManager, UserMixin, current_user, login_user
from sqlalchemy.exc import OperationalError

from matchmaker import storage
from matchmaker.domain import Member, Person, SignIn, Stage
from matchmaker.services import access, accounts
from matchmaker.services.firms import opening
from matchmaker.services.people import browsers

FIRM = "firm"
"""Where the cookie keeps the key of a firm's open account."""
WAITING = "waiting"
"""Where the cookie keeps the key of a sign-in whose second step is still to come."""


class SignedIn(UserMixin):
    """A signed-in browser, as flask-login wants it."""

    def __init__(self, key: str, account: accounts.Account) -> None:
        self.key = key
        self.person = account.person
        self.actor = account.actor
        self.sign_in = account.sign_in

    def get_id(self) -> str:
        """Return what the cookie keeps."""
        return self.key


def equip(app: Flask) -> None:
    """Let `app` know who has signed in; roles are read anew at each request."""
    manager = LoginManager()
    # Templates go by `g.actor`: a page about an error may be written when there is no database to ask.
    manager.init_app(app, add_context_processor=False)
    manager.user_loader(load)


def load(key: str) -> SignedIn | None:
    """Return who is signed in by `key` at this moment."""
    found = accounts.account(g.session, key)
    if found and request.method == "GET" and browsers.is_stale(found.sign_in):
        _note_seen(found.sign_in)
    return SignedIn(key, found) if found else None


def enter(key: str) -> bool:
    """Let the browser keep a new sign-in, and nothing of what it kept before: neither sign-in nor CSRF token.

    Tell whether that is all; with a second step still to come, the browser is not signed in yet.
    """
    leave()
    if found := load(key):
        login_user(found)
        g.actor = found.actor
        return True
    cookie[WAITING] = key
    return False


def waiting() -> tuple[str, SignIn] | None:
    """Return the sign-in that waits for its second step in this browser, with its key."""
    key = cookie.get(WAITING)
    found = accounts.waiting(g.session, key) if isinstance(key, str) else None
    return (key, found) if key and found else None


def leave() -> None:
    """End the browser's sign-in, a person's or a firm's, if there is one, here and in its cookie."""
    found: Any = current_user
    if isinstance(kept := cookie.get(FIRM), str):
        opening.sign_out(g.session, kept)
    if found.is_authenticated:
        accounts.sign_out(g.session, found.key)
    cookie.clear()


def may_open(endpoint: str) -> bool:
    """Tell whether a page exists in this installation and is one that the reader may open, for what leads to it."""
    view = current_app.view_functions.get(endpoint)
    return view is not None and access.permits(access.rule_of(view), g.get("actor"))


def person() -> Person:
    """Return who has signed in; only for views that ask for a sign-in."""
    found: Person = current_user.person
    return found


def is_firm() -> bool:
    """Tell whether the browser keeps the key of a firm's account, for pages that lead on to it."""
    return FIRM in cookie


def actor() -> Member | None:
    """Return the signed-in person of this request, None when nobody is."""
    found: Any = current_user
    return found.actor if found.is_authenticated else None


def key() -> str:
    """Return the key of this browser's sign-in; only for views that ask for a sign-in."""
    found: str = current_user.key
    return found


def sign_in_id() -> UUID:
    """Return the id of this browser's sign-in; only for views that ask for a sign-in."""
    found: UUID = current_user.sign_in.id
    return found


def has_to_set_up() -> bool:
    """Tell whether the person has no roles until they have set up the second step that an organisation asks for."""
    found: Any = current_user
    return bool(found.is_authenticated and found.sign_in.stage == Stage.SET_UP)


def device() -> str:
    """Return browser and system of this request, as the browser names them."""
    return browsers.device(request.headers.get("User-Agent"))


def _note_seen(sign_in: SignIn) -> None:
    """Note that the browser was seen, beside the transaction of a request that only reads; nobody fails by it."""
    with suppress(OperationalError), storage.writing(None) as session:
        browsers.touch(session, sign_in.id)
