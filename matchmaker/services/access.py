"""Who may call a view. Each view declares its rule; one that declares none answers nobody.

The rule is checked before the view runs, in its transaction, with the roles that the person has at that moment.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from matchmaker.domain import Actor, Holder, Member, Role
from matchmaker.domain.actors import ANSWERING
from matchmaker.errors import Forbidden, SignInNeeded

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Rule:
    """What a view asks of its caller.

    ``anybody``: nothing. ``link``: the private link of a need, in the address. ``person``: a sign-in, and one of
    `roles` in some organisation unless there are none; which leads they see is the business of the queries.
    """

    caller: str
    roles: frozenset[Role] = frozenset()


ANYBODY = Rule("anybody")
LINK = Rule("link")
PERSON = Rule("person")
TEAM = Rule("person", ANSWERING | {Role.OPERATOR})
ANSWERER = Rule("person", ANSWERING)


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


def check(rule: Rule, actor: Actor | None) -> None:
    """Raise `SignInNeeded` or `Forbidden` unless `actor` satisfies `rule`."""
    if rule.caller == "link" and not isinstance(actor, Holder):
        raise Forbidden("This page is reached by a private link only.")
    if rule.caller == "person":
        if not isinstance(actor, Member):
            raise SignInNeeded("Sign in to see this page.")
        if rule.roles and not actor.has(rule.roles):
            raise Forbidden("None of your roles allows this.")
