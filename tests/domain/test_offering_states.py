"""The life of an offering: every step from every state by every side, against a table written apart from the code."""

import datetime as dt
from itertools import product

import pytest

from matchmaker.domain import Holder, Member, Offering, OfferingRevision, OfferingStatus, Role, Service, Side
from matchmaker.domain.base import new_id
from matchmaker.domain.offering_states import LIVE
from matchmaker.errors import Conflict, Forbidden, Invalid

TABLE = """
draft: in_review P, published S, withdrawn P
in_review: draft PO, published POS
published: suspended PO, withdrawn PS, expired S
suspended: published PO, withdrawn PS, expired S
expired: published PS, withdrawn PS
"""
LETTERS = {"P": Side.PLATFORM, "O": Side.OPERATOR, "S": Side.SERVICE}
PLATFORM = new_id()
EDITOR = Member(new_id(), {PLATFORM: frozenset({Role.LIST_EDITOR})})
ACTORS = {Side.PLATFORM: EDITOR, Side.OPERATOR: Member(new_id(), {new_id(): frozenset({Role.OPERATOR})}),
          Side.SERVICE: Service()}
STRANGERS = [Member(new_id(), {PLATFORM: frozenset({Role.REVIEWER})}), Holder(new_id()),
             Member(new_id(), {new_id(): frozenset({Role.LIST_EDITOR, Role.ADMIN})})]


def table() -> dict[tuple[str, str], set[Side]]:
    found = {}
    for line in TABLE.strip().splitlines():
        start, _colon, rest = line.partition(": ")
        for move in rest.split(", "):
            end, letters = move.split()
            found[start, end] = {LETTERS[letter] for letter in letters}
    return found


def offering(status: str, **fields) -> Offering:
    return Offering(id=new_id(), platform_id=PLATFORM, status=OfferingStatus(status), **fields)


@pytest.mark.parametrize(("start", "end"), [*product(OfferingStatus, OfferingStatus)])
def test_every_step_is_as_the_table_has_it(start, end):
    for side, actor in ACTORS.items():
        thing = offering(start)
        allowed = side in table().get((start, end), set())
        assert thing.may_move(end, actor) == allowed
        if allowed:
            move = thing.move(end, actor, "a reason")
            assert (thing.status, move.from_state, move.to_state, move.side) == (end, start, end, side)
            assert move.person_id == getattr(actor, "person_id", None)
        else:
            with pytest.raises((Conflict, Forbidden)):
                thing.move(end, actor, "a reason")
            assert thing.status == start


@pytest.mark.parametrize("stranger", STRANGERS)
def test_whoever_is_not_of_the_platform_moves_nothing(stranger):
    for (start, end) in table():
        thing = offering(start)
        assert not thing.may_move(end, stranger)
        with pytest.raises(Forbidden):
            thing.move(OfferingStatus(end), stranger, "a reason")


def test_four_eyes_see_what_is_published():
    colleague = Member(new_id(), EDITOR.roles)
    for thing in (offering("draft"), OfferingRevision(offering_id=new_id(), status=OfferingStatus.DRAFT,
                                                      offering=offering("published"))):
        thing.move(OfferingStatus.IN_REVIEW, EDITOR)
        assert not thing.may_move(OfferingStatus.PUBLISHED, EDITOR)
        with pytest.raises(Forbidden, match="Somebody else"):
            thing.move(OfferingStatus.PUBLISHED, EDITOR)
        assert thing.move(OfferingStatus.PUBLISHED, colleague).person_id == colleague.person_id


def test_what_the_operator_suspends_the_platform_does_not_lift():
    thing = offering("published")
    thing.move(OfferingStatus.SUSPENDED, ACTORS[Side.OPERATOR], "a complaint")
    assert not thing.may_move(OfferingStatus.PUBLISHED, EDITOR)
    with pytest.raises(Forbidden):
        thing.move(OfferingStatus.PUBLISHED, EDITOR)
    thing.move(OfferingStatus.PUBLISHED, ACTORS[Side.OPERATOR])
    thing.move(OfferingStatus.SUSPENDED, EDITOR, "out of order")
    thing.move(OfferingStatus.PUBLISHED, EDITOR)


def test_reasons_are_asked_for():
    for start, end in [("published", "suspended"), *((start, "withdrawn") for start in LIVE), ("in_review", "draft")]:
        with pytest.raises(Invalid):
            offering(start).move(OfferingStatus(end), EDITOR, "  ")
    offering("draft").move(OfferingStatus.WITHDRAWN, EDITOR)
    own = offering("draft")
    own.move(OfferingStatus.IN_REVIEW, EDITOR)
    own.move(OfferingStatus.DRAFT, EDITOR)


def test_validity_ends_with_its_last_day():
    thing = offering("published", valid_through=dt.date(2026, 11, 20))
    assert not thing.is_over(dt.date(2026, 11, 20))
    assert thing.is_over(dt.date(2026, 11, 21))
    assert not offering("published").is_over(dt.date(2126, 1, 1))
