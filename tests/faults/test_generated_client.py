"""A client that openapi-python-client generates from the document sends, reads and withdraws; nothing in it is a guess.

Generator and client live in an environment of their own, whose command MATCHMAKER_TEST_CLIENT_GENERATOR names, else PATH.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import func, select

from matchmaker import storage
from matchmaker.domain import Referral, Standing
from tests.client.conftest import service  # noqa: F401
from tests.referring import row

pytestmark = [pytest.mark.faults, pytest.mark.parametrize("backend", ["sqlite"])]
ROOT = Path(__file__).resolve().parents[2]
GENERATOR = os.environ.get("MATCHMAKER_TEST_CLIENT_GENERATOR") or shutil.which("openapi-python-client")
WALK = """
import json, sys, time
from made import AuthenticatedClient
from made.api.referrals import (
    get_api_v1_referral_batches_batch_id as show, get_api_v1_referral_batches_batch_id_results as results,
    get_api_v1_referral_batches_batch_id_results_csv as table, post_api_v1_referral_batches as send,
    post_api_v1_referral_batches_batch_id_rows_row_withdraw as withdraw)
from made.models import PostApiV1ReferralBatchesJsonBody as Batch

at, key, rows = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
client = AuthenticatedClient(base_url=at, token=key, raise_on_unexpected_status=True)
taken = [send.sync(client=client, body=Batch.from_dict({"rows": rows}), idempotency_key="monday") for _time in range(2)]
assert taken[0] == taken[1] and taken[0].live
refused = send.sync_detailed(client=client, body=Batch.from_dict({"rows": rows[:1]}), idempotency_key="monday")
assert refused.status_code == 422 and refused.parsed.status == 422, refused
while (batch := show.sync(taken[0].id, client=client)).state in ("queued", "running"):
    time.sleep(0.1)
assert batch.state == "done" and batch.done == len(rows), batch
first = results.sync(batch.id, client=client, limit=2)
rest = results.sync(batch.id, client=client, limit=2, cursor=first.next_cursor)
found = first.results + rest.results
assert [row.row for row in found] == [1, 2, 3] and rest.next_cursor is None
assert [row.external_id for row in found] == ["F-1", None, "F-3"], found
assert found[0].matches[0].platform == "jianghai" and found[1].remarks[0].code == "required"
assert withdraw.sync_detailed(batch.id, 3, client=client).status_code == 204
assert results.sync(batch.id, client=client).results[2].standing == "withdrawn"
assert table.sync_detailed(batch.id, client=client).status_code == 200
"""


@pytest.fixture
def generated(service, tmp_path):  # noqa: F811
    """The folder of a client made from the service's own document, and the Python that runs it."""
    if not GENERATOR:
        pytest.skip("no openapi-python-client: pip install openapi-python-client into an environment of its own")
    made = tmp_path / "made"
    ended = subprocess.run(
        [GENERATOR, "generate", "--url", f"{service.at}/api/v1/openapi.json", "--meta", "none", "--output-path", made,
         "--config", ROOT / "docs/openapi-python-client.yaml", "--fail-on-warning"],
        capture_output=True, text=True, check=False, timeout=300,
        env=os.environ | {"PATH": f"{Path(GENERATOR).parent}:{os.environ['PATH']}"})
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "WARNING" not in ended.stdout + ended.stderr
    return tmp_path, Path(GENERATOR).parent / "python"


def test_a_generated_client_sends_reads_and_withdraws(service, generated):  # noqa: F811
    folder, python = generated
    rows = json.dumps([row(1), row(2, problem="", external_id=None), row(3, send_to="jianghai/vibration")])
    ended = subprocess.run([python, "-c", WALK, service.at, service.key, rows], capture_output=True, text=True,
                           check=False, timeout=300, env={"PYTHONPATH": str(folder)})
    assert ended.returncode == 0, ended.stdout + ended.stderr
    with storage.reading() as session:
        assert session.scalar(select(func.count()).select_from(Referral)) == 3
        assert session.scalar(select(Referral.standing).where(Referral.row == 3)) == Standing.WITHDRAWN
