"""The demo's desk: drafts, one in review, a change being prepared, one suspended, one that ends soon.

All of it goes through the services that pages use, so that its history is like any other.
"""

import datetime as dt
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from matchmaker.domain import Member, Offering
from matchmaker.errors import NotFound
from matchmaker.services import demo_names, formats
from matchmaker.services.editing import drafting, stepping, validity
from matchmaker.services.editing.stepping import Step
from matchmaker.storage.queries import desk as queries
from matchmaker.storage.queries import offerings, organisations

FILE = "demo_desk.jsonl"

Act = Mapping[str, Any]
Load = Callable[[dict[str, Any]], dict[str, Any]]
"""Reads an offering as the API has it; gives its content."""


def tell(session: Session, folder: Path, load: Load) -> int:
    """Let everything in ``demo_desk.jsonl`` happen, unless it has happened before; return how much did. Flushes.

    Raise `NotFound` when an offering or a person of the demo is missing.
    """
    acts = [json.loads(line) for line in (folder / FILE).read_text(encoding="utf-8").splitlines() if line.strip()]
    first = acts[0]
    if offerings.offering_of_platform(session, first["platform"], first["content"]["external_id"]):
        return 0
    for act in acts:
        _do(session, demo_names.member(session, act["who"]), act, load)
    validity.expire(session, formats.today())
    return len(acts)


def _do(session: Session, member: Member, act: Act, load: Load) -> None:
    if act["do"] == "begin":
        platform = organisations.organisation_by_slug(session, act["platform"])
        if platform is None:
            raise NotFound("The demo has no platform %(name)s.", name=act["platform"])
        content = load(dict(act["content"]))
        if "days" in act:
            content["valid_through"] = formats.today() + dt.timedelta(days=act["days"])
        found = drafting.begin(session, member, platform.id, content)
    else:
        found = demo_names.offering(session, act["offering"])
    if act["do"] == "change":
        drafting.save(session, member, found.id, found.content | act["changes"], seen=_stamp(session, member, found))
    elif act["do"] == "suspend":
        _take(session, member, found, Step.SUSPEND, act["why"])
    if act.get("submit"):
        _take(session, member, found, Step.SUBMIT)
    if act.get("publish"):
        _take(session, demo_names.member(session, act["publish"]), found, Step.PUBLISH)


def _take(session: Session, member: Member, offering: Offering, step: Step, why: str = "") -> None:
    stepping.take(session, member, offering.id, step, why=why, seen=_stamp(session, member, offering))


def _stamp(session: Session, member: Member, offering: Offering) -> str:
    return drafting.stamp(offering, queries.revision_of(session, member, offering.id))
