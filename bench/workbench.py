"""CPU time and queries of a reviewer's pages in a database full of leads.

    python -m bench.workbench sqlite:///bench.db [--leads 50000] [--members 200] [--platforms 10] [--rounds 40]
    python -m bench.workbench postgresql://user:password@127.0.0.1/name

An empty database is migrated and filled with invented firms, needs, consents and leads in every state, and 200 people
in the teams of the platforms; one that was filled before is used as it is. Then queue, lead and decision are asked for
through the whole application, in one process. With PostgreSQL, CPU time is that of this process; what the server needs
is the server's.
"""

import argparse
import datetime as dt
import gc
import random
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, event, insert, select

from matchmaker import logs, storage
from matchmaker.app import create_app
from matchmaker.config import Config
from matchmaker.domain import (
    Base,
    Consent,
    Contact,
    Lead,
    LeadMove,
    LeadState,
    Membership,
    Need,
    Offering,
    Organisation,
    Person,
    Role,
    SignIn,
)
from matchmaker.domain.access import hash_secret
from matchmaker.domain.base import new_id, utc_now
from matchmaker.services import vocabulary
from matchmaker.storage import migrating

OFFERINGS = 40
"""Of each platform."""
BATCH = 5_000
STATES = ("submitted", "in_review", "info_requested", "waitlisted", "accepted", "declined", "withdrawn", "completed")
SHARES = (20, 12, 6, 2, 15, 30, 5, 10)
TARGETS = {"queue": 25, "lead": 20, "decision": 20}
WORDS = ("vibration", "bracket", "gearbox", "fermentation", "training", "alloy", "sensor", "drone", "coating", "cell")
BREAKDOWN = {"score": 3.2, "words": ["vibration"], "conditions": [], "factors": [
    {"name": name, "contribution": 0.4, "state": "met", "detail": {"zh": "符合", "en": "fits"}}
    for name in ("text", "kind", "capability", "standards", "industry", "region", "price", "lead_time")]}


def fill(connection: Connection, leads: int, members: int, platforms: int) -> None:
    """Fill the database."""
    draw, now = random.Random(7), utc_now()
    places = [{"id": new_id(), "slug": f"platform-{number}", "name": {"en": f"Platform {number}"},
               "roles": ["platform"], "verified": True} for number in range(platforms)]
    insert_all(connection, Organisation, places)
    people = [{"id": new_id(), "name": f"Reviewer {number}", "email": f"r{number}@bench.example", "language": "en",
               "password_hash": "none"} for number in range(members)]
    insert_all(connection, Person, people)
    insert_all(connection, Membership, [{"id": new_id(), "person_id": person["id"], "role": Role.REVIEWER,
                                         "organisation_id": places[number % platforms]["id"]}
                                        for number, person in enumerate(people)])
    until = now + dt.timedelta(days=1)
    insert_all(connection, SignIn, [{"id": new_id(), "person_id": person["id"], "expires_at": until,
                                     "key_hash": hash_secret(person["email"])} for person in people])
    offerings = [{"id": new_id(), "platform_id": place["id"], "external_id": f"o-{number}", "kind_code": "laboratory",
                  "title": {"en": f"{draw.choice(WORDS)} test {number}", "zh": f"试验 {number}"}, "summary": {},
                  "description": {}, "content_hash": "none", "status": "published"}
                 for place in places for number in range(OFFERINGS)]
    insert_all(connection, Offering, offerings)
    rows = [lead_of(number, draw, now, offerings, people, platforms) for number in range(leads)]
    for kind, name in ((Need, "need"), (Contact, "contact"), (Consent, "consent"), (Lead, "lead"), (LeadMove, "move")):
        insert_all(connection, kind, [row[name] for row in rows])


def lead_of(number: int, draw: random.Random, now: dt.datetime, offerings: list[dict[str, Any]],
            people: list[dict[str, Any]], platforms: int) -> dict[str, dict[str, Any]]:
    """Return one lead with its need, contact, consent and first step."""
    offering = draw.choice(offerings)
    came = now - dt.timedelta(hours=draw.uniform(0, 24 * 80))
    state = LeadState(draw.choices(STATES, SHARES)[0])
    place = offerings.index(offering) // OFFERINGS
    reviewer = people[place + platforms * draw.randrange(len(people) // platforms)]
    owner = None if state == LeadState.SUBMITTED else reviewer["id"]
    need_id, lead_id, words = new_id(), new_id(), " ".join(draw.choices(WORDS, k=12))
    return {
        "need": {"id": need_id, "reference": f"N-{number}", "status": "open", "title": f"{words[:40]} {place}",
                 "problem": f"We look for {words}.", "language": "en", "created_at": came, "changed_at": came,
                 "opened_at": came, "region": "320600", "firm": {"size_class": "micro", "region": "320600"}},
        "contact": {"id": new_id(), "need_id": need_id, "email": f"firm{number}@bench.example", "language": "en"},
        "consent": {"id": new_id(), "need_id": need_id, "recipient_id": offering["platform_id"], "purpose": "ask",
                    "text_version": "2026-11", "language": "en", "channel": "form"},
        "lead": {"id": lead_id, "reference": f"L-{number}", "need_id": need_id, "offering_id": offering["id"],
                 "offering_version": 1, "platform_id": offering["platform_id"], "fit": draw.random(), "state": state,
                 "breakdown": BREAKDOWN, "assignee_id": owner, "due_at": came + dt.timedelta(days=5), "version": 1,
                 "created_at": came, "changed_at": came,
                 "first_response_at": came + dt.timedelta(hours=draw.uniform(1, 200)) if owner else None},
        "move": {"id": new_id(), "lead_id": lead_id, "at": came, "to_state": LeadState.SUBMITTED, "side": "firm"},
    }


def insert_all(connection: Connection, kind: type[Base], rows: list[dict[str, Any]]) -> None:
    """Insert rows in batches, past the session and its audit log."""
    for start in range(0, len(rows), BATCH):
        connection.execute(insert(kind.__table__), [completed(kind, row) for row in rows[start:start + BATCH]])


def completed(kind: type[Base], row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with the columns' defaults, which a batch would leave to its first row."""
    filled = {}
    for column in kind.__table__.columns:
        default: Any = column.default
        if column.key in row:
            filled[column.key] = row[column.key]
        elif default is not None:
            filled[column.key] = default.arg(None) if default.is_callable else default.arg
    return filled


def freeze() -> None:
    """Look no more for garbage among what stays, as the server's processes do before their first request."""
    gc.collect()
    gc.freeze()


def measure(engine: Engine, act: Callable[[int], object], rounds: int) -> dict[str, float]:
    """Call something; return the median and the 95th percentile of its CPU and wall milliseconds, and its queries."""
    queries = 0

    def count(*_arguments: object) -> None:
        nonlocal queries
        queries += 1

    act(0)
    freeze()
    event.listen(engine, "before_cursor_execute", count)
    cpu, wall = [], []
    for number in range(1, rounds + 1):
        begun, begun_wall = time.process_time(), time.perf_counter()
        act(number)
        cpu.append(1000 * (time.process_time() - begun))
        wall.append(1000 * (time.perf_counter() - begun_wall))
    event.remove(engine, "before_cursor_execute", count)
    return {"cpu": statistics.median(cpu), "cpu_p95": statistics.quantiles(cpu, n=20)[-1],
            "wall_p95": statistics.quantiles(wall, n=20)[-1], "queries": queries / rounds}


def figures(engine: Engine, client: FlaskClient, rounds: int) -> Iterator[tuple[str, dict[str, float]]]:
    """Measure each page of a reviewer."""
    def get(path: str) -> Callable[[int], object]:
        def act(_number: int) -> None:
            assert client.get(path).status_code == 200, path

        return act

    ours = open_leads(rounds + 1)
    yield "queue", measure(engine, get("/en/leads"), rounds)
    yield "queue, best fit first", measure(engine, get("/en/leads?sort=fit&view=all"), rounds)
    yield "queue, narrowed by due and owner", measure(engine, get("/en/leads?due=late&owner=me&view=mine"), rounds)
    yield "queue, narrowed by words", measure(engine, get("/en/leads?q=gearbox"), rounds)
    beside = {"HX-Request": "1", "X-Pane-Alone": "1"}
    yield "lead", measure(engine, lambda number: client.get(f"/en/leads/{ours[number]}", headers=beside), rounds)

    yield "lead, the whole page", measure(engine, lambda number: client.get(f"/en/leads/{ours[number]}"), rounds)

    def decide(number: int) -> None:
        answer = client.post(f"/en/leads/{ours[number]}/decisions",
                             data={"action": "accept", "seen": 1, "steps": 1, "words": ""})
        assert answer.status_code == 303, answer.status_code

    yield "decision", measure(engine, decide, rounds)
    yield "figures", measure(engine, get("/en/leads/figures"), max(3, rounds // 8))


def open_leads(count: int) -> list[UUID]:
    """Return leads of the first platform on which nobody has decided."""
    with storage.reading() as session:
        platform = session.scalar(select(Organisation.id).where(Organisation.slug == "platform-0"))
        query = select(Lead.id).where(Lead.platform_id == platform, Lead.state == LeadState.SUBMITTED)
        return list(session.scalars(query.order_by(Lead.id).limit(count)))


def prepare(url: str, leads: int, members: int, platforms: int) -> tuple[Engine, list[str]]:
    """Return an engine on the filled database, and the keys of sign-ins of the first platform's team."""
    engine = storage.connect(url)
    migrating.upgrade(engine)
    with storage.writing() as session:
        vocabulary.seed(session, Config().data)
    # A session asks as the service, whom the policies of PostgreSQL let write; its connection goes on as that.
    with storage.writing() as session:
        if not session.scalar(select(Lead.id).limit(1)):
            fill(session.connection(), leads, members, platforms)
            session.connection().exec_driver_sql("ANALYZE")
        first = select(Membership.person_id).join(Organisation).where(Organisation.slug == "platform-0")
        people = session.scalars(select(Person.email).where(Person.id.in_(first)).order_by(Person.id))
        return engine, list(people)


def main() -> None:
    """Fill the database and print a line for each page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database")
    for name, default in (("leads", 50_000), ("members", 200), ("platforms", 10), ("rounds", 40)):
        parser.add_argument(f"--{name}", type=int, default=default)
    asked = parser.parse_args()
    logs.configure("WARNING")
    with TemporaryDirectory() as home:
        engine, keys = prepare(asked.database, asked.leads, asked.members, asked.platforms)
        config = Config(home=Path(home), secret_key=new_id().hex + new_id().hex, database_url=asked.database)
        app = create_app(config)
        app.config["WTF_CSRF_ENABLED"] = False
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = keys[0]
        print(f"{asked.leads} leads of {asked.platforms} platforms, {asked.members} members, {engine.dialect.name}")
        for name, found in figures(engine, client, asked.rounds):
            target = f" (at most {TARGETS[name]})" if name in TARGETS else ""
            print(f"{name:34} {found['cpu']:6.1f} ms CPU{target}, 95 % within {found['cpu_p95']:.1f}; "
                  f"wall 95 % {found['wall_p95']:.1f} ms; {found['queries']:.0f} statements")


if __name__ == "__main__":
    main()
