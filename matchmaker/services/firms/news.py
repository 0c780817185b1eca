"""Something new for a firm with an account: one mail a day at most, over all of its needs.

What is found for a need is kept with it (`GatheredNeed.news`), and one job for the account tells all of it together:
soon, so that what one publishing brings is in one mail, or when the day after the last mail is over.
"""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from matchmaker import jobs
from matchmaker.domain import FirmAccount, Service
from matchmaker.domain.base import utc_now
from matchmaker.services.mail import outbox
from matchmaker.storage.queries import jobs as job_queries
from matchmaker.storage.queries import scope_firms as queries

TASK, NOTICE = "tell_firm_news", "news_of_needs"
DAY, SOON = dt.timedelta(days=1), dt.timedelta(minutes=1)
SERVICE = Service()


def keep(session: Session, need_id: UUID, offerings: Sequence[str]) -> bool:
    """Keep what is new for a need until its account is told; tell whether the need is in an account. Flushes."""
    gathered = queries.gathered_need(session, SERVICE, need_id, locked=True)
    account = queries.account_by_id(session, SERVICE, gathered.account_id) if gathered else None
    if gathered is None or account is None:
        return False
    gathered.news = list(dict.fromkeys([*gathered.news, *offerings]))
    session.flush()
    _tell_later(session, account)
    return True


def tell(session: Session, account_id: UUID) -> None:
    """Do the job: queue one mail on all that is new for the needs of an account that are watched. Flushes.

    News for one need alone go with its private link, as without an account.
    """
    account = queries.account_by_id(session, SERVICE, account_id, locked=True)
    if account is None:
        return
    now = utc_now()
    found = [kept for kept in queries.gathered_in(session, SERVICE, account_id, locked=True) if kept.news]
    watched = queries.watches_of(session, SERVICE, [kept.need_id for kept in found])
    new = {str(kept.need_id): kept.news for kept in found if kept.need_id in watched}
    if new and account.told_at and now < account.told_at + DAY:
        _tell_later(session, account)
        return
    for kept in found:
        kept.news = []
    if not new:
        return
    account.told_at = now
    first = next(kept.need_id for kept in found if str(kept.need_id) in new)
    if len(new) == 1:
        outbox.tell_firm(session, "something_new", first, offerings=new[str(first)])
    else:
        outbox.tell_firm(session, NOTICE, first, needs=new)


def _tell_later(session: Session, account: FirmAccount) -> None:
    if not job_queries.is_waiting(session, TASK, "account", str(account.id)):
        at = utc_now() + SOON
        jobs.enqueue(session, TASK, after=max(at, account.told_at + DAY) if account.told_at else at,
                     account=str(account.id))
