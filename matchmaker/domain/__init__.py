"""The mapped classes and the rules that concern one object at a time."""

from matchmaker.domain.access import Attempts, PrivateLink, SignIn
from matchmaker.domain.actors import Actor, Holder, Member, Service, Side
from matchmaker.domain.base import Base
from matchmaker.domain.consents import Consent, Contact
from matchmaker.domain.jobs import Job, JobRow, JobState
from matchmaker.domain.leads import (
    Action,
    Decision,
    DecisionStatus,
    DeclineReason,
    Lead,
    LeadMessage,
    LeadMove,
    LeadNote,
    LeadState,
    Origin,
)
from matchmaker.domain.mails import Mail, MailStatus
from matchmaker.domain.needs import Attachment, Direction, Need, NeedStatus, Watch
from matchmaker.domain.offerings import AccessMode, Delivery, Offering, OfferingStatus, OpennessList, PricingModel
from matchmaker.domain.organisations import Membership, Organisation, OrganisationRole, Person, Role, SizeClass
from matchmaker.domain.rankings import Ranking
from matchmaker.domain.vocabulary import Kind, Theme

__all__ = [
    "AccessMode", "Action", "Actor", "Attachment", "Attempts", "Base", "Consent", "Contact", "Decision",
    "DecisionStatus", "DeclineReason", "Delivery", "Direction", "Holder", "Job", "JobRow", "JobState", "Kind", "Lead",
    "LeadMessage", "LeadMove", "LeadNote", "LeadState", "Mail", "MailStatus", "Member", "Membership", "Need",
    "NeedStatus", "Offering", "OfferingStatus", "OpennessList", "Organisation", "OrganisationRole", "Origin", "Person",
    "PricingModel", "PrivateLink", "Ranking", "Role", "Service", "Side", "SignIn", "SizeClass", "Theme", "Watch",
]
