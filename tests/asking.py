"""Functions for tests of what a firm does after it has written its need: a draft under a key, a request, a lead."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.config import Config
from matchmaker.domain import Holder, Lead, Offering, Organisation
from matchmaker.services import drafts, links
from matchmaker.services.leads import asking

PROBLEM = "Random vibration test of a bracket by GB/T 2423.10, with a CNAS report"
FIRM = {"organisation": "Haimen Tricycles", "name": "A. Firm", "email": "firm@haimen.example",
        "telephone": "+86 513 5555 0100"}


def begin(session: Session, config: Config, **answers: str) -> tuple[str, Holder]:
    """Begin a draft; return its key and who holds it."""
    key = links.new_key()
    need = drafts.create(session, config, key, {name: [value] for name, value in ({"problem": PROBLEM} | answers).items()})
    return key, Holder(need.id)


def offering(session: Session, external_id: str = "vibration") -> Offering:
    """Return one of the published offerings."""
    return session.scalars(select(Offering).where(Offering.external_id == external_id)).one()


def platform(session: Session, slug: str = "jianghai") -> Organisation:
    """Return a platform by its short name."""
    return session.scalars(select(Organisation).where(Organisation.slug == slug)).one()


def wanted(*offerings: Offering, recipients: list[UUID] | None = None, **fields: Any) -> dict[str, Any]:
    """Return what `asking.ask` takes: these offerings, by default of all their platforms."""
    return FIRM | {
        "offerings": [offering.id for offering in offerings],
        "recipients": [offering.platform_id for offering in offerings] if recipients is None else recipients,
        "need": {"problem": PROBLEM, "direction": "seeks_resource", "language": "en"}, "language": "en",
        "shows_files_at_once": False,
    } | fields


def ask(session: Session, config: Config, holder: Holder, *external_ids: str, **fields: Any) -> list[Lead]:
    """Ask for published offerings, by default for one."""
    chosen = [offering(session, external_id) for external_id in external_ids or ("vibration",)]
    return asking.ask(session, config, holder, wanted(*chosen, **fields))
