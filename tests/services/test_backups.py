import gzip
import io
import tarfile
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, text

from matchmaker import storage
from matchmaker.domain import Organisation
from matchmaker.errors import Conflict, Invalid
from matchmaker.services import auditing, backups, vocabulary
from matchmaker.storage import migrating
from tests.making import add_organisation

ROUNDS = 2


@pytest.fixture
def at_home(config):
    """The home of a service with an attached file."""
    config.attachments.mkdir(parents=True)
    (config.attachments / "a-file").write_bytes(b"drawing" * 1000)
    return config


@pytest.fixture
def elsewhere(database, tmp_path, config):
    """A function that connects an empty database and gives the settings of a new home."""
    made = []

    def empty() -> None:
        with database.begin() as connection:
            schema = connection.scalar(text("SELECT current_schema()"))
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
            connection.execute(text(f"CREATE SCHEMA {schema}"))

    def connect():
        home = tmp_path / "elsewhere"
        if database.dialect.name == "sqlite":
            made.append(storage.connect(f"sqlite:///{home / 'matchmaker.db'}"))
        else:
            empty()
        return replace(config, home=home)

    yield connect
    for engine in made:
        engine.dispose()
    storage.use(database)
    if database.dialect.name == "postgresql":
        empty()
        migrating.upgrade(database)
        with storage.writing() as session:
            vocabulary.seed(session, config.data)


def back_up(config, tmp_path) -> Path:
    """Return a backup."""
    with storage.reading() as session:
        head = auditing.head(session)
    with (tmp_path / "backup.tar.gz").open("wb") as file:
        backups.back_up(config, head, file, tmp_path)
    return tmp_path / "backup.tar.gz"


def slugs() -> set[str]:
    with storage.reading() as session:
        return set(session.scalars(select(Organisation.slug)))


def test_a_backup_is_restored_elsewhere_with_files_and_audit_log(database, at_home, elsewhere, tmp_path):
    with storage.writing() as session:
        add_organisation(session, "jianghai")
    path = back_up(at_home, tmp_path)
    home = elsewhere()
    restored = backups.restore(home, path)
    assert slugs() == {"jianghai"}
    assert (home.attachments / "a-file").read_bytes() == b"drawing" * 1000
    assert restored.files == 1
    number, _, digest = restored.head.partition(":")
    with storage.reading() as session:
        assert auditing.verify(session, (int(number), digest)).broken_at is None
    with storage.writing() as session:
        add_organisation(session, "new")
    assert not list(home.home.glob(".restore-*"))


@pytest.mark.parametrize("round", range(ROUNDS))
def test_a_backup_under_load_holds_everything_acknowledged_before_it(database, at_home, elsewhere, tmp_path, round):
    acknowledged, started, stop = [], threading.Event(), threading.Event()

    def write(worker: int) -> None:
        place = 0
        while not stop.is_set():
            with storage.writing() as session:
                add_organisation(session, f"{worker}-{place}")
            acknowledged.append(f"{worker}-{place}")
            place += 1
            if len(acknowledged) >= 20:
                started.set()

    with ThreadPoolExecutor(3) as pool:
        writers = [pool.submit(write, worker) for worker in range(3)]
        try:
            assert started.wait(30)
            before = set(acknowledged)
            path = back_up(at_home, tmp_path)
        finally:
            stop.set()
        for writer in writers:
            writer.result()
    assert len(acknowledged) > len(before)
    backups.restore(elsewhere(), path)
    assert before <= slugs() <= set(acknowledged)


def test_a_file_deleted_meanwhile_is_left_out(database, at_home, tmp_path, monkeypatch):
    (at_home.attachments / "b-file").write_bytes(b"gone")
    kept = backups._kept

    def losing(config):
        paths = list(kept(config))
        (at_home.attachments / "b-file").unlink()
        return paths

    monkeypatch.setattr(backups, "_kept", losing)
    with tarfile.open(back_up(at_home, tmp_path)) as archive:
        assert archive.getnames() == ["database", "attachments/a-file", "manifest.json"]


def test_a_backup_goes_only_into_an_empty_place(database, at_home, elsewhere, tmp_path):
    path = back_up(at_home, tmp_path)
    with pytest.raises(Conflict, match="attachments is not empty"):
        backups.restore(at_home, path)
    with pytest.raises(Conflict, match="database is not empty"):
        backups.restore(replace(at_home, home=tmp_path / "new"), path)


def rewritten(path: Path, change) -> bytes:
    """Return the bytes of a backup whose members went through `change`."""
    block = io.BytesIO()
    with tarfile.open(path) as old, tarfile.open(fileobj=block, mode="w:gz") as new:
        for member in old.getmembers():
            content = change(member, old.extractfile(member).read())
            if content is not None:
                member.size = len(content)
                new.addfile(member, io.BytesIO(content))
    return block.getvalue()


@pytest.mark.parametrize("damage", [
    lambda path: path.read_bytes()[:-200],
    lambda path: path.read_bytes()[:100],
    lambda path: b"",
    lambda path: b"no archive",
    lambda path: gzip.compress(b"no archive"),
    lambda path: rewritten(path, lambda member, block: block + b"x" if member.name == "database" else block),
    lambda path: rewritten(path, lambda member, block: None if member.name == "attachments/a-file" else block),
    lambda path: rewritten(path, lambda member, block: None if member.name == "manifest.json" else block),
    lambda path: rewritten(path, lambda member, block: block.replace(b"sha256", b"sha255")),
], ids=["cut", "head", "empty", "text", "gzip", "changed", "lacking", "unlisted", "forged"])
def test_a_damaged_backup_is_refused_before_anything_is_touched(database, at_home, elsewhere, tmp_path, damage):
    path = back_up(at_home, tmp_path)
    path.write_bytes(damage(path))
    home = elsewhere()
    with pytest.raises(Invalid, match="backup"):
        backups.restore(home, path)
    assert not list(home.home.rglob("*-file"))


def test_no_member_is_written_outside(database, at_home, elsewhere, tmp_path):
    path = back_up(at_home, tmp_path)
    with tarfile.open(path) as old:
        members = [(member, old.extractfile(member).read()) for member in old.getmembers()]
    with tarfile.open(path, "w:gz") as new:
        for member, content in members:
            member.name = member.name.replace("attachments/a-file", "../../escaped")
            new.addfile(member, io.BytesIO(content))
    with pytest.raises(Invalid):
        backups.restore(elsewhere(), path)
    assert not list(tmp_path.rglob("escaped"))
