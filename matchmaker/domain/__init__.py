"""The mapped classes and the rules that concern one object at a time."""

from matchmaker.domain.access import Attempts, PrivateLink, SignIn, Stage
from matchmaker.domain.actors import Actor, Client, Firm, Holder, Member, Service, Side
from matchmaker.domain.audit import Act, AuditEntry
from matchmaker.domain.base import Base
from matchmaker.domain.clocks import ClockStep, StepKind
from matchmaker.domain.concepts import AddedConcept
from matchmaker.domain.consents import Consent, Contact
from matchmaker.domain.fairness import FairnessAlert, FairnessLook
from matchmaker.domain.firms import FirmAccount, FirmKey, FirmSignIn, GatheredNeed
from matchmaker.domain.jobs import Job, JobRow, JobState
from matchmaker.domain.keys import ApiKey, ApiKeyUse, Scope
from matchmaker.domain.lead_life import (
    Appeal,
    Complaint,
    ComplaintState,
    FailReason,
    Ground,
    LeadFeedback,
    LeadReading,
)
from matchmaker.domain.leads import (
    Action,
    Decision,
    DecisionStatus,
    Lead,
    LeadMessage,
    LeadMove,
    LeadNote,
    LeadState,
    Origin,
)
from matchmaker.domain.learning import ProposalState, WeightsProposal, WeightsVersion
from matchmaker.domain.mails import Mail, MailStatus
from matchmaker.domain.needs import Attachment, Direction, HumanReading, Need, NeedStatus, StockWatch, Watch
from matchmaker.domain.offering_states import OfferingMove, OfferingStatus
from matchmaker.domain.offerings import (
    AccessMode,
    Delivery,
    Offering,
    OfferingReminder,
    OfferingRevision,
    OfferingVersion,
    OpennessList,
    PricingModel,
)
from matchmaker.domain.openness import (
    Batch,
    BatchStatus,
    ListEntry,
    ListMove,
    ListReminder,
    ListVersion,
    VersionStatus,
)
from matchmaker.domain.organisations import Membership, Organisation, OrganisationRole, Person, Role, SizeClass
from matchmaker.domain.people import Absence, Identity, Invitation, OneTimeKey, Purpose, RecoveryCode, SecondStep
from matchmaker.domain.rankings import Ranking
from matchmaker.domain.referrals import (
    Allocation,
    ConsentState,
    Outcome,
    Referral,
    ReferralBatch,
    ReferralChoice,
    ReferralMapping,
    ReferralRevision,
    ReferralTrace,
    Standing,
)
from matchmaker.domain.summaries import (
    DemandTopic,
    ExposureLook,
    ExposureSummary,
    FairnessMonth,
    LeadSummary,
    NeedSummary,
    OfferingExposure,
)
from matchmaker.domain.targets import TargetUnit, UnitState
from matchmaker.domain.vocabulary import DeclineReason, Kind, Reason, Theme
from matchmaker.domain.webhooks import (
    DeliveryState,
    EventType,
    OffReason,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
    WebhookHealth,
)
from matchmaker.domain.workbench import FindConsent, Finding, LeadPresence, QueueExport, SavedView

__all__ = [
    "Absence", "AccessMode", "Act", "Action", "Actor", "AddedConcept", "Allocation", "ApiKey", "ApiKeyUse", "Appeal",
    "Attachment", "Attempts", "AuditEntry", "Base", "Batch", "BatchStatus", "Client", "ClockStep", "Complaint",
    "ComplaintState", "Consent", "ConsentState", "Contact", "Decision", "DecisionStatus", "DeclineReason", "Delivery",
    "DeliveryState", "DemandTopic", "Direction", "EventType", "ExposureLook", "ExposureSummary", "FailReason",
    "FairnessAlert", "FairnessLook", "FairnessMonth", "FindConsent", "Finding", "Firm", "FirmAccount", "FirmKey",
    "FirmSignIn", "GatheredNeed", "Ground", "Holder", "HumanReading", "Identity", "Invitation", "Job", "JobRow",
    "JobState", "Kind", "Lead", "LeadFeedback", "LeadMessage", "LeadMove", "LeadNote", "LeadPresence", "LeadReading",
    "LeadState", "LeadSummary", "ListEntry", "ListMove", "ListReminder", "ListVersion", "Mail", "MailStatus", "Member",
    "Membership", "Need", "NeedStatus", "NeedSummary", "OffReason", "Offering", "OfferingExposure", "OfferingMove",
    "OfferingReminder", "OfferingRevision", "OfferingStatus", "OfferingVersion", "OneTimeKey", "OpennessList",
    "Organisation", "OrganisationRole", "Origin", "Outcome", "Person", "PricingModel", "PrivateLink", "ProposalState",
    "Purpose", "QueueExport", "Ranking", "Reason", "RecoveryCode", "Referral", "ReferralBatch", "ReferralChoice",
    "ReferralMapping", "ReferralRevision", "ReferralTrace", "Role", "SavedView", "Scope", "SecondStep", "Service",
    "Side", "SignIn", "SizeClass", "Stage", "Standing", "StepKind", "StockWatch", "TargetUnit", "Theme", "UnitState",
    "VersionStatus", "Watch", "WebhookAttempt", "WebhookDelivery", "WebhookEndpoint", "WebhookEvent", "WebhookHealth",
    "WeightsProposal", "WeightsVersion",
]
