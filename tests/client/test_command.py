"""The command of the client, run against a service as an incubator runs it."""

import csv
import json
import os
import random
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from matchmaker_client import Referrals
from sqlalchemy import func, select

from matchmaker import storage
from matchmaker.domain import Need, Referral, ReferralBatch
from tests.referring import row

on_sqlite = pytest.mark.parametrize("backend", ["sqlite"])
ROOT = Path(__file__).resolve().parents[2]


def command(service, *arguments) -> list[str]:
    return [sys.executable, "-m", "matchmaker_client", *map(str, arguments), "--at", service.at]


def environ(service) -> dict[str, str]:
    return os.environ | {"MATCHMAKER_KEY": service.key, "PYTHONPATH": str(ROOT / "client"), "COLUMNS": "120"}


def run(service, *arguments) -> subprocess.CompletedProcess:
    return subprocess.run(command(service, *arguments), env=environ(service), capture_output=True, text=True, check=False,
                          timeout=120)


def table(path: Path, rows: list[dict]) -> Path:
    path.write_text("\n".join(json.dumps(entry) for entry in rows))
    return path


def counts() -> dict[type, int]:
    with storage.reading() as session:
        return {kind: session.scalar(select(func.count()).select_from(kind)) for kind in (ReferralBatch, Referral, Need)}


@on_sqlite
def test_a_file_is_sent_watched_and_answered_and_twice_is_once(service, tmp_path):
    needs, answers = table(tmp_path / "needs.ndjson", [row(1), row(2, problem=""), row(3)]), tmp_path / "answers.csv"
    for _time in range(2):
        ended = run(service, needs, "--watch", "--results", answers)
        assert ended.returncode == 1, ended.stderr
        assert re.search(r"done: 3 rows: .*1 refused", ended.stdout)
        assert "problem" in ended.stdout
    assert counts() == {ReferralBatch: 1, Referral: 3, Need: 2}
    with answers.open(encoding="utf-8-sig", newline="") as file:
        assert {line["row"] for line in csv.DictReader(file)} == {"1", "2", "3"}
    assert run(service, needs, "--name", "another", "--dry-run").returncode == 0
    assert counts()[ReferralBatch] == 2


@on_sqlite
def test_what_is_not_taken_is_said(service, tmp_path):
    needs = table(tmp_path / "needs.ndjson", [row(1)])
    refused = run(service, needs, "--retry-of", "nothing")
    assert (refused.returncode, "422" in refused.stderr) == (2, True)
    assert run(service, tmp_path / "none.csv").returncode == 2
    nobody = subprocess.run(command(service, needs), env=environ(service) | {"MATCHMAKER_KEY": ""}, capture_output=True,
                            text=True, check=False)
    assert (nobody.returncode, "MATCHMAKER_KEY" in nobody.stderr) == (2, True)


@on_sqlite
def test_the_functions_say_what_became_of_each_row(service, tmp_path):
    needs = table(tmp_path / "needs.ndjson", [row(1), row(2, problem="")])
    with Referrals(service.at, service.key) as referrals:
        batch = referrals.send(needs)
        *_before, batch = referrals.watch(batch.id, pause=0.05)
        one, other = referrals.results(batch.id)
        assert (one.outcome, one.matches[0].external_id, other.remarks[0].column) == ("accepted", "vibration", "problem")
        for ending in ("csv", "ndjson", "xlsx"):
            assert referrals.save_results(batch.id, tmp_path / f"answers.{ending}").stat().st_size > 100
        referrals.withdraw(batch.id, 1)
        assert next(referrals.results(batch.id)).standing == "withdrawn"
        assert [found.id for found in referrals.batches()] == [batch.id]


@pytest.mark.parametrize(("backend", "kills"), [("sqlite", 2), *(
    pytest.param(backend, 30, marks=pytest.mark.faults) for backend in ("sqlite", "postgresql"))])
def test_a_client_that_is_killed_and_run_again_doubles_no_row(service, tmp_path, kills):
    draw, rows = random.Random(kills), 40
    for number in range(kills):
        needs = table(tmp_path / f"needs{number}.ndjson", [row(number * rows + at) for at in range(rows)])
        child = subprocess.Popen(command(service, needs, "--watch"), env=environ(service), stdout=subprocess.DEVNULL)
        threading.Timer(draw.random() * 1.5, child.kill).start()
        child.wait()
        ended = run(service, needs, "--watch")
        assert ended.returncode == 0, ended.stderr
        assert counts() == {kind: (number + 1) * (1 if kind is ReferralBatch else rows) for kind in counts()}


def tour() -> list[str]:
    """The commands of the tour in the guide, in their order."""
    text = (ROOT / "docs" / "referrals.md").read_text(encoding="utf-8")
    section = text.partition("## A tour of the API")[2].partition("\n## ")[0]
    return re.findall(r"(?:^    .+\n)+", section, re.MULTILINE)


@on_sqlite
def test_the_tour_of_the_guide_works_as_written(service, tmp_path):
    (tmp_path / "needs.csv").write_text("external_id,problem\nF-1,Vibration test of a bracket\nF-2,\n")
    settings, send, *others = tour()
    settings = re.sub(r"KEY=\S+", f"KEY={service.key}", settings).replace("http://127.0.0.1:8000", service.at)

    def call(lines: str) -> str:
        done = subprocess.run(["bash", "-ec", settings + lines.replace("curl -s", "curl -s --fail-with-body")], cwd=tmp_path,
                              capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, (lines, done.stdout, done.stderr)
        return done.stdout

    batch_id = json.loads(call(send))["id"]
    with Referrals(service.at, service.key) as referrals:
        assert [batch.rows["refused"] for batch in referrals.watch(batch_id, pause=0.05)][-1] == 1
    answers = [json.loads(call(lines.replace("ID", batch_id))) for lines in others]
    assert answers[0]["done"] == 2
    assert [result["external_id"] for result in answers[1]["results"]] == ["F-2"]
    assert (answers[2]["row"], answers[2]["outcome"], answers[2]["version"]) == (2, "accepted", 2)
