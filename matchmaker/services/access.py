"""Who may call a view. Each view declares its rule; one that declares none answers nobody.

The rule is checked before the view runs, in its transaction, with the roles that the person has at that moment.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from matchmaker.domain import Actor, Client, Firm, Holder, Member, Role, Scope
from matchmaker.domain.actors import ANSWERING, EDITING, REFERRING
from matchmaker.errors import Forbidden, SignInNeeded

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Rule:
    """What a view asks of its caller.

    ``anybody``: nothing. ``link``: the private link of a need, in the address. ``firm``: the open account of a firm.
    ``person``: a sign-in, and one of `roles` in some organisation unless there are none; which leads they see is the
    business of the queries.
    ``client``: a key of the API with the `scope`; a cookie does not do, since these routes take no CSRF token.
    """

    caller: str
    roles: frozenset[Role] = frozenset()
    scope: Scope | None = None


ANYBODY = Rule("anybody")
LINK = Rule("link")
FIRM = Rule("firm")
PERSON = Rule("person")
TEAM = Rule("person", ANSWERING | {Role.OPERATOR})
ANSWERER = Rule("person", ANSWERING)
DESK = Rule("person", EDITING | {Role.OPERATOR})
EDITOR = Rule("person", EDITING)
ADMIN = Rule("person", frozenset({Role.ADMIN}))
OPERATOR = Rule("person", frozenset({Role.OPERATOR}))
INCUBATOR = Rule("person", REFERRING)
REFERS = Rule("client", scope=Scope.WRITE)
READS_REFERRALS = Rule("client", scope=Scope.READ)
KEEPS_WEBHOOKS = Rule("client", scope=Scope.WEBHOOKS)


def allows(rule: Rule) -> Callable[[View], View]:
    """Declare the rule of a view."""
    def declare(view: View) -> View:
        view.access = rule  # type: ignore[attr-defined]
        return view

    return declare


def rule_of(view: Callable[..., Any] | None) -> Rule:
    """Return the rule of a view; raise `Forbidden` when it declares none."""
    rule = getattr(view, "access", None)
    if not isinstance(rule, Rule):
        raise Forbidden("This address says nothing about who may use it, so nobody may.")
    return rule


def permits(rule: Rule, actor: Actor | None) -> bool:
    """Tell whether `actor` satisfies `rule`, for pages that lead on to what their reader may open."""
    try:
        check(rule, actor)
    except (Forbidden, SignInNeeded):
        return False
    return True


def check_standing(rule: Rule, actor: Actor | None) -> None:
    """Raise `Forbidden` when `actor` has the roles that `rule` asks for in suspended organisations only.

    What changes anything is asked this besides; who serves two platforms is asked once more for the one concerned.
    """
    if isinstance(actor, Member) and rule.roles:
        places = actor.organisations(*rule.roles)
        if places and places <= actor.suspended:
            actor.check_standing(min(places))


def check(rule: Rule, actor: Actor | None) -> None:
    """Raise `SignInNeeded` or `Forbidden` unless `actor` satisfies `rule`."""
    if rule.caller == "link" and not isinstance(actor, Holder):
        raise Forbidden("This page is reached by a private link only.")
    if rule.caller == "firm" and not isinstance(actor, Firm):
        raise SignInNeeded("Open your account to see this page.")
    if rule.caller == "client":
        if not isinstance(actor, Client):
            raise SignInNeeded("Send a good key of the API: Authorization: Bearer mm_live_…")
        if rule.scope not in actor.scopes:
            raise Forbidden("This key lacks the scope %(scope)s.", scope=str(rule.scope))
    if rule.caller == "person":
        if not isinstance(actor, Member):
            raise SignInNeeded("Sign in to see this page.")
        if rule.roles and not actor.has(rule.roles):
            raise Forbidden("None of your roles allows this.")
