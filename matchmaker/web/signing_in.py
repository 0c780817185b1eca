"""How a browser is known: flask-login keeps the key of the sign-in in the signed session cookie."""

from typing import Any

from flask import Flask, current_app, g
from flask import session as cookie
from flask_login import LoginManager, UserMixin, current_user, login_user

from matchmaker.domain import Member, Person
from matchmaker.services import access, accounts


class SignedIn(UserMixin):
    """A signed-in browser, as flask-login wants it."""

    def __init__(self, key: str, account: accounts.Account) -> None:
        self.key = key
        self.person = account.person
        self.actor = account.actor

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
    return SignedIn(key, found) if found else None


def enter(key: str) -> None:
    """Let the browser keep a new sign-in, and nothing of what it kept before: neither sign-in nor CSRF token."""
    leave()
    if found := load(key):
        login_user(found)
        g.actor = found.actor


def leave() -> None:
    """End the browser's sign-in, if there is one, here and in its cookie."""
    found: Any = current_user
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


def actor() -> Member | None:
    """Return the signed-in person of this request, None when nobody is."""
    found: Any = current_user
    return found.actor if found.is_authenticated else None
