"""The mapped classes and the rules that concern one object at a time."""

from matchmaker.domain.base import Base
from matchmaker.domain.consents import Consent, Contact
from matchmaker.domain.jobs import Job, JobRow, JobState
from matchmaker.domain.needs import Direction, Need, NeedStatus
from matchmaker.domain.offerings import AccessMode, Delivery, Offering, OfferingStatus, OpennessList, PricingModel
from matchmaker.domain.organisations import Membership, Organisation, OrganisationRole, Person, Role, SizeClass
from matchmaker.domain.rankings import Ranking
from matchmaker.domain.vocabulary import Kind, Theme

__all__ = [
    "AccessMode", "Base", "Consent", "Contact", "Delivery", "Direction", "Job", "JobRow", "JobState", "Kind",
    "Membership", "Need", "NeedStatus", "Offering", "OfferingStatus", "OpennessList", "Organisation",
    "OrganisationRole", "Person", "PricingModel", "Ranking", "Role", "SizeClass", "Theme",
]
