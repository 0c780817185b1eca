import pytest

from matchmaker import storage
from tests.making import add_organisation


@pytest.fixture
def written(run, database, tmp_path):
    """A backup of a service with an organisation."""
    with storage.writing() as session:
        add_organisation(session, "jianghai")
    assert run("backup", str(tmp_path / "backup.tar.gz")).exit_code == 0
    return tmp_path / "backup.tar.gz"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_backup_is_restored_into_a_new_home(run, written, tmp_path):
    address = f"sqlite:///{tmp_path / 'new' / 'matchmaker.db'}"
    restored = run("restore", str(written), MATCHMAKER_HOME=str(tmp_path / "new"), MATCHMAKER_DATABASE_URL=address)
    assert restored.exit_code == 0, restored.output
    head = restored.output.rpartition("--head ")[2].replace("\n", "").strip()
    assert "is whole" in run("audit", "verify", "--head", head).output
    assert "is in force: 0 offerings" in run("index", "publish").output


def test_a_backup_does_not_go_over_a_service(run, written):
    refused = run("restore", str(written))
    assert refused.exit_code == 1
    assert "The database is not empty" in refused.output


def test_a_place_that_cannot_be_written_is_named(run, database, tmp_path):
    refused = run("backup", str(tmp_path / "no" / "backup.tar.gz"))
    assert refused.exit_code == 1
    assert "cannot be written" in refused.output
    assert not list(tmp_path.rglob("*.partial"))
