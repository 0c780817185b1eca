"""How a browser is known: flask-login keeps the key of the sign-in in the signed session cookie."""

from typing import Any

from flask import Flask, g
from flask_login import LoginManager, UserMixin, current_user

from matchmaker.domain import Member
from matchmaker.services import accounts


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
    manager = LoginManager(app)
    manager.user_loader(load)


def load(key: str) -> SignedIn | None:
    """Return who is signed in by `key` at this moment."""
    found = accounts.account(g.session, key)
    return SignedIn(key, found) if found else None


def actor() -> Member | None:
    """Return the signed-in person of this request, None when nobody is."""
    found: Any = current_user
    return found.actor if found.is_authenticated else None
