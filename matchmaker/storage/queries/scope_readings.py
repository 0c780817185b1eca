"""Who may see what firms ask people to read, as `matchmaker.storage.queries.scope` says it of all else.

- The holder of a private link sees the requests of their own need, operators see all of them.
- Operators read the words of a need while its firm waits for a person to read it, and no longer.
"""

from sqlalchemy import ColumnElement, Select, false, select, true

from matchmaker.domain import HumanReading, Need
from matchmaker.domain.actors import Actor, Holder, Member, Service
from matchmaker.storage.wall import Asker, names_asker


@names_asker
def human_readings(actor: Actor) -> Select[HumanReading]:
    """Select the requests for a human reading, for the firm and for operators."""
    if isinstance(actor, Holder):
        return select(HumanReading).where(HumanReading.need_id == actor.need_id)
    return select(HumanReading).where(_answers(actor))


def needs_to_read(actor: Actor) -> Select[Need]:
    """Select, for operators, the needs whose firms wait for a person to read them; asked by the service."""
    is_asked = select(HumanReading.id).where(HumanReading.need_id == Need.id, HumanReading.ended_at.is_(None))
    return select(Need).where(is_asked.exists(), _answers(actor)).options(Asker(Service()))


def _answers(actor: Actor) -> ColumnElement[bool]:
    return true() if isinstance(actor, Service) or (isinstance(actor, Member) and actor.is_operator) else false()
