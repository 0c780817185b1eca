"""The browsers in which a person is signed in: which these are, when they were last seen, how they are signed out."""

import datetime as dt
import re
from collections.abc import Sequence
from uuid import UUID

from matchmaker.domain import Member, SignIn, Stage
from matchmaker.domain.base import utc_now
from matchmaker.errors import NotFound
from matchmaker.services import accounts
from matchmaker.storage import Session
from matchmaker.storage.queries import people as queries

SEEN_EVERY = dt.timedelta(hours=1)
"""How exactly it is noted when a browser was last seen."""
_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("MicroMessenger", "WeChat"), ("Firefox", "Firefox"),
             ("FxiOS", "Firefox"), ("Chrome", "Chrome"), ("CriOS", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("HarmonyOS", "HarmonyOS"),
            ("Windows", "Windows"), ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"))


def device(user_agent: str | None) -> str:
    """Return browser and system out of what a browser says of itself; nothing when it says neither.

    >>> device("Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"), device("curl/8.1"), device(None)
    ('Firefox · Windows', '', '')
    """
    text = (user_agent or "")[:500]
    found = [next((name for mark, name in known if re.search(rf"\b{mark}", text)), "")
             for known in (_BROWSERS, _SYSTEMS)]
    return " · ".join(filter(None, found))


def browsers(session: Session, actor: Member) -> Sequence[SignIn]:
    """Return the sign-ins of a person that are in force, the newest first."""
    found = queries.sign_ins_of(session, [actor.person_id], utc_now())
    return [sign_in for sign_in in found if sign_in.stage != Stage.CODE]


def sign_out(session: Session, actor: Member, sign_in_id: UUID) -> None:
    """End one of the person's own sign-ins; raise `NotFound` when it is none of these."""
    found = next((sign_in for sign_in in browsers(session, actor) if sign_in.id == sign_in_id), None)
    if found is None:
        raise NotFound("There is no such browser, or it has been signed out already.")
    found.ended_at = utc_now()


def sign_out_others(session: Session, actor: Member, kept_key: str) -> int:
    """End all sign-ins of a person but that of the browser with `kept_key`; return how many."""
    return accounts.end_sign_ins(session, actor.person_id, except_key=kept_key)


def is_stale(sign_in: SignIn) -> bool:
    """Tell whether it is time to note again when a browser was last seen."""
    return sign_in.seen_at is None or utc_now() - sign_in.seen_at > SEEN_EVERY


def touch(session: Session, sign_in_id: UUID) -> None:
    """Note that a browser was seen just now. Executes at once."""
    queries.touch_sign_in(session, sign_in_id, utc_now())
