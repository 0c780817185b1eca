"""A world of two rival platforms in which every private text carries a canary, and who may see which of them.

A canary names its owner and what it stands in, for instance ``CANARY-QINGHE-CONTACT-17``. `forbidden` says which of
them an actor must never get; it is written from trust.md and domain.md, not from the code that it checks.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.config import Config
from matchmaker.domain import (
    Action,
    Attachment,
    Consent,
    Decision,
    DecisionStatus,
    Lead,
    LeadMessage,
    LeadMove,
    LeadNote,
    LeadState,
    Mail,
    Need,
    NeedStatus,
    Offering,
    Person,
    Ranking,
    Role,
    Side,
    Watch,
)
from matchmaker.domain.base import new_id, utc_now
from matchmaker.domain.leads import REVEALED, UNSEEN
from matchmaker.services import attachments, links
from tests.making import add_lead, add_need, add_person

OURS, THEIRS = "jianghai", "qinghe"
WITHDRAWN = (LeadState.IN_REVIEW, LeadState.INFO_REQUESTED, LeadState.ACCEPTED, LeadState.COMPLETED)
OF_NEED = ("NEED", "NUMBER", "CONTACT", "FILE", "RANKING")
OF_LEAD = ("REFERENCE", "FACTOR", "WHY", "TERMS", "MESSAGE", "NOTE", "DECISION")
TO_HOLDER = frozenset({*OF_NEED, "REFERENCE", "FACTOR", "WHY", "TERMS", "MESSAGE"})
"""The firm reads all that belongs to its need, but neither the team's notes nor what it is about to decide."""
SHARED = frozenset({"NEED", "NUMBER", "MESSAGE", "NOTE", "FACTOR"})
"""A platform reads these while the firm's consent holds."""
IN_MAIL_TO_TEAM = frozenset({"REFERENCE", "PERSON"})
IN_MAIL_TO_FIRM = frozenset({"REFERENCE", "NUMBER", "CONTACT"})
NOTICES_TO_FIRM = ("need_received", "link_again", "question_asked", "lead_accepted", "lead_declined")
NOTICES_TO_TEAM = ("lead_arrived", "question_answered", "lead_withdrawn", "consent_withdrawn")


@dataclass(frozen=True)
class Canary:
    """A text that only some may get: what it stands in, and of which platform's lead, or of which need alone."""

    text: str
    what: str
    case: "Case"


@dataclass(frozen=True)
class Case:
    """One lead of one platform in one state, with its need."""

    name: str
    platform: str
    state: LeadState
    consent: str
    need_id: UUID
    lead_id: UUID
    version: int
    key: str
    email: str
    ids: dict[str, UUID]

    @property
    def is_known(self) -> bool:
        """Tell whether the platform knows of the lead."""
        return self.state not in UNSEEN

    @property
    def is_shared(self) -> bool:
        """Tell whether the platform may read the words of the lead."""
        return self.is_known and self.consent != "withdrawn"

    @property
    def is_revealed(self) -> bool:
        """Tell whether the platform may know who the firm is."""
        return self.is_shared and self.state in REVEALED


@dataclass
class World:
    """All cases, and every canary there is."""

    cases: list[Case] = field(default_factory=list)
    canaries: list[Canary] = field(default_factory=list)
    people: dict[str, str] = field(default_factory=dict)
    """The canaries of the names of people, and whose team they are in."""

    def of(self, platform: str) -> list[Case]:
        """Return the cases of a platform."""
        return [case for case in self.cases if case.platform == platform]


def forbidden(world: World, actor: str, own: Case | None = None) -> set[str]:
    """Return the canaries that `actor` must not get; `own` is the case whose link a holder has."""
    texts = {canary.text for canary in world.canaries}
    allowed = {canary.text for canary in world.canaries if may_read(actor, canary, own)}
    # Who works on a lead is known to the team and to the operator, who answers for all of them.
    people = {text for text, platform in world.people.items()
              if not (actor == "operator" or (platform == OURS and actor == "reviewer"))}
    return (texts - allowed) | people


def may_read(actor: str, canary: Canary, own: Case | None) -> bool:
    """Tell whether `actor` may read a text: the rule of trust.md for each kind of text."""
    case, what = canary.case, canary.what
    if actor == "holder":
        return own is not None and case.need_id == own.need_id and what in TO_HOLDER
    if actor == "operator":
        return what == "REFERENCE" and case.is_known
    if actor != "reviewer" or case.platform != OURS:
        return False
    if what in SHARED:
        return case.is_shared
    if what == "CONTACT":
        return case.is_revealed
    if what == "FILE":
        return case.is_revealed or (case.is_shared and case.consent == "given with files")
    return case.is_known and what != "RANKING"


def build(session: Session, config: Config, offerings: dict[str, Offering]) -> World:
    """Build the world in a session; flushes. Each platform needs one published offering."""
    world = World()
    for platform in (OURS, THEIRS):
        for number in range(2):
            name = f"CANARY-{platform.upper()}-PERSON-{number}"
            add_person(session, f"{name.lower()}@{platform}.example", platform, name=name)
            world.people[name] = platform
        plan = [(state, "given with files" if number % 2 else "given") for number, state in enumerate(LeadState)]
        for number, (state, consent) in enumerate([*((state, "withdrawn") for state in WITHDRAWN), *plan]):
            owner = f"{platform.upper()}-{number}"
            need = add_canary_need(session, owner)
            add_case(session, config, world, owner, need, offerings[platform], state, consent)
    for number, states in enumerate([(LeadState.ACCEPTED, LeadState.IN_REVIEW), (LeadState.IN_REVIEW, LeadState.ACCEPTED)]):
        need = add_canary_need(session, f"BOTH-{number}")
        for platform, state in zip((OURS, THEIRS), states, strict=True):
            add_case(session, config, world, f"{platform.upper()}-BOTH-{number}", need, offerings[platform], state,
                     "given", need_owner=f"BOTH-{number}")
    session.commit()
    return world


def text(owner: str, what: str) -> str:
    """Return the canary of one owner and kind."""
    place, _dash, number = owner.rpartition("-")
    return f"CANARY-{place}-{what}-{number}."


def add_canary_need(session: Session, owner: str, **fields) -> Need:
    """Add a need whose every text is a canary."""
    need, contact = text(owner, "NEED"), text(owner, "CONTACT")
    return add_need(
        session, title=f"{need} title", problem=f"{need} problem, random vibration test", quantity=f"{need} pieces",
        answers={"problem": [f"{need} problem, random vibration test"], "title": [f"{need} title"]},
        reference=text(owner, "NUMBER"), **fields,
        contact={"organisation": f"{contact} Ltd", "name": f"{contact} Li", "telephone": f"{contact} 5555",
                 "email": f"{contact.lower()}firm@haimen.example"})


def add_case(session: Session, config: Config, world: World, owner: str, need: Need, offering: Offering,
             state: LeadState, consent: str, need_owner: str | None = None) -> Case:
    """Add a lead with all that hangs on it, and note its canaries."""
    given = {"shows_files_at_once": consent == "given with files",
             "withdrawn_at": utc_now() if consent == "withdrawn" else None}
    factor = text(owner, "FACTOR")
    breakdown = {"score": 3.2, "words": [factor], "conditions": [], "factors": [
        {"name": "text", "contribution": 2.4, "state": "met", "detail": {"zh": factor, "en": factor}}]}
    ranking = Ranking(need_id=need.id, snapshot={"problem": text(need_owner or owner, "RANKING")}, index_version="1",
                      model_version="1", rules_version="1", seed="1", considered=[text(need_owner or owner, "RANKING")],
                      shown=1)
    session.add(ranking)
    session.flush()
    lead = add_lead(session, offering, need, consent=given, state=state, reference=text(owner, "REFERENCE"),
                    breakdown=breakdown, terms={"words": text(owner, "TERMS")}, ranking_id=ranking.id,
                    outcome={"words": text(owner, "TERMS")})
    ids = hang_on(session, config, owner, need_owner or owner, need, lead)
    case = Case(owner, offering.platform.slug or "", state, consent, need.id, lead.id, lead.version,
                links.add_link(session, config, need), text(need_owner or owner, "CONTACT"), ids)
    world.cases.append(case)
    world.canaries += [Canary(text(need_owner or owner, what), what, case) for what in OF_NEED]
    world.canaries += [Canary(text(owner, what), what, case) for what in OF_LEAD]
    return case


def hang_on(session: Session, config: Config, owner: str, need_owner: str, need: Need, lead: Lead) -> dict[str, UUID]:
    """Hang on a lead whatever can hang on one, with canaries in every text; return the ids by what they are of."""
    person = session.scalars(select(Person).where(Person.name.startswith(f"CANARY-{owner.partition('-')[0]}-"))).first()
    is_pending = lead.state in (LeadState.IN_REVIEW, LeadState.WAITLISTED)
    decision = Decision(lead_id=lead.id, person_id=person.id, action=Action.ASK, words=text(owner, "DECISION"),
                        status=DecisionStatus.PENDING if is_pending else DecisionStatus.CANCELLED,
                        matures_at=utc_now() + dt.timedelta(hours=1))
    attachment = Attachment(id=new_id(), need_id=need.id, name=f"{text(need_owner, 'FILE')}pdf",
                            media_type="application/pdf", size=40, sha256="0" * 64)
    path = attachments.path(config, attachment)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"%PDF-1.4 " + text(need_owner, "FILE").encode())
    lead.assignee_id = person.id
    session.add_all([
        decision, attachment,
        LeadMessage(lead_id=lead.id, side=Side.FIRM, words=text(owner, "MESSAGE")),
        LeadMessage(lead_id=lead.id, side=Side.PLATFORM, person_id=person.id, words=text(owner, "MESSAGE")),
        LeadNote(lead_id=lead.id, person_id=person.id, words=text(owner, "NOTE")),
        LeadMove(lead_id=lead.id, at=utc_now(), from_state=None, to_state=lead.state, side=Side.PLATFORM,
                 person_id=person.id, why=text(owner, "WHY")),
        *(Mail(notice=notice, need_id=need.id, details={"lead": str(lead.id)}) for notice in NOTICES_TO_FIRM),
        *(Mail(notice=notice, person_id=person.id, details={"lead": str(lead.id)}) for notice in NOTICES_TO_TEAM),
    ])
    if session.get(Watch, need.id) is None:
        session.add(Watch(need_id=need.id))
    session.flush()
    consent = session.scalars(select(Consent).where(Consent.need_id == need.id,
                                                    Consent.recipient_id == lead.platform_id)).one()
    return {"lead": lead.id, "decision": decision.id, "attachment": attachment.id, "file": attachment.id,
            "consent": consent.id, "need": need.id, "offering": lead.offering_id, "person": person.id,
            "platform": lead.platform_id, "ranking": ranking_of(lead), "recipient": lead.platform_id}


def ranking_of(lead: Lead) -> UUID:
    """Return the id of the list that a lead came from."""
    assert lead.ranking_id is not None
    return lead.ranking_id


def add_draft(session: Session, config: Config, world: World) -> Case:
    """Add a draft of its own, with a link and nothing sent yet."""
    need = add_canary_need(session, "DRAFT-0", status=NeedStatus.DRAFT, opened_at=None)
    ids = {name: new_id() for name in ("lead", "decision", "attachment", "file", "consent", "person", "platform",
                                       "ranking", "recipient", "offering")}
    case = Case("DRAFT-0", "", LeadState.SUGGESTED, "given", need.id, new_id(), 1, links.add_link(session, config, need),
                text("DRAFT-0", "CONTACT"), ids | {"need": need.id})
    world.canaries += [Canary(text("DRAFT-0", what), what, case) for what in OF_NEED]
    session.commit()
    return case


def roles() -> Iterator[tuple[str, str | None, Role]]:
    """Give the people who act, where they have which role; the names are those of `may_read`."""
    yield "reviewer", OURS, Role.REVIEWER
    yield "list editor", OURS, Role.LIST_EDITOR
    yield "former member", None, Role.REVIEWER
    yield "operator", "operator", Role.OPERATOR
    yield "incubator", "incubator", Role.LEAD_MANAGER
