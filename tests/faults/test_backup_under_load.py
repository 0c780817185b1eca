"""`matchmaker backup` while others write: restored elsewhere, it holds all that was acknowledged before it began."""

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select

from matchmaker import storage
from matchmaker.domain import Lead, LeadMessage, Offering, Side
from matchmaker.services import backups
from tests.making import add_lead, add_need
from tests.services.test_backups import elsewhere  # noqa: F401

pytestmark = pytest.mark.faults
WRITERS, ENOUGH = 3, 30


def command(home: Path, url: str, *words: str) -> None:
    """Run a command of the product in a process and a home of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MATCHMAKER_")}
    environment = kept | {"MATCHMAKER_HOME": str(home), "MATCHMAKER_DATABASE_URL": url, "LC_ALL": "C.UTF-8"}
    subprocess.run([sys.executable, "-m", "matchmaker", *words], env=environment, check=True,
                   capture_output=True)


def write(offering_id, acknowledged: list[str], stop: threading.Event, started: threading.Event) -> None:
    """Send needs with a lead and a message each, and note the reference of each once it is acknowledged."""
    while not stop.is_set():
        with storage.writing() as session:
            lead = add_lead(session, session.get_one(Offering, offering_id), add_need(session))
            session.add(LeadMessage(lead_id=lead.id, side=Side.FIRM, words=f"About {lead.reference}"))
        acknowledged.append(lead.reference)
        if len(acknowledged) >= ENOUGH:
            started.set()


def stored() -> tuple[set[str], int, int]:
    """Return the references of the leads in the database, how many messages, and how many that fit a lead."""
    with storage.reading() as session:
        references = set(session.scalars(select(Lead.reference)))
        every = session.scalar(select(func.count()).select_from(LeadMessage))
        fitting = session.scalar(select(func.count()).select_from(LeadMessage).join(
            Lead, LeadMessage.words == "About " + Lead.reference))
    return references, every, fitting


@pytest.mark.parametrize("round", range(5))
def test_what_was_acknowledged_before_a_backup_is_in_it(database, make_offering, tmp_path, elsewhere, round):  # noqa: F811
    with storage.writing() as session:
        offering_id = make_offering(session).id
    acknowledged: list[str] = []
    started, stop = threading.Event(), threading.Event()
    file, url = tmp_path / "backup.tar.gz", database.url.render_as_string(hide_password=False)
    with ThreadPoolExecutor(WRITERS) as pool:
        writers = [pool.submit(write, offering_id, acknowledged, stop, started) for _ in range(WRITERS)]
        try:
            assert started.wait(120)
            before = set(acknowledged)
            command(tmp_path / "home", url, "backup", str(file))
        finally:
            stop.set()
        for writer in writers:
            writer.result()
    backups.restore(elsewhere(), file)
    references, messages, fitting = stored()
    print(f"{len(before)} acknowledged before, {len(references)} restored, {len(acknowledged)} in all")
    assert before <= references <= set(acknowledged), "all that was acknowledged before, and nothing that never was"
    assert len(acknowledged) > len(before), "nobody wrote while the backup was made"
    assert messages == fitting == len(references), "each lead came with its message: one moment, not several"
