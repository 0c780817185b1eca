"""People who sign in by a provider of identities (OpenID Connect): who they are here.

A provider's account is linked to a person by an e-mail address that the provider has verified, the first time it is
used; after that the account counts. Nobody is added that way: who is not known here is refused.
"""

from dataclasses import dataclass

from matchmaker.config import Config
from matchmaker.domain import Identity, Person
from matchmaker.errors import Forbidden
from matchmaker.i18n import marked as _
from matchmaker.services import accounts
from matchmaker.storage import Session
from matchmaker.storage.queries import organisations
from matchmaker.storage.queries import people as queries

LONGEST = 200
"""Signs of an address or of a subject at a provider."""
UNKNOWN = _("Nobody signs in here with this address. Ask the administrator of your organisation to invite you.")


@dataclass(frozen=True)
class Claims:
    """What a provider says of who has signed in there."""

    issuer: str
    subject: str
    email: str
    is_verified: bool


def enter(session: Session, config: Config, claims: Claims, device: str) -> str:
    """Sign in whom a provider vouches for; return the key that the browser has to keep. Flushes.

    The second step is asked for as after a password. Raise `Forbidden` for who is not known here.
    """
    _check(config, claims)
    known = queries.identity_of(session, claims.issuer, claims.subject)
    person = organisations.person_of(session, known.person_id) if known else _link(session, claims)
    return accounts.open_sign_in(session, config, person, device)


def _link(session: Session, claims: Claims) -> Person:
    """Return the person with the verified address of an account that was not used before, and link the two."""
    person = organisations.person_by_email(session, claims.email) if claims.is_verified else None
    if person is None or not (person.password_hash or organisations.memberships_of(session, person)):
        raise Forbidden(UNKNOWN)
    if queries.has_identity(session, claims.issuer, person.id):
        # The address has been given to somebody else there, or the account is new: a person has to look at that.
        raise Forbidden("Another account of the provider is linked to this address already. Sign in with your "
                        "password.")
    session.add(Identity(person_id=person.id, issuer=claims.issuer, subject=claims.subject))
    session.flush()
    return person


def _check(config: Config, claims: Claims) -> None:
    """Refuse what cannot be stored, and domains that the settings leave out."""
    can_be_stored = all(text.isprintable() and len(text) <= LONGEST for text in (claims.subject, claims.email))
    domain = claims.email.rpartition("@")[2].lower()
    if not can_be_stored or (config.oidc_domains and domain not in config.oidc_domains):
        raise Forbidden(UNKNOWN)
