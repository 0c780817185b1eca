"""The keys by which an incubator's programs call: made, shown once, known again, replaced, revoked.

A key is ``mm_live_`` or ``mm_test_``, eight signs by which its row is found, and 256 random bits. Of the whole only an
HMAC is stored, made with the secret of the installation: a stolen table opens nothing, and cannot be tried out.
"""

import datetime as dt
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from matchmaker.config import Config
from matchmaker.domain import ApiKey, ApiKeyUse, Client, Member, Scope
from matchmaker.domain.actors import REFERRING
from matchmaker.domain.base import utc_now
from matchmaker.errors import Conflict, Forbidden, SignInNeeded
from matchmaker.services import limits
from matchmaker.storage import Session
from matchmaker.storage.queries import keys as queries

MOST = 50
"""How many good keys an organisation may have."""
OVERLAP = dt.timedelta(days=7)
"""For so long the key before is good beside the one that replaces it."""
CALLS_A_MINUTE, MINUTE = 300, 60
_SIGNS = "abcdefghijkmnpqrstuvwxyz23456789"
_FORM = re.compile(r"(mm_(?:live|test)_[a-z2-9]{8})_[\w-]{43}", re.ASCII)
_PURPOSE = b"key of the API\n"


@dataclass(frozen=True)
class Known:
    """Whoever calls with a good key, and what they may still call in this minute."""

    client: Client
    budget: limits.Budget


@dataclass(frozen=True)
class Shown:
    """A key as its organisation's people see it."""

    key: ApiKey
    last_used_at: dt.datetime | None
    is_good: bool


def make(session: Session, config: Config, member: Member, name: str, scopes: Iterable[Scope], *, is_live: bool,
         expires_at: dt.datetime | None = None) -> tuple[ApiKey, str]:
    """Make a key for the organisation that `member` refers for; return its row and the key, which nobody sees again.

    Flushes. Raise `Conflict` when the organisation has too many.
    """
    organisation_id = home_of(member)
    if sum(shown.is_good for shown in listed(session, member)) >= MOST:
        raise Conflict("There are %(most)s keys already. Revoke one that is not needed any more.", most=MOST)
    prefix = f"mm_{'live' if is_live else 'test'}_{''.join(secrets.choice(_SIGNS) for _ in range(8))}"
    text = f"{prefix}_{secrets.token_urlsafe(32)}"
    made = ApiKey(organisation_id=organisation_id, name=name, prefix=prefix, digest=_digest(config, text),
                  scopes=sorted(scope.value for scope in scopes), is_live=is_live, made_by=member.person_id,
                  expires_at=expires_at)
    session.add(made)
    session.flush()
    session.add(ApiKeyUse(api_key_id=made.id))
    session.flush()
    return made, text


def rotate(session: Session, config: Config, member: Member, api_key_id: UUID) -> tuple[ApiKey, str]:
    """Make a key in place of another, which stays good for `OVERLAP` so that programs can change over. Flushes.

    Raise `NotFound` for another's key, `Conflict` when it is no longer good or has been replaced already.
    """
    old = queries.key_by_id(session, member, api_key_id)
    now = utc_now()
    if not old.is_good(now) or old.replaced_by:
        raise Conflict("This key has been replaced or has ended. Make a new one.")
    made, text = make(session, config, member, old.name, map(Scope, old.scopes), is_live=old.is_live)
    old.replaced_by = made.id
    old.expires_at = min(old.expires_at or now + OVERLAP, now + OVERLAP)
    session.flush()
    return made, text


def revoke(session: Session, member: Member, api_key_id: UUID) -> None:
    """End a key at once; twice is once. Flushes. Raise `NotFound` for another's key."""
    queries.key_by_id(session, member, api_key_id).revoke(utc_now())
    session.flush()


def listed(session: Session, member: Member) -> list[Shown]:
    """Return the keys that `member` looks after, the newest first."""
    now = utc_now()
    return [Shown(key, use.at, key.is_good(now)) for key, use in queries.keys_of(session, member)]


def home_of(member: Member) -> UUID:
    """Return the organisation that a person refers for: of several, the one that joined first."""
    places = sorted(member.organisations(*REFERRING))
    if not places:
        raise Forbidden("None of your roles allows this.")
    return places[0]


def caller(session: Session, config: Config, header: str | None) -> Known:
    """Return who calls with the header ``Authorization: Bearer …``, and count the call. Executes at once.

    Raise `SignInNeeded` when it holds no good key. What it may still call is in the answer, less than none included.
    """
    kind, _blank, text = (header or "").partition(" ")
    form = _FORM.fullmatch(text.strip()) if kind.lower() == "bearer" else None
    found = queries.key_by_prefix(session, form[1]) if form else None
    known = found.digest if found else "0" * 64
    now = utc_now()
    if not hmac.compare_digest(known, _digest(config, text.strip())) or found is None or not found.is_good(now):
        raise SignInNeeded("Send a good key of the API: Authorization: Bearer mm_live_…")
    _note_use(session, found, now)
    client = Client(found.id, found.organisation_id, frozenset(map(Scope, found.scopes)), found.is_live)
    return Known(client, limits.spend(session, "api", str(found.id), CALLS_A_MINUTE, MINUTE))


def mark(config: Config, purpose: str, text: str) -> str:
    """Return the HMAC by which a text is known again that itself is not to be kept."""
    secret = config.checked_secret().encode()
    return hmac.new(secret, f"{purpose}\n{text}".encode(), hashlib.sha256).hexdigest()


def _digest(config: Config, text: str) -> str:
    return hmac.new(config.checked_secret().encode(), _PURPOSE + text.encode(), hashlib.sha256).hexdigest()


def _note_use(session: Session, found: ApiKey, now: dt.datetime) -> None:
    """Note when a key was used, at most once a minute."""
    use = queries.use_of(session, found.id)
    if use.at is None or now - use.at > dt.timedelta(seconds=MINUTE):
        use.at = now
