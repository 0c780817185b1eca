import json

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select

from matchmaker import storage
from matchmaker.config import Config
from matchmaker.domain import Firm, LeadState, Membership, Offering, OpennessList, Organisation, Person
from matchmaker.services import demo, publishing
from matchmaker.services.firms import demo_account, gathering, opening


def counts():
    with storage.reading() as session:
        return {kind.__name__: session.scalar(select(func.count()).select_from(kind))
                for kind in (Organisation, OpennessList, Offering, Person, Membership)}


def test_the_demo_loads_once_and_is_published(run, tmp_path):
    first = run("demo")
    assert first.exit_code == 0, first.output
    assert "0 refused" in first.output
    loaded = counts()
    assert (loaded["Organisation"], loaded["OpennessList"], loaded["Person"]) == (26, 24, 6)
    assert loaded["Offering"] >= 240
    again = run("demo")
    assert "0 new, 0 changed" in again.output
    assert counts() == loaded
    status = run("index", "status").output
    assert "in force" in status
    assert any(str(number) in status for number in range(240, loaded["Offering"])), "drafts are not in the index"
    sign_ins = tmp_path / "home" / "demo-sign-ins.txt"
    assert sign_ins.stat().st_mode & 0o077 == 0
    assert all(line in again.output.replace("  ", " ") for line in sign_ins.read_text().splitlines())
    account_holds_three_of_four(sign_ins.read_text().split()[-1].rpartition("/")[2])


def account_holds_three_of_four(key):
    with storage.writing() as session:
        kept = opening.enter(session, Config(), key)
        found = gathering.overview(session, Firm(opening.sign_in(session, kept).account_id))
        assert (len(found.needs), len(found.others), found.email) == (3, 1, demo_account.EMAIL)
        assert {lead.state for entry in found.needs for lead in entry.leads} == {
            LeadState.INFO_REQUESTED, LeadState.IN_DELIVERY}


def test_an_index_that_cannot_be_read_is_published_anew(run, tmp_path):
    run("demo")
    manifest = tmp_path / "home" / "index" / "000001" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"format"', '"former"'))
    assert run("demo").exit_code == 0
    assert [row["in_force"] for row in publishing.status(tmp_path / "home" / "index")] == [False, True]


def test_passwords_are_stored_as_hashes_that_fit(database, tmp_path):
    passwords = demo.sign_ins(tmp_path / "sign-ins.txt")
    with storage.writing() as session:
        demo.load(session, Config().data, passwords)
    with storage.reading() as session:
        for person in session.scalars(select(Person)):
            assert person.password_hash.startswith("$argon2id$")
            assert PasswordHasher().verify(person.password_hash, passwords[person.email])
    assert demo.sign_ins(tmp_path / "sign-ins.txt") == passwords
    assert demo.sign_ins(tmp_path / "elsewhere.txt") != passwords


@pytest.fixture(scope="module")
def platforms():
    return demo.platforms(Config().data)


def test_the_platforms_are_whole(platforms):
    assert len(platforms) == len({entry["slug"] for entry in platforms}) == 24
    assert {entry["batch"] for entry in platforms} == {1, 2, 3}
    for entry in platforms:
        assert all(entry[name]["zh"] and entry[name]["en"] for name in ("name", "title", "about"))


def test_every_platform_has_offerings_and_every_file_a_platform(platforms):
    files = {path.stem for path in (Config().data / "offerings").glob("*.jsonl")}
    assert files == {entry["slug"] for entry in platforms}


def test_the_catalogue_is_one_import(tmp_path, platforms):
    lines = demo.write_catalogue(Config().data, tmp_path / "all.jsonl").read_text(encoding="utf-8").splitlines()
    offerings = [json.loads(line) for line in lines]
    assert len({offering["external_id"] for offering in offerings}) == len(offerings) >= 240
    assert {offering["platform"] for offering in offerings} == {entry["slug"] for entry in platforms}
