import sqlite3
from pathlib import Path
from uuid import UUID

import orjson
import pytest
from sqlalchemy import make_url, select, text

from matchmaker import storage
from matchmaker.domain import Attachment, Base, Holder, Job, LeadMessage, LeadNote, LeadState, Mail, Need, Side
from matchmaker.domain.base import new_id
from matchmaker.errors import NotFound
from matchmaker.jobs.worker import run_one
from matchmaker.services import matching, publishing
from matchmaker.services.leads import asking, erasing
from matchmaker.tasks import make_tasks
from tests.asking import begin, offering, wanted
from tests.making import add_lead, add_need, add_person

CANARY = "kanarienvogel-7731"


def everything(session):
    """Return every row of every table, as text; but for the audit log, in which the ids of what was stay for good."""
    return {table.name: [repr(tuple(row)) for row in session.execute(select(table))]
            for table in Base.metadata.sorted_tables if table.name != "audit_entry"}


def traces(session, *signs):
    """Return the tables in which one of the signs stands."""
    return {name: row for name, rows in everything(session).items() for row in rows for sign in signs if sign in row}


@pytest.fixture
def full(database, config, make_offering):
    """A need with everything that can hang on one, all of it with the canary in its words; and another need."""
    with storage.writing() as session:
        make_offering(session, external_id="vibration")
        job = publishing.queue_publish(session)
    run_one(make_tasks(config), job.id)
    matching.current_index(config)
    with storage.writing() as session:
        person = add_person(session, "reviewer@jianghai.example", "jianghai")
        _key, holder = begin(session, config, problem=f"vibration {CANARY}")
        need = wanted()["need"] | {"problem": f"vibration {CANARY}", "quantity": CANARY}
        asking.watch(session, config, holder, need, f"{CANARY}@firm.example", "en")
        (lead,) = asking.ask(session, config, holder, wanted(offering(session), need=need, organisation=CANARY,
                                                             name=CANARY, email=f"{CANARY}@firm.example"))
        session.add_all([LeadMessage(lead_id=lead.id, side=Side.FIRM, words=CANARY),
                         LeadNote(lead_id=lead.id, person_id=person.id, words=CANARY),
                         file := Attachment(id=new_id(), need_id=holder.need_id, name=f"{CANARY}.pdf", size=1,
                                            media_type="application/pdf", sha256="0" * 64)])
        add_lead(session, offering(session), add_need(session), reference="L-KEPT")
    config.attachments.mkdir(parents=True)
    (config.attachments / str(file.id)).write_text(CANARY)
    (config.attachments / "other").write_text("kept")
    return holder, lead


def drain(config):
    """Run every job but mail."""
    with storage.reading() as session:
        waiting = session.scalars(select(Job.id).where(Job.task == erasing.TASK)).all()
    for job_id in waiting:
        run_one(make_tasks(config), job_id)


def test_nothing_of_an_erased_need_remains(full, config, database, backend):
    holder, lead = full
    with storage.reading() as session:
        assert {"need", "lead", "contact", "consent", "ranking", "lead_message", "lead_note", "attachment", "watch",
                "private_link", "mail"} <= set(traces(session, CANARY, holder.need_id.hex, str(holder.need_id),
                                                      repr(holder.need_id), repr(lead.id)))
    with storage.writing() as session:
        erasing.erase(session, holder)
    drain(config)
    with storage.reading() as session:
        assert traces(session, CANARY, holder.need_id.hex, str(holder.need_id)) == {}
        assert [need.reference for need in session.scalars(select(Need))] != []
    assert [file.name for file in config.attachments.iterdir()] == ["other"]
    if backend == "sqlite":
        path = Path(make_url(str(database.url)).database)
        left = [file.name for file in path.parent.iterdir() if file.is_file() and CANARY.encode() in file.read_bytes()]
        assert left == []


def test_the_canary_would_be_found(full, database, backend):
    """What the test above looks for stands in the files until it is erased, so that it can fail."""
    if backend == "sqlite":
        path = Path(make_url(str(database.url)).database)
        assert any(CANARY.encode() in file.read_bytes() for file in path.parent.iterdir() if file.is_file())


def test_teams_that_work_on_it_are_told_the_reference_alone(session, make_offering):
    need = add_need(session)
    for slug in ("jianghai", "tianquan", "qinghe"):
        add_person(session, f"reviewer@{slug}.example", slug)
    told = add_lead(session, make_offering(session), need)
    also = add_lead(session, make_offering(session, platform="qinghe"), need, state=LeadState.ACCEPTED)
    add_lead(session, make_offering(session, platform="tianquan"), need, state=LeadState.DECLINED)
    references = {told.reference, also.reference}
    erasing.erase(session, Holder(need.id))
    found = session.scalars(select(Mail)).all()
    assert {(mail.notice, mail.details["reference"]) for mail in found} == {("need_erased", name) for name in references}
    assert all(set(mail.details) <= {"reference", "platform"} for mail in found)


def test_what_is_gone_cannot_be_erased_again(session):
    holder = Holder(add_need(session).id)
    erasing.erase(session, holder)
    with pytest.raises(NotFound):
        erasing.erase(session, holder)


def test_another_need_stays(session, make_offering):
    kept, gone = add_need(session), add_need(session)
    lead = add_lead(session, make_offering(session), kept)
    erasing.erase(session, Holder(gone.id))
    assert session.get(Need, kept.id) is not None
    session.refresh(lead)


def test_sqlite_overwrites_what_is_deleted(tmp_path):
    engine = storage.make_engine(f"sqlite:///{tmp_path / 'matchmaker.db'}")
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA secure_delete")).scalar() == 1
    engine.dispose()


def test_a_log_that_is_read_is_emptied_later(database, config, backend):
    with storage.writing() as session:
        session.add(job := Job(task=erasing.TASK, payload={"files": []}))
        session.flush()
    if backend == "postgresql":
        assert storage.empty_log()
        return
    reader = sqlite3.connect(make_url(str(database.url)).database)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM kind").fetchall()
    with storage.writing() as session:
        session.add(Job(task="none", payload={}))
    assert not storage.empty_log()
    run_one(make_tasks(config), job.id)
    with storage.reading() as session:
        again = [entry for entry in session.scalars(select(Job).where(Job.task == erasing.TASK)) if entry.id != job.id]
        assert [entry.payload for entry in again] == [{"files": []}]
        assert again[0].lease_until is not None
    reader.close()
    assert storage.empty_log()


def test_files_to_remove_travel_as_ids(session, config, make_offering):
    need = add_need(session)
    session.add(file := Attachment(id=new_id(), need_id=need.id, name="drawing.pdf", size=1, sha256="0" * 64,
                                   media_type="application/pdf"))
    session.flush()
    erasing.erase(session, Holder(need.id))
    payload = session.scalars(select(Job.payload).where(Job.task == erasing.TASK)).one()
    assert [UUID(name) for name in payload["files"]] == [file.id]
    assert b"drawing" not in orjson.dumps(payload)
