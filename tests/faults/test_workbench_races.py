"""Many reviewers act on the same leads at once: nothing is lost, and whoever comes second gets a 409 that says why."""

import datetime as dt
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from matchmaker import storage
from matchmaker.app import create_app
from matchmaker.domain import Decision, DecisionStatus, Lead, LeadState, Person, SignIn
from matchmaker.domain.access import hash_secret
from matchmaker.domain.base import utc_now
from tests.making import add_lead, add_person

THREADS = 16
ACTIONS = ({"action": "accept"}, {"action": "ask", "words": "Which drawing?"}, {"action": "waitlist"},
           {"action": "decline", "reason": "no_capacity"}, {})
"""What a reviewer does with a lead; nothing is: give it to oneself."""


@pytest.fixture
def app(database, config) -> Flask:
    """The application on a database that several connections share."""
    app = create_app(config)
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def reviewers(number: int) -> dict[str, UUID]:
    """Add so many reviewers who have signed in; return them by what their cookie says."""
    with storage.writing() as session:
        found: dict[str, UUID] = {}
        for place in range(number):
            person: Person = add_person(session, f"r{place}@jianghai.example", "jianghai")
            session.add(SignIn(person_id=person.id, key_hash=hash_secret(person.email),
                               expires_at=utc_now() + dt.timedelta(hours=1)))
            found[person.email] = person.id
        return found


def act(app: Flask, cookie: str, person_id: UUID, lead_id: UUID, data: dict[str, str]) -> tuple[UUID, int, bool]:
    """Do one thing with a lead as it was at first; return what came of it, and whether the page says what changed."""
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = cookie
    sent = {"seen": 1, "steps": 0, **data} if data else {"seen": 1, "steps": 0, "person": person_id}
    answer = client.post(f"/en/leads/{lead_id}/{'decisions' if data else 'assign'}", data=sent)
    return lead_id, answer.status_code, "Then and now" in answer.text


@pytest.mark.parametrize("number", [20, *(pytest.param(many, marks=pytest.mark.faults) for many in (100, 400))])
def test_of_all_actions_on_a_lead_one_is_done_and_the_others_get_a_conflict(app, make_offering, number):
    """Of twice as many reviewers as leads each acts once, two on every lead."""
    people = reviewers(2 * number)
    with storage.writing() as session:
        offering = make_offering(session)
        leads = [add_lead(session, offering).id for _ in range(number)]
    draw = random.Random(number)
    cookies = draw.sample(sorted(people), 2 * number)
    tries = [(cookie, people[cookie], leads[place // 2], draw.choice(ACTIONS)) for place, cookie in enumerate(cookies)]
    draw.shuffle(tries)
    with ThreadPoolExecutor(THREADS) as pool:
        outcomes = list(pool.map(lambda entry: act(app, *entry), tries))
    print(f"{number} leads, {len(tries)} actions: {dict(Counter(status for _lead, status, _said in outcomes))}")
    check(outcomes, leads)


def check(outcomes: list[tuple[UUID, int, bool]], leads: list[UUID]) -> None:
    """Compare what is stored with what the reviewers were told."""
    assert {status for _lead, status, _said in outcomes} <= {303, 409}
    assert all(said for _lead, status, said in outcomes if status == 409)
    done = Counter(lead_id for lead_id, status, _said in outcomes if status == 303)
    assert done == Counter(leads), "each lead is changed by exactly one of those who saw it as it was"
    with storage.reading() as session:
        decisions = Counter(session.scalars(select(Decision.lead_id)).all())
        assert set(session.scalars(select(Decision.status))) <= {DecisionStatus.PENDING}
        for lead in session.scalars(select(Lead)):
            assert (lead.state, [move.to_state for move in lead.moves]) == (LeadState.IN_REVIEW, [LeadState.IN_REVIEW])
            assert lead.assignee_id is not None
            assert decisions[lead.id] <= 1


def test_the_check_sees_an_update_that_is_lost(app, make_offering, monkeypatch):
    monkeypatch.setattr(Lead, "check_version", lambda lead, seen: None)
    monkeypatch.setattr("matchmaker.services.leads.reviewing.queries.pending_decision", lambda *_arguments: None)
    people = sorted(reviewers(2).items())
    with storage.writing() as session:
        lead_id = add_lead(session, make_offering(session)).id
    outcomes = [act(app, cookie, person_id, lead_id, {}) for cookie, person_id in people]
    with pytest.raises(AssertionError):
        check(outcomes, [lead_id])
