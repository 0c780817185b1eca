"""Deliveries: signed, once each when all is well, and by the schedule when it is not, whatever the receiver does."""

import datetime as dt
import functools
import json
import logging
import socket
import ssl
import threading
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import func, select
from standardwebhooks import Webhook

from matchmaker import storage
from matchmaker.domain import (
    DeliveryState,
    Job,
    Mail,
    OffReason,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
    WebhookHealth,
)
from matchmaker.domain.base import utc_now
from matchmaker.services.mail import letters
from matchmaker.services.webhooks import delivering, endpoints, guard, posting
from matchmaker.storage.queries import webhooks as queries
from tests.receiver import (
    answering,
    closes,
    drips,
    floods,
    heads,
    in_turn,
    is_silent,
    receiving,
    run_next,
    status,
)

ONCE = pytest.mark.parametrize("backend", ["sqlite"])


@pytest.fixture(autouse=True)
def short(monkeypatch):
    """Wait for no receiver longer than need be."""
    monkeypatch.setattr(posting, "DEADLINE", 0.4)


def run(config):
    """Run the next job of the webhooks that is due, if any."""
    return run_next({delivering.TASK: functools.partial(delivering.deliver, config=config)}, delivering.TASK)


def test_event(keeper, endpoint_id):
    with storage.writing() as session:
        return endpoints.test(session, keeper, endpoint_id).id


test_event.__test__ = False


def stored(kind, thing_id):
    with storage.reading() as session:
        return session.get_one(kind, thing_id)


def attempts(delivery_id):
    with storage.reading() as session:
        return session.scalars(select(WebhookAttempt).where(WebhookAttempt.delivery_id == delivery_id)
                               .order_by(WebhookAttempt.id)).all()


def is_signed(request, secret: str) -> bool:
    """Tell whether a message carries the signature of a secret, for the moment that it says it was sent."""
    moment = dt.datetime.fromtimestamp(int(request.headers["webhook-timestamp"]), dt.UTC)
    wanted = Webhook(secret).sign(request.headers["webhook-id"], moment, request.body.decode())
    return wanted in request.headers["webhook-signature"].split(" ")


def test_an_event_is_delivered_once_and_the_reference_library_verifies_it(near, keeper, hook):
    with receiving() as receiver:
        endpoint_id, secret = hook(receiver.url)
        delivery_id = test_event(keeper, endpoint_id)
        run(near)
        assert run(near) is None
    (request,) = receiver.requests
    assert Webhook(secret).verify(request.body, request.headers) == {
        "type": "webhook.test", "data": {"endpoint": str(endpoint_id)}, "timestamp": json.loads(request.body)["timestamp"]}
    with pytest.raises(Exception, match="No matching signature"):
        Webhook(secret).verify(request.body.replace(b"test", b"tost"), request.headers)
    assert request.headers["content-type"] == "application/json"
    assert request.headers["user-agent"].startswith("matchmaker/")
    assert stored(WebhookDelivery, delivery_id).state == DeliveryState.DELIVERED
    assert [(one.status, one.fault) for one in attempts(delivery_id)] == [(204, None)]


def certificate(folder, name: str = "localhost") -> ssl.SSLContext:
    """Return the side of a server whose certificate nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
            .serial_number(1).not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .sign(key, hashes.SHA256()))
    path = folder / f"{name}.pem"
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                       serialization.NoEncryption()) + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


MISBEHAVIOURS = {
    "silent": (is_silent, (None, "timeout")), "drips": (drips, (None, "timeout")),
    "closes": (closes, (None, "protocol")), "redirects": (status(302, "Location: http://127.0.0.1:1/"), (302, "redirect")),
    "moved for good": (status(308, "Location: /"), (308, "redirect")), "error": (status(500), (500, "status")),
    "refuses": (status(422), (422, "status")), "endless headers": (heads, (None, "protocol")),
    "no http": (answering(b"SSH-2.0-x\r\n\r\n"), (None, "protocol")),
}


@pytest.mark.parametrize("name", MISBEHAVIOURS)
@ONCE
def test_the_schedule_is_kept_with_one_id_and_then_it_is_given_up(near, keeper, hook, clock, monkeypatch, name):
    behave, outcome = MISBEHAVIOURS[name]
    # Those that answer get time to: a short deadline would only catch a slow machine.
    monkeypatch.setattr(posting, "DEADLINE", 0.15 if outcome == (None, "timeout") else 20)
    with receiving(behave) as receiver:
        endpoint_id, secret = hook(receiver.url)
        delivery_id = test_event(keeper, endpoint_id)
        run(near)
        for pause in delivering.PAUSES:
            clock.move(seconds=pause - 2)
            assert run(near) is None, f"too early, {pause} s after the last attempt"
            clock.move(seconds=3)
            assert run(near) is not None, f"not tried {pause} s after the last attempt"
        clock.move(days=9)
        assert run(near) is None
    assert [(one.status, one.fault) for one in attempts(delivery_id)] == [outcome] * (len(delivering.PAUSES) + 1)
    assert len(receiver.requests) == len(delivering.PAUSES) + 1
    assert len(set(receiver.ids)) == 1
    assert len({request.body for request in receiver.requests}) == 1
    assert all(is_signed(request, secret) for request in receiver.requests)
    assert stored(WebhookDelivery, delivery_id).state == DeliveryState.GIVEN_UP
    # Nothing was taken for three days: the endpoint is turned off, and whoever made it is told.
    assert stored(WebhookEndpoint, endpoint_id).off_why == OffReason.FAILING
    with storage.writing() as session:
        mail = session.scalars(select(Mail).where(Mail.notice == "webhook_failing")).one()
        assert "“CRM”" in letters.prepare(session, near, mail.id).message.get_content()


@ONCE
def test_what_is_huge_is_taken_without_being_read(near, keeper, hook):
    with receiving(floods) as receiver:
        delivery_id = test_event(keeper, hook(receiver.url)[0])
        run(near)
    assert [(one.status, one.fault) for one in attempts(delivery_id)] == [(200, None)]


@ONCE
def test_whoever_answers_410_gets_nothing_more(near, keeper, hook):
    with receiving(status(410)) as receiver:
        endpoint_id, _secret = hook(receiver.url)
        first, second = test_event(keeper, endpoint_id), test_event(keeper, endpoint_id)
        run(near)
        run(near)
        assert len(receiver.requests) == 1
    assert stored(WebhookEndpoint, endpoint_id).off_why == OffReason.GONE
    assert {stored(WebhookDelivery, found).state for found in (first, second)} == {DeliveryState.GIVEN_UP}
    with storage.reading() as session:
        assert session.scalar(select(func.count()).where(Mail.notice == "webhook_gone")) == 1


@ONCE
def test_who_is_not_who_the_certificate_says_gets_nothing(near, keeper, hook, tmp_path):
    with receiving(tls=certificate(tmp_path)) as receiver:
        delivery_id = test_event(keeper, hook(receiver.url)[0])
        run(near)
        assert receiver.requests == []
    assert [one.fault for one in attempts(delivery_id)] == ["tls"]


@ONCE
def test_a_trusted_certificate_of_another_name_gets_nothing_and_of_this_name_does(near, keeper, hook, tmp_path, monkeypatch):
    monkeypatch.setattr(guard, "resolve", lambda host, port: ["127.0.0.1"])
    trusted = ssl.create_default_context()
    monkeypatch.setattr(posting, "_trusted", lambda: trusted)
    for name, fault in (("other.example", "tls"), ("hooks.example", None)):
        server = certificate(tmp_path, name)
        trusted.load_verify_locations(tmp_path / f"{name}.pem")
        with receiving(tls=server) as receiver:
            url = receiver.url.replace("127.0.0.1", "hooks.example")
            delivery_id = test_event(keeper, hook(url)[0])
            run(near)
        assert [one.fault for one in attempts(delivery_id)] == [fault]


@ONCE
def test_a_receiver_that_flaps_gets_each_event(near, keeper, hook, clock):
    bad_then_good = in_turn(status(503), closes, status(200), status(500), status(200))
    with receiving(bad_then_good) as receiver:
        endpoint_id, _secret = hook(receiver.url)
        first = test_event(keeper, endpoint_id)
        for seconds in (0, 6, 301):
            clock.move(seconds=seconds)
            run(near)
        assert stored(WebhookDelivery, first).state == DeliveryState.DELIVERED
        second = test_event(keeper, endpoint_id)
        run(near)
        clock.move(seconds=6)
        run(near)
        assert stored(WebhookDelivery, second).state == DeliveryState.DELIVERED
    assert len(receiver.ids) == 5
    assert len(set(receiver.ids)) == 2
    assert stored(WebhookEndpoint, endpoint_id).is_on


PRIVATE = ["10.0.0.7", "127.0.0.1", "169.254.169.254", "192.168.1.1", "100.64.0.1", "0.0.0.0", "224.0.0.1", "::1",
           "fe80::1%1", "fd00::1", "::ffff:10.0.0.7", "64:ff9b::a00:7", "2002:a00:7::"]


@pytest.mark.parametrize("address", PRIVATE)
@ONCE
def test_a_name_that_leads_to_a_private_address_is_not_connected_to(config, keeper, hook, monkeypatch, address):
    """Threat 14: whether alone or beside a public address, and though the name was good when it was typed in."""
    connected = []
    monkeypatch.setattr(socket, "create_connection", lambda *args, **options: connected.append(args))
    for found in ([address], ["93.184.215.14", address]):
        monkeypatch.setattr(guard, "resolve", lambda host, port, found=found: found)
        delivery_id = test_event(keeper, hook("https://rebound.example/hook")[0])
        run(config)
        assert [one.fault for one in attempts(delivery_id)] == ["address"]
    assert connected == []


@ONCE
def test_a_name_is_resolved_once_so_that_it_cannot_change_between_the_look_and_the_step(near, keeper, hook, monkeypatch):
    answers = []

    def resolve(host, port):
        answers.append(["127.0.0.1"] if not answers else ["10.0.0.7"])
        return answers[-1]

    monkeypatch.setattr(guard, "resolve", resolve)
    with receiving() as receiver:
        test_event(keeper, hook(receiver.url.replace("127.0.0.1", "rebound.example"))[0])
        run(near)
        assert len(receiver.requests) == 1
        assert receiver.requests[0].headers["host"].startswith("rebound.example")
    assert len(answers) == 1


@pytest.mark.parametrize("fault", [socket.gaierror, UnicodeError])
@ONCE
def test_a_name_that_leads_nowhere_is_said(near, keeper, hook, monkeypatch, fault):
    def resolve(host, port):
        raise fault

    monkeypatch.setattr(guard, "resolve", resolve)
    delivery_id = test_event(keeper, hook("https://nowhere.example/")[0])
    run(near)
    assert [one.fault for one in attempts(delivery_id)] == ["name"]


@ONCE
def test_a_slow_name_server_holds_nobody_up(near, keeper, hook, monkeypatch):
    over = threading.Event()
    monkeypatch.setattr(guard, "resolve", lambda host, port: over.wait(30) and [])
    delivery_id = test_event(keeper, hook("https://slow.example/")[0])
    run(near)
    over.set()
    assert [one.fault for one in attempts(delivery_id)] == ["name"]


def test_no_transaction_is_open_while_a_receiver_is_waited_for(near, keeper, hook, monkeypatch):
    """Threat 15: others write meanwhile, which on SQLite they could not beside an open one."""
    monkeypatch.setattr(posting, "DEADLINE", 20)
    written = []

    def behave(link, over):
        with storage.writing() as session:
            written.append(session.scalar(select(func.count()).select_from(WebhookEvent)))
        link.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    with receiving(behave) as receiver:
        delivery_id = test_event(keeper, hook(receiver.url)[0])
        run(near)
    assert written == [1]
    assert stored(WebhookDelivery, delivery_id).state == DeliveryState.DELIVERED


@ONCE
def test_an_endpoint_that_does_not_answer_rests_and_one_delivery_at_a_time_tries_it(near, keeper, hook, clock):
    """A tarpit with a hundred events costs one attempt a rest, not a hundred."""
    with receiving(is_silent) as receiver:
        endpoint_id, _secret = hook(receiver.url)
        for _ in range(6):
            test_event(keeper, endpoint_id)
        for pause in (0, 6, 301, 1801):
            clock.move(seconds=pause)
            while run(near):
                pass
        assert len(receiver.requests) == 4
        assert stored(WebhookHealth, endpoint_id).failures == 4
        # It answers again: whatever waited is delivered.
        receiver.behave = status(200)
        clock.move(seconds=1801)
        while run(near):
            pass
        clock.move(hours=24)
        while run(near):
            pass
    with storage.reading() as session:
        assert set(session.scalars(select(WebhookDelivery.state))) == {DeliveryState.DELIVERED}


@ONCE
def test_what_rests_for_days_is_given_up(near, keeper, hook, clock):
    with receiving(is_silent) as receiver:
        endpoint_id, _secret = hook(receiver.url)
        test_event(keeper, endpoint_id)
        waits = test_event(keeper, endpoint_id)
        run(near)
        with storage.writing() as session:
            session.get_one(WebhookHealth, endpoint_id).rests_until = utc_now() + dt.timedelta(days=30)
        clock.move(days=5)
        run(near)
        run(near)
        assert len(receiver.requests) == 1
    assert stored(WebhookDelivery, waits).state == DeliveryState.GIVEN_UP
    assert stored(WebhookEndpoint, endpoint_id).off_why == OffReason.FAILING


def test_after_a_change_of_the_secret_both_sign_for_a_day(near, keeper, hook, clock):
    with receiving() as receiver:
        endpoint_id, old = hook(receiver.url)
        with storage.writing() as session:
            new = endpoints.rotate(session, near, keeper, endpoint_id)[1]
        for hours in (0, 23, 2):
            clock.move(hours=hours)
            test_event(keeper, endpoint_id)
            run(near)
    assert [is_signed(request, new) for request in receiver.requests] == [True, True, True]
    assert [is_signed(request, old) for request in receiver.requests] == [True, True, False]
    with storage.reading() as session:
        said = str([session.execute(select(kind.__table__)).all() for kind in (WebhookEndpoint, WebhookEvent, Job)])
    assert old not in said
    assert new not in said
    assert old[6:] not in said


@ONCE
def test_what_was_given_up_is_sent_again_by_hand_with_the_same_id(near, keeper, hook, clock):
    with receiving(status(500)) as receiver:
        endpoint_id, _secret = hook(receiver.url)
        delivery_id = test_event(keeper, endpoint_id)
        run(near)
        with storage.writing() as session:
            endpoints.turn(session, keeper, endpoint_id, on=False)
        clock.move(hours=1)
        run(near)
        assert len(receiver.requests) == 1
        assert stored(WebhookDelivery, delivery_id).state == DeliveryState.GIVEN_UP
        with storage.writing() as session:
            endpoints.turn(session, keeper, endpoint_id, on=True)
            endpoints.send_again(session, keeper, endpoint_id, delivery_id)
        receiver.behave = status(200)
        run(near)
    assert stored(WebhookDelivery, delivery_id).state == DeliveryState.DELIVERED
    assert len(set(receiver.ids)) == 1


@ONCE
def test_who_asks_again_while_a_delivery_waits_gets_one_attempt_at_once_and_the_schedule_anew(near, keeper, hook, clock):
    with receiving(status(500)) as receiver:
        endpoint_id, _secret = hook(receiver.url)
        delivery_id = test_event(keeper, endpoint_id)
        run(near)
        with storage.writing() as session:
            endpoints.send_again(session, keeper, endpoint_id, delivery_id)
        run(near)
        clock.move(seconds=6)
        while run(near):
            pass
        assert len(receiver.requests) == 3
        assert stored(WebhookDelivery, delivery_id).attempts == 2


@ONCE
def test_a_delivery_whose_job_is_lost_is_woken(near, keeper, hook):
    with receiving() as receiver:
        test_event(keeper, hook(receiver.url)[0])
        with storage.writing() as session:
            session.query(Job).delete()
        assert run(near) is None
        with storage.writing() as session:
            assert delivering.wake(session) == 1
            assert delivering.wake(session) == 0
        run(near)
        assert len(receiver.requests) == 1


def test_old_events_are_deleted_unless_they_wait(near, keeper, hook, clock):
    with receiving() as receiver:
        endpoint_id, _secret = hook(receiver.url)
        test_event(keeper, endpoint_id)
        run(near)
        waits = test_event(keeper, endpoint_id)
        with storage.writing() as session:
            assert queries.delete_events(session, utc_now() + dt.timedelta(days=1)) == 1
        assert len(receiver.requests) == 1
    with storage.reading() as session:
        assert session.scalars(select(WebhookDelivery.id)).all() == [waits]
        assert session.scalars(select(WebhookAttempt)).all() == []


@ONCE
def test_the_log_of_the_service_names_no_address(near, keeper, hook, caplog):
    with caplog.at_level(logging.DEBUG), receiving(status(500)) as receiver:
        test_event(keeper, hook(receiver.url + "?token=canary")[0])
        run(near)
    assert "webhook tried" in caplog.text
    assert "canary" not in caplog.text


@ONCE
def test_a_proxy_of_the_environment_is_not_used(near, keeper, hook, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with receiving() as receiver:
        test_event(keeper, hook(receiver.url)[0])
        run(near)
        assert len(receiver.requests) == 1


def test_the_whole_exchange_has_one_deadline(near):
    begun = time.monotonic()
    with receiving(drips) as receiver:
        message = posting.Message("msg_1", receiver.url, b"{}", ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])
        assert posting.post(message, near.webhook_networks, seconds=0.3).fault == "timeout"
    assert time.monotonic() - begun < 15
