import pytest

from matchmaker import storage
from tests.making import add_organisation


@pytest.fixture
def place(database) -> str:
    """The id of an organisation that was added."""
    with storage.writing() as session:
        return str(add_organisation(session, "jianghai").id)


def test_the_head_of_a_whole_log_verifies(run, place):
    head = run("audit", "head").output.strip()
    verified = run("audit", "verify", "--head", head)
    assert verified.exit_code == 0
    assert "The audit log is whole" in verified.output
    assert head.partition(":")[2] in verified.output


def test_a_head_that_the_log_does_not_have_is_a_break(run, place):
    number = run("audit", "head").output.partition(":")[0]
    broken = run("audit", "verify", "--head", f"{number}:{'1' * 64}")
    assert broken.exit_code == 1
    assert f"broken at entry {number}" in broken.output


@pytest.mark.parametrize("head", ["12", "x:y", "1:abc"])
def test_a_head_that_is_none_is_refused(run, head):
    refused = run("audit", "verify", "--head", head)
    assert refused.exit_code == 1
    assert "NUMBER:DIGEST" in refused.output


def test_the_entries_of_one_thing_are_listed(run, place):
    listed = run("audit", "list", "--thing", place, COLUMNS="200")
    assert f"organisation {place}" in listed.output
    assert "theme" not in listed.output
