"""Who acts: the holder of a private link, a firm in its account, a person, a program with a key, or the service.

An actor is read anew for each request or job, so that a role that was taken away is gone at the next request.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from uuid import UUID

from matchmaker.domain.keys import Scope
from matchmaker.domain.organisations import Role
from matchmaker.errors import Forbidden

ANSWERING = frozenset({Role.REVIEWER, Role.LEAD_MANAGER, Role.ADMIN})
"""The roles that work on the leads of their platform."""
EDITING = frozenset({Role.LIST_EDITOR, Role.LEAD_MANAGER, Role.ADMIN})
"""The roles that work on the offerings of their platform."""
REFERRING = frozenset({Role.REFERRER})
"""The roles that refer firms for their incubator."""


class Side(enum.StrEnum):
    """For whom somebody acts on a lead."""

    FIRM = "firm"
    PLATFORM = "platform"
    OPERATOR = "operator"
    SERVICE = "service"
    INCUBATOR = "incubator"


@dataclass(frozen=True)
class Holder:
    """Whoever holds the private link of a need: they act for its firm, and for that need alone."""

    need_id: UUID

    @property
    def side(self) -> Side:
        """For whom they act."""
        return Side.FIRM


@dataclass(frozen=True)
class Firm:
    """Whoever has opened the account of a firm: they act for the needs gathered in it, and for these alone."""

    account_id: UUID

    @property
    def side(self) -> Side:
        """For whom they act."""
        return Side.FIRM


@dataclass(frozen=True)
class Member:
    """A signed-in person, with the roles they have in each organisation at this moment. Nothing of it changes later."""

    person_id: UUID
    roles: Mapping[UUID, frozenset[Role]] = field(default_factory=dict, hash=False)
    suspended: frozenset[UUID] = frozenset()
    """Those of the organisations that the operator has suspended: there the person reads, and does nothing."""

    def __post_init__(self) -> None:
        """Keep the roles as they are now, whatever becomes of the mapping that they came in."""
        held = {place: frozenset(roles) for place, roles in self.roles.items()}
        object.__setattr__(self, "roles", MappingProxyType(held))

    def organisations(self, *roles: Role) -> frozenset[UUID]:
        """Return the organisations in which the person has any of `roles`."""
        return frozenset(place for place, held in self.roles.items() if held & set(roles))

    def check_standing(self, organisation_id: UUID) -> None:
        """Raise `Forbidden` when an organisation for which the person acts is suspended."""
        if organisation_id in self.suspended:
            raise Forbidden("The operator has suspended your platform. Its people can read, and change nothing.")

    @property
    def is_operator(self) -> bool:
        """Tell whether the person answers for the whole service."""
        return bool(self.organisations(Role.OPERATOR))

    def has(self, roles: frozenset[Role]) -> bool:
        """Tell whether the person has any of `roles` anywhere."""
        return any(held & roles for held in self.roles.values())

    @property
    def side(self) -> Side:
        """For whom they act: a platform's team comes first, for those who serve several."""
        if self.has(ANSWERING):
            return Side.PLATFORM
        return Side.INCUBATOR if self.has(REFERRING) and not self.is_operator else Side.OPERATOR


@dataclass(frozen=True)
class Client:
    """A program that calls with a key of an organisation, within the key's scopes."""

    api_key_id: UUID
    organisation_id: UUID
    scopes: frozenset[Scope]
    is_live: bool

    @property
    def side(self) -> Side:
        """For whom it acts."""
        return Side.INCUBATOR


@dataclass(frozen=True)
class Service:
    """The service itself, in a job."""

    @property
    def side(self) -> Side:
        """For whom it acts."""
        return Side.SERVICE


Actor = Holder | Firm | Member | Client | Service
