"""The demo: invented platforms with their openness lists, an operator, an incubator, and people who sign in."""

import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from matchmaker.domain import Membership, OpennessList, Organisation, OrganisationRole, Person, Role
from matchmaker.storage.queries import organisations as queries

OTHERS = (
    ("operator", {"zh": "对接平台运营方", "en": "Operator of the matching service"}, OrganisationRole.OPERATOR),
    ("incubator", {"zh": "启明孵化器", "en": "Qiming Incubator"}, OrganisationRole.INCUBATOR),
)


@dataclass(frozen=True)
class DemoPerson:
    """Somebody who signs in to the demo, called after what they do; `language` is that of their mail."""

    email: str
    slug: str
    role: Role
    name: str
    language: str


PEOPLE = (
    DemoPerson("reviewer@jianghai.example", "jianghai", Role.REVIEWER, "Reviewer of Jianghai", "zh"),
    DemoPerson("manager@jianghai.example", "jianghai", Role.LEAD_MANAGER, "Lead manager of Jianghai", "zh"),
    DemoPerson("editor@jianghai.example", "jianghai", Role.LIST_EDITOR, "List editor of Jianghai", "zh"),
    DemoPerson("reviewer@qinghe.example", "qinghe", Role.REVIEWER, "Reviewer of Qinghe", "en"),
    DemoPerson("operator@operator.example", "operator", Role.OPERATOR, "Operator", "zh"),
    DemoPerson("incubator@incubator.example", "incubator", Role.REFERRER, "Referral manager of Qiming", "zh"),
)


def load(session: Session, folder: Path, passwords: dict[str, str]) -> None:
    """Add what is missing of the demo's organisations, openness lists and people; what is there stays. Flushes.

    `passwords` gives the password of each person by e-mail address (see `sign_ins`).
    """
    for entry in platforms(folder):
        _add_platform(session, entry)
    for slug, name, kind in OTHERS:
        if queries.organisation_by_slug(session, slug) is None:
            session.add(Organisation(slug=slug, name=name, roles=[kind.value], verified=True))
    session.flush()
    for person in PEOPLE:
        _add_person(session, person, passwords[person.email])
    session.flush()


def people(session: Session) -> list[tuple[DemoPerson, Organisation]]:
    """Return who can sign in to the demo, and where each of them works; nobody before it is loaded."""
    places = queries.organisations_by_slug(session, [person.slug for person in PEOPLE])
    return [(person, places[person.slug]) for person in PEOPLE if person.slug in places]


def platforms(folder: Path) -> list[dict[str, Any]]:
    """Return the invented platforms as they stand in ``platforms.jsonl``."""
    return list(_lines(folder / "platforms.jsonl"))


def write_catalogue(folder: Path, file: Path) -> Path:
    """Write the offerings of all platforms, the newest batch last, to one `file` in the form of an import."""
    with file.open("w", encoding="utf-8") as out:
        for entry in sorted(platforms(folder), key=lambda entry: entry["batch"]):
            for offering in _lines(folder / "offerings" / f"{entry['slug']}.jsonl"):
                out.write(json.dumps({"platform": entry["slug"], **offering}, ensure_ascii=False) + "\n")
    return file


def sign_ins(file: Path) -> dict[str, str]:
    """Return the password of each demo person, made once and kept in `file`, which only its owner may read."""
    known = dict(line.split() for line in file.read_text(encoding="utf-8").splitlines()) if file.exists() else {}
    new = {person.email: secrets.token_urlsafe(12) for person in PEOPLE if person.email not in known}
    if new:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w", encoding="utf-8") as out:
            out.writelines(f"{email} {password}\n" for email, password in new.items())
    return known | new


def keep_sign_in(file: Path, email: str, secret: str) -> None:
    """Keep in `file` what lets an address in now, in place of what did before."""
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line.split()[0] != email]
    file.write_text("".join(f"{line}\n" for line in [*lines, f"{email} {secret}"]), encoding="utf-8")


def _add_platform(session: Session, entry: dict[str, Any]) -> None:
    platform = queries.organisation_by_slug(session, entry["slug"])
    if platform is None:
        platform = Organisation(slug=entry["slug"], name=entry["name"], about=entry["about"],
                                roles=[OrganisationRole.PLATFORM.value], region=entry["region"], verified=True)
        session.add(platform)
        session.flush()
    if queries.newest_list(session, platform) is None:
        session.add(OpennessList(platform=platform, title=entry["title"], response_days=entry.get("response_days")))


def _add_person(session: Session, wanted: DemoPerson, password: str) -> None:
    if queries.person_by_email(session, wanted.email) is not None:
        return
    organisation = queries.organisation_by_slug(session, wanted.slug)
    person = Person(name=wanted.name, email=wanted.email, language=wanted.language,
                    password_hash=PasswordHasher().hash(password))
    session.add_all([person, Membership(person=person, organisation=organisation, role=wanted.role)])


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())
