"""Who acts: whoever holds the private link of a need, a signed-in person with their roles, or the service itself.

An actor is read anew for each request or job, so that a role that was taken away is gone at the next request.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from matchmaker.domain.organisations import Role

ANSWERING = frozenset({Role.REVIEWER, Role.LEAD_MANAGER, Role.ADMIN})
"""The roles that work on the leads of their platform."""


class Side(enum.StrEnum):
    """For whom somebody acts on a lead."""

    FIRM = "firm"
    PLATFORM = "platform"
    OPERATOR = "operator"
    SERVICE = "service"


@dataclass(frozen=True)
class Holder:
    """Whoever holds the private link of a need: they act for its firm, and for that need alone."""

    need_id: UUID

    @property
    def side(self) -> Side:
        """For whom they act."""
        return Side.FIRM


@dataclass(frozen=True)
class Member:
    """A signed-in person, with the roles they have in each organisation at this moment."""

    person_id: UUID
    roles: Mapping[UUID, frozenset[Role]] = field(default_factory=dict)

    def organisations(self, *roles: Role) -> frozenset[UUID]:
        """Return the organisations in which the person has any of `roles`."""
        return frozenset(place for place, held in self.roles.items() if held & set(roles))

    @property
    def is_operator(self) -> bool:
        """Tell whether the person answers for the whole service."""
        return bool(self.organisations(Role.OPERATOR))

    def has(self, roles: frozenset[Role]) -> bool:
        """Tell whether the person has any of `roles` anywhere."""
        return any(held & roles for held in self.roles.values())

    @property
    def side(self) -> Side:
        """For whom they act: a platform's team comes first, for those who serve both."""
        return Side.PLATFORM if self.has(ANSWERING) else Side.OPERATOR


@dataclass(frozen=True)
class Service:
    """The service itself, in a job."""

    @property
    def side(self) -> Side:
        """For whom it acts."""
        return Side.SERVICE


Actor = Holder | Member | Service
