"""A need while it is written: a draft on the server under a private link, which nobody else sees.

A draft has its `answers` only, each field of the form with its values as texts. When the firm asks a platform, `fill`
puts into the columns what the answers state.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.exc import IntegrityError

from matchmaker.config import Config
from matchmaker.domain import Direction, Holder, Need, NeedStatus
from matchmaker.domain.access import hash_secret
from matchmaker.domain.base import new_id, utc_now
from matchmaker.errors import Conflict
from matchmaker.i18n import current_language
from matchmaker.services import links
from matchmaker.storage import Session, wall
from matchmaker.storage.queries import access as access_queries
from matchmaker.storage.queries import needs as queries

Answers = Mapping[str, Sequence[str]]

PLAIN = ("title", "problem", "trl_now", "trl_target", "quantity", "needed_from", "needed_by", "region", "sensitivity",
         "anonymous_until_accepted")
LISTS = ("kinds", "industries", "themes", "nice_to_haves", "delivery", "excluded_platforms", "vouchers_held",
         "concepts", "excluded_concepts")
BUDGETS = ("budget_min", "budget_max")
NAMING = frozenset({"name", "unified_social_credit_code"})
"""What of a firm's facts says who it is; that belongs to its contact alone."""


def create(session: Session, config: Config, key: str, answers: Answers) -> Need:
    """Begin a draft that `key` opens, and return it; the same key sent again gives the same draft with these answers.

    A need that has been opened since is returned as it is. Flushes.
    """
    if is_known(session, key):
        return _again(session, key, answers)
    try:
        with session.begin_nested():
            need = Need(id=new_id(), language=current_language(), answers=_said(answers))
            wall.go_on_as(session, Holder(need.id))
            session.add(need)
            session.flush()
            links.add_link(session, config, need, key)
    except IntegrityError:
        # The same form came twice at once, and the other one was faster.
        return _again(session, key, answers)
    return need


def is_known(session: Session, key: str) -> bool:
    """Tell whether a draft or need has been begun under this key."""
    return access_queries.link_by_hash(session, hash_secret(key)) is not None


def held(session: Session, holder: Holder) -> Need:
    """Return the need of whoever holds its link; raise `NotFound` when it is gone."""
    return queries.need_by_id(session, holder, holder.need_id)


def save(session: Session, holder: Holder, answers: Answers) -> Need:
    """Put these fields of a draft in place of what they were; a field without values is taken out. Flushes.

    Raise `Conflict` when it is no draft any more: platforms have read it.
    """
    need = queries.need_by_id(session, holder, holder.need_id, locked=True)
    if need.status != NeedStatus.DRAFT:
        raise Conflict("This need has been sent, and can no longer be changed.")
    kept = {name: values for name, values in need.answers.items() if name not in answers}
    need.answers = kept | _said(answers)
    need.changed_at = utc_now()
    session.flush()
    return need


def form_of(need: Need) -> dict[str, list[str]]:
    """Return the form as it was filled in so far: field → values, as a `MultiDict` takes them."""
    return {name: list(values) for name, values in need.answers.items()}


def fill(need: Need, stated: Mapping[str, Any]) -> None:
    """Put into the columns of a need what its answers state, as `FlatNeedSchema` loaded them.

    Of the firm, only the facts that decide eligibility are taken: who it is stands in its contact.
    """
    for name in PLAIN:
        setattr(need, name, stated.get(name))
    for name in LISTS:
        setattr(need, name, [str(value) for value in stated.get(name) or ()])
    need.must_haves = [dict(entry) for entry in stated.get("must_haves") or ()]
    need.direction = Direction(stated.get("direction") or Direction.SEEKS_RESOURCE)
    need.language = str(stated.get("language") or current_language())
    need.anonymous_until_accepted = stated.get("anonymous_until_accepted") is not False
    for name in BUDGETS:
        money = stated.get(name)
        setattr(need, name, money and money["amount"])
        need.currency = money["currency"] if money else need.currency
    if not any(stated.get(name) for name in BUDGETS):
        need.currency = None
    need.firm = {name: value for name, value in (stated.get("organisation") or {}).items()
                 if name not in NAMING and value not in (None, [])} or None


def stated_of(need: Need) -> dict[str, Any]:
    """Return what the columns of a need state, with the names and forms of the match contract.

    The reverse of `fill`; jobs match a need again by it.
    """
    stated = {name: getattr(need, name) for name in (*PLAIN, *LISTS, "must_haves")}
    for name in BUDGETS:
        amount = getattr(need, name)
        stated[name] = None if amount is None else {"amount": amount, "currency": need.currency}
    return stated | {"direction": str(need.direction), "language": need.language, "organisation": need.firm}


def _again(session: Session, key: str, answers: Answers) -> Need:
    holder = links.holder(session, key)
    wall.go_on_as(session, holder)
    need = queries.need_by_id(session, holder, holder.need_id, locked=True)
    return save(session, holder, answers) if need.status == NeedStatus.DRAFT else need


def _said(answers: Answers) -> dict[str, list[str]]:
    said = {name: [value for value in values if value.strip()] for name, values in answers.items()}
    return {name: values for name, values in said.items() if values}
