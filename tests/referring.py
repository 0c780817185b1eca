"""Functions that send batches as an incubator's programs do, and let their jobs be done."""

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.config import Config
from matchmaker.domain import ReferralBatch, Role, Scope
from matchmaker.domain.base import new_id
from matchmaker.jobs.worker import run_one
from matchmaker.services.leads import consents
from matchmaker.services.referrals import keys
from matchmaker.tasks import make_tasks
from tests.making import add_person, member

PATH = "/api/v1/referral-batches"
CODES = ("91320594MA1MX1K46Q", "91440101MA59ABCD0A", "91110108551385082Q", "91310115301585735A")
"""Unified social credit codes whose check characters fit."""
VIBRATION = "Random vibration test of a battery bracket to GB/T 2423.10 near Nantong, four pieces"


@dataclass
class Incubator:
    """A program of an incubator, with its key."""

    http: FlaskClient
    session: Session
    config: Config
    key: str
    member: Any
    headers: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, path: str, **options: Any) -> Any:
        """Call an address with the key."""
        headers = {"Authorization": f"Bearer {self.key}", **options.pop("headers", {})}
        return self.http.open(path, method=method, headers=headers, **options)

    def send(self, rows: list[dict] | bytes, *, key: str | None = None, form: str = "application/json", **query: Any) -> Any:
        """Send a batch."""
        body = rows if isinstance(rows, bytes) else json.dumps(rows, ensure_ascii=False).encode()
        return self.call("POST", PATH, data=body, content_type=form, query_string=query,
                         headers={"Idempotency-Key": key or new_id().hex})

    def work(self, answer: Any) -> dict[str, Any]:
        """Let the job of a batch be done, and return the batch."""
        assert answer.status_code == 202, answer.text
        batch_id = answer.get_json()["id"]
        job_id = self.session.scalar(select(ReferralBatch.job_id).where(ReferralBatch.id == UUID(batch_id)))
        self.session.commit()
        run_one(make_tasks(self.config), job_id)
        self.session.expire_all()
        return self.call("GET", f"{PATH}/{batch_id}").get_json()

    def results(self, batch: dict[str, Any], **query: Any) -> list[dict[str, Any]]:
        """Return how the rows of a batch ended."""
        return self.call("GET", f"{PATH}/{batch['id']}/results", query_string=query).get_json()["results"]

    def sent(self, rows: list[dict], **query: Any) -> list[dict[str, Any]]:
        """Send rows, let the job be done, and return how they ended."""
        batch = self.work(self.send(rows, **query))
        assert batch["state"] == "done", batch
        return self.results(batch)


def incubator(http: FlaskClient, session: Session, config: Config, slug: str = "incubator", *, is_live: bool = True,
              scopes: tuple[Scope, ...] = (Scope.WRITE, Scope.READ)) -> Incubator:
    """Return a program of an incubator."""
    who = member(session, add_person(session, f"{new_id().hex}@{slug}.example", slug, Role.REFERRER))
    _row, key = keys.make(session, config, who, "Program", scopes, is_live=is_live)
    session.commit()
    return Incubator(http, session, config, key, who)


def row(number: int = 1, **fields: Any) -> dict[str, Any]:
    """Return a row with a need, a firm and a contact."""
    return {"external_id": f"F-{number}", "problem": f"{VIBRATION}; firm {number}", "organisation_name": f"Firm {number} Ltd",
            "contact_name": "Li Wei", "contact_email": f"firm{number}@haimen.example"} | fields


def consented(number: int = 1, *recipients: str, **fields: Any) -> dict[str, Any]:
    """Return a row whose firm has consented to these platforms."""
    return row(number, consent_version=consents.current_version(), consent_at="2026-11-03T08:00:00Z",
               consent_channel="paper", consent_recipients=list(recipients or ["jianghai"]), **fields)
