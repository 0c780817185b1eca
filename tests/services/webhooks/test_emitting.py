"""What is told: events of batches, rows and leads, written in the transaction in which they happen."""

import json
from uuid import UUID

import pytest
from sqlalchemy import select

from matchmaker import jobs, storage
from matchmaker.app import create_app
from matchmaker.domain import (
    EventType,
    Job,
    JobState,
    Lead,
    LeadState,
    ReferralBatch,
    Role,
    Service,
    WebhookDelivery,
    WebhookEvent,
)
from matchmaker.domain.base import new_id
from matchmaker.jobs.worker import run_one
from matchmaker.schemas.webhooks import TOLD, event_schema
from matchmaker.services import publishing
from matchmaker.services.referrals import receiving as batches
from matchmaker.services.webhooks import delivering, endpoints
from matchmaker.tasks import make_tasks
from tests.conftest import add_offering
from tests.making import add_lead, add_person, member
from tests.referring import PATH, consented, incubator, row

ONCE = pytest.mark.parametrize("backend", ["sqlite"])


@pytest.fixture
def program(near, database):
    """A program of an incubator, with an index of two offerings in force."""
    with storage.writing() as session:
        add_offering(session, external_id="vibration", standards=["GB/T 2423.10"])
        add_offering(session, platform="qinghe", external_id="ferment", title={"en": "Pilot fermentation"})
        job = publishing.queue_publish(session)
    run_one(make_tasks(near), job.id)
    with storage.writing() as session:
        return incubator(create_app(near).test_client(), session, near)


@pytest.fixture
def told(near, program):
    """A function that returns what was told since: kind and data. The endpoint asks for everything."""
    with storage.writing() as session:
        endpoints.make(session, near, program.member, "All", "https://hooks.example/", endpoints.EventType)

    seen: set[UUID] = set()

    def since():
        with storage.reading() as session:
            found = [event for event in session.scalars(select(WebhookEvent).order_by(WebhookEvent.id))
                     if event.id not in seen]
            assert {event.id for event in found} <= set(session.scalars(select(WebhookDelivery.event_id)))
        seen.update(event.id for event in found)
        return [(event.type.value, event.data) for event in found]

    return since


def send(program, rows, **query):
    answer = program.call("POST", PATH, data=json.dumps(rows), content_type="application/json", query_string=query,
                          headers={"Idempotency-Key": new_id().hex})
    assert answer.status_code == 202
    with storage.reading() as session:
        return session.get_one(ReferralBatch, UUID(answer.get_json()["id"]))


def work(config, batch):
    run_one(make_tasks(config), batch.job_id)


def test_a_batch_and_the_leads_that_come_of_it_are_told(near, program, told):
    batch = send(program, [consented(1, send_to="jianghai/vibration"), row(2), row(3, problem="")])
    assert told() == [("referral_batch.created", {"batch": {
        "id": str(batch.id), "reference": batch.reference, "state": "queued", "live": True}})]
    work(near, batch)
    events = dict(told())
    assert set(events) == {"lead.created", "referral_batch.completed"}
    with storage.reading() as session:
        lead = session.scalars(select(Lead)).one()
    assert events["lead.created"] == {
        "batch": {"id": str(batch.id)}, "row": 1, "lead": {
            "id": str(lead.id), "reference": lead.reference, "offering": str(lead.offering_id),
            "platform": str(lead.platform_id), "state": "submitted", "previous_state": None}}
    assert events["referral_batch.completed"]["batch"]["state"] == "done"


@ONCE
def test_each_move_of_a_referred_lead_is_told_and_no_other(near, program, told):
    batch = send(program, [consented(1, send_to="jianghai/vibration")])
    work(near, batch)
    told()
    with storage.writing() as session:
        reviewer = member(session, add_person(session, "reviewer@jianghai.example", "jianghai"))
        lead = session.scalars(select(Lead)).one()
        lead.move(LeadState.IN_REVIEW, reviewer)
        other = add_lead(session, lead.offering)
        other.move(LeadState.IN_REVIEW, reviewer)
    ((kind, data),) = told()
    assert kind == "lead.state_changed"
    assert (data["lead"]["previous_state"], data["lead"]["state"]) == ("submitted", "in_review")


def test_what_is_undone_is_not_told(near, program, told):
    batch = send(program, [consented(1, send_to="jianghai/vibration")])
    work(near, batch)
    told()
    with storage.writing() as session:
        reviewer = member(session, add_person(session, "reviewer@jianghai.example", "jianghai"))
        lead = session.scalars(select(Lead)).one()
        with pytest.raises(RuntimeError), session.begin_nested():
            lead.move(LeadState.IN_REVIEW, reviewer)
            session.flush()
            raise RuntimeError
    with pytest.raises(RuntimeError), storage.writing() as session:
        session.scalars(select(Lead)).one().move(LeadState.EXPIRED, Service())
        session.flush()
        raise RuntimeError
    assert told() == []


@ONCE
def test_the_job_of_a_delivery_is_queued_with_what_happened(near, program, told):
    """One transaction: whoever looks sees the batch, its event and the job of its delivery, or none of them."""
    batch = send(program, [row(1)])
    with storage.reading() as session:
        event = session.scalars(select(WebhookEvent)).one()
        delivery = session.scalars(select(WebhookDelivery)).one()
        queued = session.scalars(select(Job).where(Job.task == delivering.TASK)).one()
    assert event.data["batch"]["id"] == str(batch.id)
    assert queued.payload == {"delivery": str(delivery.id)}
    assert (queued.state, queued.lease_until) == (JobState.QUEUED, None)


@ONCE
@pytest.mark.parametrize(("ending", "kind"), [("cancelled", "referral_batch.cancelled"), ("failed", "referral_batch.failed"),
                                              ("buried", "referral_batch.failed"), ("no table", "referral_batch.failed")])
def test_however_a_batch_ends_it_is_told_once(near, program, told, ending, kind):
    batch = send(program, [row(1)])
    told()
    if ending == "cancelled":
        program.call("POST", f"{PATH}/{batch.id}/cancel")
    if ending == "no table":
        for path in near.uploads.iterdir():
            path.unlink()
    if ending in ("failed", "buried"):
        with storage.writing() as session:
            session.get_one(Job, batch.job_id).attempt = jobs.MAXIMUM_ATTEMPTS
    if ending == "buried":
        with storage.writing() as session:
            jobs.bury(session)
            jobs.bury(session)
    elif ending == "failed":
        with storage.writing() as session:
            session.get_one(Job, batch.job_id).attempt = jobs.MAXIMUM_ATTEMPTS - 1
        tasks = make_tasks(near) | {batches.TASK: lambda job, chunks: 1 / 0}
        run_one(tasks, batch.job_id)
    else:
        work(near, batch)
    assert [name for name, _data in told()] == [kind]


@ONCE
def test_a_row_that_stands_elsewhere_is_told(near, program, told):
    batch = send(program, [consented(1, send_to="jianghai/vibration"), row(2, send_to="jianghai/vibration")])
    work(near, batch)
    told()
    program.call("POST", f"{PATH}/{batch.id}/rows/1/withdraw")
    events = told()
    assert [name for name, _data in events] == ["referral.standing_changed", "lead.state_changed"]
    assert events[0][1] == {"batch": {"id": str(batch.id)}, "row": 1, "standing": "withdrawn"}
    assert events[1][1]["lead"]["state"] == "withdrawn"


@ONCE
def test_only_the_own_organisation_and_only_what_was_asked_for_is_told(near, program):
    with storage.writing() as session:
        rival = member(session, add_person(session, "referrer@rival.example", "rival", Role.REFERRER))
        endpoints.make(session, near, rival, "Rival", "https://rival.example/", endpoints.EventType)
        made, _secret = endpoints.make(session, near, program.member, "Ends", "https://hooks.example/",
                                       [EventType.BATCH_COMPLETED])
        off, _secret = endpoints.make(session, near, program.member, "Off", "https://off.example/", endpoints.EventType)
        endpoints.turn(session, program.member, off.id, on=False)
    work(near, send(program, [consented(1, send_to="jianghai/vibration")]))
    with storage.reading() as session:
        delivery = session.scalars(select(WebhookDelivery)).one()
        assert delivery.endpoint_id == made.id
        assert session.scalars(select(WebhookEvent.type)).all() == [EventType.BATCH_COMPLETED]


@ONCE
def test_nothing_of_a_firm_is_told(near, program, told):
    """Threat 3: whatever the firm is called, needs and can be reached by, stays here."""
    secret = {"organisation_name": "CANARY Ltd", "contact_name": "CANARY Li", "contact_email": "canary@firm.example",
              "problem": "CANARY random vibration test", "external_id": "CANARY-7"}
    batch = send(program, [consented(1, send_to="jianghai/vibration", **secret)])
    work(near, batch)
    with storage.writing() as session:
        lead = session.scalars(select(Lead)).one()
        reviewer = member(session, add_person(session, "reviewer@jianghai.example", "jianghai"))
        lead.move(LeadState.IN_REVIEW, reviewer, "CANARY reason")
    with storage.reading() as session:
        bodies = [delivering.body_of(event) for event in session.scalars(select(WebhookEvent))]
    assert len(bodies) == 4
    assert b"canary" not in b"".join(bodies).lower()


@ONCE
def test_what_is_told_is_as_it_is_described(near, program, told):
    batch = send(program, [consented(1, send_to="jianghai/vibration"), row(2, send_to="jianghai/vibration")])
    work(near, batch)
    program.call("POST", f"{PATH}/{batch.id}/rows/2/withdraw")
    program.call("POST", f"{PATH}/{batch.id}/rows/1/withdraw")
    with storage.reading() as session:
        events = session.scalars(select(WebhookEvent)).all()
    assert {event.type for event in events} == set(TOLD) - {
        EventType.TEST, EventType.BATCH_CANCELLED, EventType.BATCH_FAILED}
    for event in events:
        assert event_schema(event.type)().validate(json.loads(delivering.body_of(event))) == {}
