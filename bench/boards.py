"""CPU and wall time of the operator's boards in a database with many needs and leads.

    python -m bench.boards sqlite:///boards.db [--leads 100000] [--months 12] [--rounds 5]
    python -m bench.boards postgresql://user:password@127.0.0.1/name

An empty database is migrated and filled with invented firms, needs, leads, ranking records and what the boards count of
them; one that was filled before is used as it is. The work of the hourly job is timed, then each page is asked for
through the whole application, in one process, rendering included. With PostgreSQL, CPU time is that of this process and
wall time has the server's as well.
"""

import argparse
import datetime as dt
import random
import statistics
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Connection, select

from bench.workbench import fill, freeze, insert_all
from matchmaker import logs, storage
from matchmaker.app import create_app
from matchmaker.config import Config
from matchmaker.domain import (
    ExposureSummary,
    Kind,
    Lead,
    LeadSummary,
    Membership,
    NeedSummary,
    Organisation,
    Person,
    Ranking,
    Role,
    SignIn,
)
from matchmaker.domain.access import hash_secret
from matchmaker.domain.base import new_id, utc_now
from matchmaker.services import formats, vocabulary
from matchmaker.services.demand.summarising import month_of
from matchmaker.services.fairness import monthly
from matchmaker.storage import migrating

EMAIL = "operator@bench.example"
PAGES = {
    "demand": "/en/operator/demand", "a month's report": "/en/operator/demand/report",
    "demand of a kind": "/en/operator/demand?kind=laboratory",
    "needs of a kind": "/en/operator/demand/needs?kind=laboratory",
    "leads of a kind, by their waits": "/en/operator/demand/leads?kind=laboratory&within=72",
    "fairness": "/en/operator/fairness", "leads of a group": "/en/operator/fairness/leads?by=size&value=micro",
    "lists that showed a platform": "/en/operator/fairness/lists?platform=platform-0",
    "concepts": "/en/operator/concepts",
    "what to open next": "/en/demand/next", "targets": "/en/openness/targets", "learning": "/en/operator/learning",
    "oversight": "/en/operator", "all leads": "/en/leads?view=all", "figures of all platforms": "/en/leads/figures",
    "leads behind one of these": "/en/leads/figures/leads?figure=accepted",
}
SHOWN_OF = 5
"""So many platforms stand on each list."""
TARGET = 500
"""Milliseconds."""


def count_up(connection: Connection, months: int) -> None:
    """Write what the boards count of all leads, in so many months, the last the present one."""
    draw, now = random.Random(8), utc_now()
    provinces = [f"{number}0000" for number in (*range(11, 16), *range(31, 38), *range(41, 47), *range(50, 55))]
    leads = connection.execute(select(Lead.id, Lead.need_id, Lead.platform_id, Lead.offering_id, Lead.changed_at)).all()
    platforms = list(connection.scalars(select(Organisation.id).where(Organisation.slug.like("platform-%"))))
    kinds = list(connection.scalars(select(Kind.code)))
    needs, summaries, rankings, shown = [], [], [], []
    for number, lead in enumerate(leads):
        came = now - dt.timedelta(days=draw.uniform(0, min(30 * (months - 1) + now.day, 30 * months)))
        firm, month, kind = leads[number // 4 * 4].need_id, month_of(came), draw.choice(kinds)
        of = {"province": draw.choice(provinces), "kind": kind, "firm": firm, "month": month}
        is_met = draw.random() < 0.6
        needs.append({**of, "need_id": lead.need_id, "theme": draw.choice([None, "low_carbon"]),
                      "industry": draw.choice("ABCDEFG"), "is_met": is_met, "fits": int(is_met), "index_version": "1",
                      "rule": None if is_met else draw.choice(["budget", "regions", None]), "topic_id": None,
                      "summarised_at": now})
        is_answered, accepted = draw.random() < 0.7, draw.random() < 0.4
        summaries.append({
            **of, "lead_id": lead.id, "platform_id": lead.platform_id, "offering_id": lead.offering_id,
            "size": draw.choice(["micro", "small", "medium", None]), "is_one_person": draw.choice([True, False, None]),
            "channel": draw.choice(["form", "referral", "reroute"]), "language": draw.choice(["zh", "en"]),
            "came_at": came, "hours": draw.expovariate(1 / 60) if is_answered else None, "waited": None,
            "is_accepted": accepted if is_answered else None, "changed_at": lead.changed_at,
            "is_completed": draw.random() < 0.8 if is_answered and accepted and draw.random() < 0.5 else None})
        ranking = new_id()
        rankings.append({"id": ranking, "need_id": lead.need_id, "snapshot": {}, "index_version": "1", "seed": "0",
                         "model_version": "1", "rules_version": "1", "considered": [], "shown": 10, "created_at": came})
        shown += [{"ranking_id": ranking, "platform_id": platform, "firm": firm, "month": month, "places": 2,
                   "is_first": not place, "weight": 1.0 / (1 + place), "fit": draw.random()}
                  for place, platform in enumerate(draw.sample(platforms, SHOWN_OF))]
    for kind, rows in ((NeedSummary, needs), (LeadSummary, summaries), (Ranking, rankings), (ExposureSummary, shown)):
        insert_all(connection, kind, rows)


def enrol(connection: Connection) -> None:
    """Let one person be operator and list editor, signed in."""
    person, place = new_id(), new_id()
    insert_all(connection, Organisation, [{"id": place, "slug": "operator", "name": {"en": "Operator"},
                                           "roles": ["operator"], "verified": True}])
    insert_all(connection, Person, [{"id": person, "name": "Operator", "email": EMAIL, "language": "en",
                                     "password_hash": "none"}])
    platform = connection.scalar(select(Organisation.id).where(Organisation.slug == "platform-0"))
    insert_all(connection, Membership, [
        {"id": new_id(), "person_id": person, "role": role, "organisation_id": of}
        for role, of in ((Role.OPERATOR, place), (Role.LIST_EDITOR, platform))])
    insert_all(connection, SignIn, [{"id": new_id(), "person_id": person, "key_hash": hash_secret(EMAIL),
                                     "expires_at": utc_now() + dt.timedelta(days=1)}])


def prepare(url: str, leads: int, months: int) -> None:
    """Migrate the database, and fill an empty one."""
    engine = storage.connect(url)
    migrating.upgrade(engine)
    with storage.writing() as session:
        vocabulary.seed(session, Config().data)
    # A session asks as the service, whom the policies of PostgreSQL let write; its connection goes on as that.
    with storage.writing() as session:
        if not session.scalar(select(Lead.id).limit(1)):
            connection = session.connection()
            fill(connection, leads, members=20, platforms=10)
            enrol(connection)
            count_up(connection, months)
            connection.exec_driver_sql("ANALYZE")


def timed(url: str, leads: int, months: int, rounds: int) -> Iterator[tuple[str, float, float]]:
    """Yield each piece of work with its milliseconds of CPU and of wall time, the medians."""
    logs.configure("WARNING")
    prepare(url, leads, months)
    with TemporaryDirectory() as home:
        config = Config(home=Path(home), secret_key=new_id().hex + new_id().hex, database_url=url)
        client = create_app(config).test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = EMAIL
        freeze()
        yield "fairness, counted by the page", *of_page(client, PAGES["fairness"], 1)
        yield "the job counts all months", *once(keep_months)
        for name, address in PAGES.items():
            yield name, *of_page(client, address, rounds)


def keep_months() -> None:
    """Do the part of the hourly job that counts months."""
    with storage.writing() as session:
        monthly.keep(session, formats.today())


def of_page(client: FlaskClient, address: str, rounds: int) -> tuple[float, float]:
    """Return the milliseconds of CPU and of wall time of a page, the medians."""
    def ask() -> None:
        answer = client.get(address)
        if answer.status_code != HTTPStatus.OK:
            raise SystemExit(f"{address}: {answer.status}")

    ask()
    cpu, wall = zip(*(once(ask) for _round in range(rounds)), strict=True)
    return statistics.median(cpu), statistics.median(wall)


def once(act: Callable[[], object]) -> tuple[float, float]:
    """Return the milliseconds of CPU and of wall time that something takes."""
    began, began_wall = time.process_time(), time.perf_counter()
    act()
    return 1000 * (time.process_time() - began), 1000 * (time.perf_counter() - began_wall)


def main(arguments: Any = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("--leads", type=int, default=100_000)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args(arguments)
    for name, cpu, wall in timed(given.url, given.leads, given.months, given.rounds):
        print(f"{name:<32} {cpu:>8.0f} ms CPU {wall:>8.0f} ms wall (pages: at most {TARGET})", flush=True)


if __name__ == "__main__":
    main()
