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
    AddedConcept,
    Appeal,
    Attachment,
    Complaint,
    ComplaintState,
    Consent,
    Decision,
    DecisionStatus,
    FindConsent,
    Finding,
    Ground,
    HumanReading,
    Invitation,
    Job,
    JobState,
    Lead,
    LeadFeedback,
    LeadMessage,
    LeadMove,
    LeadNote,
    LeadPresence,
    LeadState,
    Mail,
    Need,
    NeedStatus,
    Offering,
    OfferingMove,
    OfferingRevision,
    OfferingStatus,
    OfferingVersion,
    Outcome,
    Person,
    Ranking,
    Referral,
    ReferralBatch,
    ReferralTrace,
    Role,
    SavedView,
    Scope,
    SecondStep,
    Side,
    SignIn,
    Standing,
    StockWatch,
    Watch,
)
from matchmaker.domain.base import new_id, utc_now
from matchmaker.domain.leads import REVEALED, UNSEEN
from matchmaker.domain.webhooks import SUBSCRIBABLE
from matchmaker.services import attachments, links
from matchmaker.services.mail import outbox
from matchmaker.services.referrals import keys
from matchmaker.services.webhooks import endpoints
from tests import rival_rows
from tests.making import add_lead, add_need, add_person, member
from tests.rival_firms import LATER, Gathering, add_account
from tests.rival_lists import Lists, add_lists

INCUBATOR, RIVAL = "incubator", "rival"
OURS, THEIRS, SUSPENDED = "jianghai", "qinghe", "tianquan"
HOMES = {"reviewer": OURS, "list editor": OURS, "admin": OURS, "suspended member": SUSPENDED}
"""Where those who work for a platform do so. One of the platforms is suspended: its people read, and change nothing."""
AT_SUSPENDED = (LeadState.IN_REVIEW, LeadState.INFO_REQUESTED, LeadState.ACCEPTED)
WITHDRAWN = (LeadState.IN_REVIEW, LeadState.INFO_REQUESTED, LeadState.ACCEPTED, LeadState.COMPLETED)
OF_NEED = ("NEED", "NUMBER", "CONTACT", "FILE", "RANKING")
OF_LEAD = ("REFERENCE", "FACTOR", "WHY", "TERMS", "MESSAGE", "NOTE", "DECISION", "APPEAL", "COMPLAINT", "ANSWER",
           "FIRMSAYS", "TEAMSAYS")
PUT = frozenset({LeadState.ACCEPTED, LeadState.COMPLETED})
"""In these states of a lead a complaint has been put to its platform; a declined lead has one that has not."""
WAITING, READ = frozenset({LeadState.WAITLISTED}), frozenset({"NEED", "NUMBER"})
"""In these states of a lead its firm waits for a person to read the need, and what an operator then reads of it."""
OF_BATCH = ("ROW", "REMARK", "KEY", "TRIED", "HOOK")
"""What an incubator's people read of its batches, keys and webhooks."""
OF_DESK = ("DRAFT", "CHANGE", "OLD", "STEP", "LIAISON")
"""What editors prepare of their platform's offerings: drafts, changes, earlier versions, reasons, contacts."""
TO_HOLDER = frozenset({*OF_NEED, "REFERENCE", "FACTOR", "WHY", "TERMS", "MESSAGE", "APPEAL", "COMPLAINT", "FIRMSAYS"})
"""The firm reads all that belongs to its need, but neither the team's notes nor what it is about to decide, nor what it
tells the operator, nor what it says of the firm before the firm has spoken."""
TO_OPERATOR = frozenset({"REFERENCE", "APPEAL", "COMPLAINT", "ANSWER"})
SHARED = frozenset({"NEED", "NUMBER", "MESSAGE", "NOTE", "FACTOR", "TEAMSAYS"})
"""A platform reads these while the firm's consent holds."""
IN_MAIL_TO_TEAM = frozenset({"REFERENCE", "PERSON"})
IN_MAIL_TO_FIRM = frozenset({"REFERENCE", "NUMBER", "CONTACT"})
NOTICES_TO_FIRM = ("need_received", "link_again", "question_asked", "lead_accepted", "lead_declined",
                   "lead_passed_on", "choose_next")
NOTICES_TO_TEAM = ("lead_arrived", "question_answered", "lead_withdrawn", "consent_withdrawn", "answer_late")


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
    incubator: str = ""

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
    desk: dict[str, dict[str, UUID]] = field(default_factory=dict)
    """The offerings of each platform, by what stands in them."""
    full: UUID = field(default_factory=new_id)
    """A published offering that is full, for which every firm waits."""
    desk_canaries: dict[str, str] = field(default_factory=dict)
    """The canaries of what editors prepare, and whose they are."""
    suspension: str = ""
    """The reason for which a platform is suspended, as its people and the operator read it."""
    teams: dict[str, dict[str, UUID]] = field(default_factory=dict)
    """Of each platform its own id and that of one of its people, of an invitation and of a browser."""
    referred: dict[str, dict[str, UUID]] = field(default_factory=dict)
    """The batches and keys of each incubator."""
    keys: dict[str, str] = field(default_factory=dict)
    """A good key of each incubator."""
    batch_canaries: dict[str, str] = field(default_factory=dict)
    """The canaries of batches and keys, and whose they are."""
    lists: Lists = field(default_factory=Lists)
    """The versions of the platforms' openness lists, and what the operator works on."""
    account: Gathering | None = None
    """The account of the firm behind one of the cases."""
    learnt: rival_rows.Learnt | None = None
    """What the operator does with learnt weights."""
    people: dict[str, str] = field(default_factory=dict)
    """The canaries of the names of people, and whose team they are in."""

    def of(self, platform: str) -> list[Case]:
        """Return the cases of a platform."""
        return [case for case in self.cases if case.platform == platform]


def forbidden(world: World, actor: str, own: Case | None = None) -> set[str]:
    """Return the canaries that `actor` must not get; `own` is the case whose link a holder has."""
    texts = {canary.text for canary in world.canaries}
    allowed = {canary.text for canary in world.canaries if may_read(actor, canary, own)}
    # Who works on a lead or an offering is known to the team and to the operator, who answers for all of them.
    people = {text for text, platform in world.people.items()
              if not (actor == "operator" or platform == HOMES.get(actor))}
    desk = {text for text, platform in world.desk_canaries.items() if not may_edit(actor, text, platform)}
    suspension = set() if actor in ("operator", "suspended member") else {world.suspension}
    referred = {text for text, incubator in world.batch_canaries.items() if not may_refer(actor, text, incubator)}
    return (texts - allowed) | people | desk | suspension | referred


def may_refer(actor: str, text: str, incubator: str) -> bool:
    """Tell whether `actor` may read what hangs on an incubator's batches and keys: programs look after no keys."""
    return incubator == INCUBATOR and (actor == "incubator" or (actor == "program" and "-KEY-" not in text))


def may_edit(actor: str, text: str, platform: str) -> bool:
    """Tell whether `actor` may read what is prepared of a platform's offerings: an operator what was submitted."""
    if actor == "operator":
        return "-DRAFT-" not in text and "-CHANGE-" not in text
    return actor == "list editor" and platform == OURS


def add_desk(session: Session, world: World, offerings: dict[str, Offering]) -> None:
    """Give each platform a draft, and its published offering a past, a change being prepared and a contact."""
    for slug, offering in offerings.items():
        owner = f"{slug.upper()}-0"
        person = session.scalars(select(Person).where(Person.name.startswith(f"CANARY-{slug.upper()}-"))).first()
        draft = Offering(platform_id=offering.platform_id, external_id=f"{slug}-draft", kind_code="laboratory",
                         status=OfferingStatus.DRAFT, title={"en": text(owner, "DRAFT")}, summary={}, description={},
                         content_hash="none")
        offering.contact = f"{text(owner, 'LIAISON').lower()}desk@liaison.example"
        session.add_all([
            draft, OfferingRevision(offering_id=offering.id, changes={"summary": {"en": text(owner, "CHANGE")}},
                                    base={"summary": dict(offering.summary)}),
            OfferingVersion(offering_id=offering.id, version=0, replaced_at=utc_now(),
                            content={"summary": {"en": text(owner, "OLD")}}),
            OfferingMove(offering_id=offering.id, at=utc_now(), from_state=OfferingStatus.SUSPENDED,
                         to_state=OfferingStatus.PUBLISHED, side=Side.PLATFORM, person_id=person.id,
                         why=text(owner, "STEP"))])
        session.flush()
        world.desk_canaries |= {text(owner, what): slug for what in OF_DESK}
        world.desk[slug] = {"published": offering.id, "draft": draft.id}
    full = Offering(platform_id=offerings[OURS].platform_id, external_id="full", kind_code="laboratory",
                    status=OfferingStatus.PUBLISHED, title={"en": "A full one"}, summary={}, description={},
                    content_hash="none", capacity={"available": 0, "maximum": 1, "unit": None})
    session.add(full)
    session.flush()
    world.full = full.id
    session.add_all([StockWatch(need_id=need_id, offering_id=full.id, ends_at=utc_now() + dt.timedelta(days=9))
                     for need_id in {case.need_id for case in world.cases}])


def add_teams(session: Session, world: World, offerings: dict[str, Offering]) -> None:
    """Let each platform have somebody invited, and somebody signed in."""
    for slug, offering in offerings.items():
        name = f"CANARY-{slug.upper()}-PERSON-2"
        invited = add_person(session, f"{name.lower()}@{slug}.example", name=name, password_hash=None)
        person = session.scalars(select(Person).where(Person.name == f"CANARY-{slug.upper()}-PERSON-1")).one()
        ends = utc_now() + dt.timedelta(days=1)
        invitation = Invitation(organisation_id=offering.platform_id, person_id=invited.id, roles=["reviewer"], expires_at=ends)
        browser = SignIn(person_id=person.id, key_hash=new_id().hex, expires_at=ends, device=f"{name} browser")
        session.add_all([invitation, browser, SecondStep(person_id=person.id, salt="0" * 32, confirmed_at=utc_now())])
        session.flush()
        outbox.tell_person(session, "invited", invited.id, invitation=str(invitation.id))
        world.people[name] = slug
        world.teams[slug] = {"organisation": offering.platform_id, "person": person.id, "invitation": invitation.id,
                             "sign_in": browser.id}


def add_bench(session: Session, world: World, offerings: dict[str, Offering]) -> None:
    """Let each platform find needs of the other's firms, and give its people saved views and leads that stand open."""
    for slug, other in ((OURS, THEIRS), (THEIRS, OURS)):
        person = session.scalars(select(Person).where(Person.name.startswith(f"CANARY-{slug.upper()}-"))).first()
        view = text(f"{slug.upper()}-0", "VIEW")
        world.desk_canaries[view] = "nobody"
        session.add(SavedView(person_id=person.id, name=view, asked={"q": view}))
        for case in [case for case in world.of(other) if "BOTH" not in case.name][::4]:
            session.add_all([FindConsent(need_id=case.need_id, text_version="1", language="en"),
                             Finding(need_id=case.need_id, offering_id=offerings[slug].id, fit=0.9,
                                     factors=[{"name": "text", "contribution": 2.0, "state": "met"}])])
        session.add_all([LeadPresence(lead_id=case.lead_id, person_id=person.id, at=utc_now())
                         for case in world.of(slug)[::3]])
    session.flush()


def may_read(actor: str, canary: Canary, own: Case | None) -> bool:
    """Tell whether `actor` may read a text: the rule of trust.md for each kind of text."""
    case, what = canary.case, canary.what
    if actor == "holder":
        return own is not None and case.need_id == own.need_id and what in TO_HOLDER
    if actor == "firm":
        is_named = case.name == LATER and what == "NUMBER"
        return is_named or (own is not None and case.need_id == own.need_id and what in TO_HOLDER)
    if actor == "operator":
        return (what in TO_OPERATOR and case.is_known) or (what in READ and case.state in WAITING)
    if actor in ("incubator", "program"):
        return what == "REFERENCE" and case.incubator == INCUBATOR
    if actor not in ("reviewer", "suspended member") or case.platform != HOMES[actor]:
        return False
    if what in SHARED:
        return case.is_shared
    if what in ("COMPLAINT", "ANSWER"):
        return case.is_known and case.state in PUT
    if what in ("APPEAL", "FIRMSAYS"):
        return False
    if what == "CONTACT":
        return case.is_revealed
    if what == "FILE":
        return case.is_revealed or (case.is_shared and case.consent == "given with files")
    return case.is_known and what != "RANKING"


def build(session: Session, config: Config, offerings: dict[str, Offering]) -> World:
    """Build the world in a session; flushes. Each platform needs one published offering."""
    world = World()
    for platform in (OURS, THEIRS, SUSPENDED):
        for number in range(2):
            name = f"CANARY-{platform.upper()}-PERSON-{number}"
            add_person(session, f"{name.lower()}@{platform}.example", platform, name=name)
            world.people[name] = platform
        states = AT_SUSPENDED if platform == SUSPENDED else LeadState
        plan = [(state, "given with files" if number % 2 else "given") for number, state in enumerate(states)]
        withdrawn = WITHDRAWN[:1] if platform == SUSPENDED else WITHDRAWN
        for number, (state, consent) in enumerate([*((state, "withdrawn") for state in withdrawn), *plan]):
            owner = f"{platform.upper()}-{number}"
            need = add_canary_need(session, owner)
            add_case(session, config, world, owner, need, offerings[platform], state, consent)
    for number, states in enumerate([(LeadState.ACCEPTED, LeadState.IN_REVIEW), (LeadState.IN_REVIEW, LeadState.ACCEPTED)]):
        need = add_canary_need(session, f"BOTH-{number}")
        for platform, state in zip((OURS, THEIRS), states, strict=True):
            add_case(session, config, world, f"{platform.upper()}-BOTH-{number}", need, offerings[platform], state,
                     "given", need_owner=f"BOTH-{number}")
    for number, slug in enumerate((INCUBATOR, RIVAL)):
        owner = f"{OURS.upper()}-{90 + number}"
        case = add_case(session, config, world, owner, add_canary_need(session, owner), offerings[OURS],
                        LeadState.SUBMITTED, "given", incubator=slug)
        add_batch(session, config, world, slug, case)
    session.add(AddedConcept(code="x", broader="added", kinds=["laboratory"], en=["x"], zh=["未知"], lay_en=["?"],
                             lay_zh=["不明"]))
    ours = {slug: offerings[slug] for slug in (OURS, THEIRS)}
    add_desk(session, world, ours)
    add_bench(session, world, ours)
    add_teams(session, world, ours)
    world.learnt = rival_rows.add_weights(session)
    world.lists = add_lists(session, ours, {slug: text(f"{slug.upper()}-0", "DRAFT") for slug in ours})
    place = offerings[SUSPENDED].platform
    world.suspension = text(f"{SUSPENDED.upper()}-0", "SUSPENSION")
    place.suspended_at, place.suspended_why = utc_now(), world.suspension
    session.commit()
    return world


def add_batch(session: Session, config: Config, world: World, slug: str, case: Case) -> None:
    """Give an incubator a key and two batches, one done and one waiting, from which a case came."""
    owner = f"{slug.upper()}-0"
    person = add_person(session, f"referrer@{slug}.example", slug, Role.REFERRER, name="Somebody")
    who = member(session, person)
    made, world.keys[slug] = keys.make(session, config, who, text(owner, "KEY"), list(Scope), is_live=True)
    hook, _secret = endpoints.make(session, config, who, text(owner, "HOOK"), f"https://{text(owner, 'HOOK')}example/",
                                   SUBSCRIBABLE)
    ids = {"api_key": made.id, "endpoint": hook.id, "delivery": endpoints.test(session, who, hook.id).id}
    for number, (name, job_state) in enumerate([("batch", JobState.DONE), ("waiting", JobState.QUEUED)]):
        job = Job(task="refer", payload={"upload": "none.csv"}, state=job_state,
                  finished_at=utc_now() if job_state == JobState.DONE else None)
        session.add(job)
        session.flush()
        batch = ReferralBatch(id=new_id(), organisation_id=made.organisation_id, api_key_id=made.id, job_id=job.id,
                              idempotency_key=f"{slug}-{number}", fingerprint="0" * 64, is_live=True,
                              options={"dry_run": False, "send_to": text(owner, "TRIED"), "language": "en"})
        session.add(batch)
        session.flush()
        ids[name] = batch.id
    remark = {"column": "problem", "code": "same_need", "words": dict.fromkeys(("zh", "en"), text(owner, "REMARK"))}
    add_referral(session, ids["batch"], made.organisation_id, 7, case.need_id, Standing.SENT,
                 remarks=[remark], external_id=text(owner, "ROW"))
    rival_rows.add_refused(session, session.get_one(ReferralBatch, ids["batch"]))
    world.referred[slug] = ids
    world.batch_canaries |= {text(owner, what): slug for what in OF_BATCH}


def add_referral(session: Session, batch_id: UUID, organisation_id: UUID, row: int, need_id: UUID, standing: Standing,
                 *, remarks: list, external_id: str) -> None:
    """Add a row of a batch, from which a need came."""
    referral = Referral(id=new_id(), batch_id=batch_id, row=row, outcome=Outcome.WARNED, standing=standing, remarks=remarks)
    session.add(referral)
    session.flush()
    session.add(ReferralTrace(referral_id=referral.id, need_id=need_id, batch_id=batch_id, organisation_id=organisation_id,
                              external_id=external_id, wanted=[], matches=[]))
    session.flush()


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
             state: LeadState, consent: str, need_owner: str | None = None, incubator: str = "") -> Case:
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
                links.add_link(session, config, need), text(need_owner or owner, "CONTACT"), ids, incubator)
    world.cases.append(case)
    world.canaries += [Canary(text(need_owner or owner, what), what, case) for what in OF_NEED]
    world.canaries += [Canary(text(owner, what), what, case) for what in OF_LEAD]
    return case


def hang_on(session: Session, config: Config, owner: str, need_owner: str, need: Need, lead: Lead) -> dict[str, UUID]:
    """Hang on a lead whatever can hang on one, with canaries in every text; return the ids by what they are of."""
    person = session.scalars(select(Person).where(Person.name.startswith(f"CANARY-{owner.partition('-')[0]}-"))).first()
    is_pending = lead.state == LeadState.IN_REVIEW
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
    complaint = hang_later_life(session, owner, lead, person)
    reading = HumanReading(id=new_id(), need_id=need.id, due_at=utc_now(), note=f"{text(need_owner, 'NEED')} note")
    if lead.state in WAITING:
        session.add(reading)
    if session.get(Watch, need.id) is None:
        session.add(Watch(need_id=need.id))
    session.flush()
    consent = session.scalars(select(Consent).where(Consent.need_id == need.id,
                                                    Consent.recipient_id == lead.platform_id)).one()
    return {"lead": lead.id, "decision": decision.id, "attachment": attachment.id, "file": attachment.id,
            "consent": consent.id, "need": need.id, "offering": lead.offering_id, "person": person.id,
            "saved": new_id(), "organisation": lead.platform_id, "platform": lead.platform_id, "ranking": ranking_of(lead),
            "recipient": lead.platform_id, "complaint": complaint, "reading": reading.id}


def hang_later_life(session: Session, owner: str, lead: Lead, person: Person) -> UUID:
    """Hang feedback of one side, an appeal and a complaint on the leads that can have them; return the complaint's id.

    Of a completed lead the firm has spoken alone, of a failed one the platform.
    """
    now, complaint = utc_now(), None
    if lead.state == LeadState.COMPLETED:
        session.add(LeadFeedback(lead_id=lead.id, side=Side.FIRM, rating=2, words=text(owner, "FIRMSAYS")))
    if lead.state == LeadState.FAILED:
        session.add(LeadFeedback(lead_id=lead.id, side=Side.PLATFORM, person_id=person.id, rating=2,
                                 words=text(owner, "TEAMSAYS")))
    if lead.state in (LeadState.APPEALED, LeadState.DECLINED_FINAL):
        session.add(Appeal(lead_id=lead.id, words=text(owner, "APPEAL"), due_at=now,
                           ended_at=now if lead.state == LeadState.DECLINED_FINAL else None))
    if lead.state in PUT | {LeadState.DECLINED}:
        complaint = Complaint(lead_id=lead.id, ground=Ground.FEE, words=text(owner, "COMPLAINT"), due_at=now)
        if lead.state in PUT:
            complaint.state, complaint.put_at, complaint.question = ComplaintState.IN_HAND, now, "What happened?"
        if lead.state == LeadState.COMPLETED:
            complaint.answer, complaint.answered_at = text(owner, "ANSWER"), now
        session.add(complaint)
        session.flush()
    return complaint.id if complaint else new_id()


def ranking_of(lead: Lead) -> UUID:
    """Return the id of the list that a lead came from."""
    assert lead.ranking_id is not None
    return lead.ranking_id


def add_draft(session: Session, config: Config, world: World) -> Case:
    """Add a draft of its own, with a link and nothing sent yet."""
    need = add_canary_need(session, "DRAFT-0", status=NeedStatus.DRAFT, opened_at=None)
    ids = {name: new_id() for name in ("lead", "decision", "attachment", "file", "consent", "person", "platform",
                                       "ranking", "recipient", "offering", "organisation", "complaint", "reading")}
    case = Case("DRAFT-0", "", LeadState.SUGGESTED, "given", need.id, new_id(), 1, links.add_link(session, config, need),
                text("DRAFT-0", "CONTACT"), ids | {"need": need.id})
    world.canaries += [Canary(text("DRAFT-0", what), what, case) for what in OF_NEED]
    batch = session.get(ReferralBatch, world.referred[INCUBATOR]["batch"])
    add_referral(session, batch.id, batch.organisation_id, 8, need.id, Standing.CONSENT_ASKED, remarks=[],
                 external_id="F-8")
    rival_rows.let_wait(session, batch)
    session.commit()
    return case


def add_firm(session: Session, config: Config, world: World, own: Case) -> None:
    """Let the firm of a case have an account, and one of the rival's cases be in another."""
    later, other = (add_canary_need(session, owner) for owner in (LATER, "ELSEWHERE-0"))
    world.account = add_account(session, own.need_id, later)
    foreign = next(case for case in world.of(THEIRS) if case.is_shared)
    add_account(session, foreign.need_id, other)
    for owner, need in ((LATER, later), ("ELSEWHERE-0", other)):
        case = Case(owner, "", LeadState.SUGGESTED, "given", need.id, new_id(), 1, links.add_link(session, config, need),
                    text(owner, "CONTACT"), {"need": need.id})
        world.canaries += [Canary(text(owner, what), what, case) for what in OF_NEED]
    session.commit()


def roles() -> Iterator[tuple[str, str | None, Role]]:
    """Give the people who act, where they have which role; the names are those of `may_read`."""
    yield "reviewer", OURS, Role.REVIEWER
    yield "list editor", OURS, Role.LIST_EDITOR
    yield "suspended member", SUSPENDED, Role.REVIEWER
    yield "former member", None, Role.REVIEWER
    yield "operator", "operator", Role.OPERATOR
    yield "admin", OURS, Role.ADMIN
    yield "incubator", "incubator", Role.REFERRER
