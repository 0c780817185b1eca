import json
import os
from pathlib import Path

import pytest
from sqlalchemy import event, func, select

from matchmaker import jobs, storage
from matchmaker.domain import Job, JobRow, JobState, Offering, OfferingStatus, OpennessList, Organisation
from matchmaker.errors import Invalid
from matchmaker.jobs.worker import Chunks, run_one
from matchmaker.services import importing
from matchmaker.tasks import make_tasks


def table(tmp_path: Path, *rows: dict, name: str = "catalogue.jsonl") -> Path:
    path = tmp_path / name
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows))
    return path


def line(number: int, **fields) -> dict:
    return {"external_id": f"x-{number}", "kind": "laboratory", "title": f"Vibration table {number}",
            "platform": "Riverside Labs", **fields}


def queued(config, path: Path, **options) -> Job:
    upload = importing.keep_upload(config.uploads, path)
    with storage.writing() as session:
        return importing.queue_import(session, upload, **options)


def imported(config, path: Path, **options) -> Job:
    job = queued(config, path, **options)
    run_one(make_tasks(config), job.id)
    with storage.reading() as session:
        return session.get_one(Job, job.id, populate_existing=True)


def counts(job: Job) -> tuple[int, int, int, int]:
    assert job.state == JobState.DONE, job.error
    return tuple(job.result[name] for name in ("new", "changed", "unchanged", "refused"))


def offerings() -> dict[str, Offering]:
    with storage.reading() as session:
        found = session.scalars(select(Offering).execution_options(populate_existing=True)).all()
        return {offering.external_id: offering for offering in found}


def errors(job: Job) -> list[tuple[int, str, str]]:
    with storage.reading() as session:
        rows = session.scalars(select(JobRow).where(JobRow.job_id == job.id).order_by(JobRow.row)).all()
    return [(row.row, error["column"], error["code"]) for row in rows for error in row.errors or []]


def test_the_same_file_twice_changes_nothing(session, config, tmp_path):
    path = table(tmp_path, *(line(number, valid_from="2026-07-01", access_mode="order",
                                  price_min={"amount": 100, "currency": "CNY"}) for number in range(3)))
    assert counts(imported(config, path)) == (3, 0, 0, 0)
    before = {name: (found.version, found.changed_at, found.content_hash) for name, found in offerings().items()}
    assert counts(imported(config, path)) == (0, 0, 3, 0)
    assert {name: (found.version, found.changed_at, found.content_hash)
            for name, found in offerings().items()} == before


def test_new_changed_and_unchanged_are_told_apart(session, config, tmp_path):
    imported(config, table(tmp_path, line(1), line(2)))
    job = imported(config, table(tmp_path, line(1), line(2, title="Another", valid_through="2027-01-01"), line(3)))
    assert counts(job) == (1, 1, 1, 0)
    found = offerings()["x-2"]
    assert (found.title, found.version, found.valid_through.isoformat()) == ({"en": "Another"}, 2, "2027-01-01")


def test_a_bad_row_never_stops_the_good_ones(session, config, tmp_path):
    path = table(tmp_path, line(1), {"external_id": "x-2"}, line(3, kind="spaceship"), line(4))
    path.write_text(path.read_text() + "\n{broken\n" + json.dumps(line(6)))
    job = imported(config, path)
    assert counts(job) == (3, 0, 0, 3)
    assert set(offerings()) == {"x-1", "x-4", "x-6"}
    assert {(row, column) for row, column, _code in errors(job)} >= {
        (2, "title"), (2, "platform"), (3, "kind"), (5, "")}


def test_a_second_row_with_the_same_id_is_refused_with_the_first(session, config, tmp_path):
    other = line(1, platform="Other Labs")
    job = imported(config, table(tmp_path, line(1), line(2), line(1, title="Again"), other))
    assert counts(job) == (3, 0, 0, 1)
    assert errors(job) == [(3, "external_id", "duplicate")]
    with storage.reading() as reading:
        words = reading.scalar(select(JobRow.errors).where(JobRow.job_id == job.id, JobRow.row == 3))[0]["words"]
    assert "Row 1 " in words


def test_a_dry_run_counts_but_changes_nothing(session, config, tmp_path):
    job = imported(config, table(tmp_path, line(1), {"title": "x"}), is_dry_run=True, publish=True)
    assert counts(job) == (1, 0, 0, 1)
    assert (job.result["applied"], job.result["index_job"]) == (False, None)
    assert not offerings()
    with storage.reading() as reading:
        assert not reading.scalar(select(func.count()).select_from(Organisation))


def test_a_strict_import_with_a_bad_row_changes_nothing(session, config, tmp_path):
    path = table(tmp_path, line(1), {"title": "x"})
    assert imported(config, path, is_strict=True).result["applied"] is False
    assert not offerings()
    assert imported(config, table(tmp_path, line(1)), is_strict=True).result["applied"] is True
    assert set(offerings()) == {"x-1"}


def test_publishing_shows_drafts_and_queues_an_index(session, config, tmp_path):
    assert imported(config, table(tmp_path, line(1), line(2))).result["index_job"] is None
    assert {found.status for found in offerings().values()} == {OfferingStatus.DRAFT}
    with storage.writing() as writing:
        writing.scalar(select(Offering).where(Offering.external_id == "x-2")).status = OfferingStatus.SUSPENDED
    job = imported(config, table(tmp_path, line(1), line(2, title="Changed"), line(3)), publish=True)
    assert {name: found.status.value for name, found in offerings().items()} == {
        "x-1": "published", "x-2": "suspended", "x-3": "published"}
    with storage.reading() as reading:
        assert str(reading.scalar(select(Job.id).where(Job.task == "publish_index"))) == job.result["index_job"]


def test_a_change_without_publishing_keeps_the_status(session, config, tmp_path):
    imported(config, table(tmp_path, line(1)), publish=True)
    imported(config, table(tmp_path, line(1, title="Changed")))
    assert offerings()["x-1"].status == OfferingStatus.PUBLISHED


def test_platforms_are_found_by_slug_and_name_and_made_once(session, config, tmp_path):
    with storage.writing() as writing:
        writing.add(Organisation(slug="riverside", name={"zh": "河岸实验室", "en": "Riverside Labs"},
                                 roles=["platform"]))
        writing.add(Organisation(slug="cheat", name={"en": "New Labs"}, roles=["sme"]))
    names = ["riverside", "Riverside Labs", "河岸实验室", "New Labs", "新平台"]
    imported(config, table(tmp_path, *(line(number, platform=name) for number, name in enumerate(names))))
    with storage.reading() as reading:
        platforms = {found.id: found for found in reading.scalars(select(Organisation))}
        lists = reading.scalars(select(OpennessList)).all()
    assert [platforms[offerings()[f"x-{number}"].platform_id].slug for number in range(4)] == [
        "riverside", "riverside", "riverside", "new-labs"]
    made = platforms[offerings()["x-4"].platform_id]
    assert (made.name, made.roles, made.slug[:9]) == ({"zh": "新平台"}, ["platform"], "platform-")
    assert len(platforms) == 4
    assert sorted(len([x for x in lists if x.platform_id == key]) for key in platforms) == [0, 1, 1, 1]


def test_the_platform_of_the_whole_file_serves_rows_that_name_none(session, config, tmp_path):
    rows = line(1), line(2)
    del rows[1]["platform"]
    job = imported(config, table(tmp_path, *rows), platform="Fallback Labs")
    assert job.result["platforms"] == ["fallback-labs", "riverside-labs"]


def test_errors_are_told_in_the_language_asked_for_and_by_the_files_columns(session, config, tmp_path):
    path = tmp_path / "partner.csv"
    path.write_text("Nr,Name,Price\n1,A,ask\n2,,5\n3,C,5\n")
    mapping = ('[constants]\nkind = "data"\nplatform = "P"\n[columns]\nexternal_id = "Nr"\ntitle = "Name"\n'
               'price_min = "Price"\n')
    job = imported(config, path, mapping=mapping, language="zh")
    assert counts(job) == (1, 0, 0, 2)
    assert [(row, column) for row, column, _code in errors(job)] == [(2, "Price"), (3, "Name")]


@pytest.mark.parametrize(("content", "words"), [
    ("external_id,titel_zh,kind\n1,a,data\n", "title_zh"), ("", "empty"), ("external_id,kind\n", "no row"),
])
def test_a_file_that_cannot_be_used_fails_the_job_for_good(session, config, tmp_path, content, words):
    path = tmp_path / "bad.csv"
    path.write_text(content)
    job = imported(config, path)
    assert job.state == JobState.FAILED
    assert words in job.error
    assert not list(config.uploads.iterdir())


def test_a_mapping_that_cannot_be_used_is_refused_before_anything_is_queued(session, config):
    with pytest.raises(Invalid, match="TOML"), storage.writing() as writing:
        importing.queue_import(writing, "x", mapping="[")
    with storage.reading() as reading:
        assert not reading.scalar(select(func.count()).select_from(Job))


def test_nothing_of_the_file_is_kept_but_the_outcomes(session, config, tmp_path):
    job = imported(config, table(tmp_path, line(1), {"title": "x"}))
    with storage.reading() as reading:
        rows = reading.scalars(select(JobRow).where(JobRow.job_id == job.id)).all()
    assert {(row.row, row.outcome, row.content is None) for row in rows} == {(1, "new", True), (2, "error", True)}
    assert not list(config.uploads.iterdir())


def test_an_import_goes_on_where_another_worker_stopped(session, config, tmp_path, monkeypatch):
    monkeypatch.setattr(importing, "CHUNK", 10)
    job = queued(config, table(tmp_path, *(line(number) for number in range(1, 41)), line(3)))
    with storage.writing() as writing:
        held = jobs.claim(writing, job.id)

    class Broken(Chunks):
        """Dies at the third chunk."""

        def chunk(self, **options):
            if self.job.progress == 20:
                raise KeyboardInterrupt
            return super().chunk(**options)

    with pytest.raises(KeyboardInterrupt):
        make_tasks(config)["import_offerings"](held, Broken(held))
    assert not offerings()
    with storage.writing() as writing:
        jobs.release(writing, held)
    run_one(make_tasks(config), job.id)
    with storage.reading() as reading:
        ended = reading.get_one(Job, job.id, populate_existing=True)
        assert reading.scalar(select(func.count()).select_from(JobRow)) == 41
    assert counts(ended) == (40, 0, 0, 1)
    assert errors(ended) == [(41, "external_id", "duplicate")]


def test_applying_asks_the_database_by_the_page_and_not_by_the_row(session, config, tmp_path):
    asked = []
    path = table(tmp_path, *(line(number) for number in range(600)))
    connection = storage.Sessions.kw["bind"]
    event.listen(connection, "before_cursor_execute", lambda *given: asked.append(given[2]))
    imported(config, path)
    imported(config, table(tmp_path, *(line(number, title="New") for number in range(600))))
    assert len([words for words in asked if words.startswith("SELECT")]) < 40


def test_a_long_text_goes_in_whole(session, config, tmp_path):
    imported(config, table(tmp_path, line(1, description="word " * 26_000)))
    assert len(offerings()["x-1"].description["en"]) == 129_999


def test_the_templates_explanations_are_no_row(session, config, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("external_id,kind,title_zh,platform\n# 编号,类型,名称,平台\n1,data,数据,甲\n#2,data,数据,甲\n")
    assert counts(imported(config, path)) == (2, 0, 0, 0)
    assert set(offerings()) == {"1", "#2"}


def test_old_uploads_of_no_job_are_swept_away(session, config, tmp_path):
    config.uploads.mkdir(parents=True)
    for name, age in (("old", importing.ABANDONED_SECONDS + 100), ("young", 10)):
        (config.uploads / name).write_text("x")
        moment = (config.uploads / name).stat().st_mtime - age
        os.utime(config.uploads / name, (moment, moment))
    imported(config, table(tmp_path, line(1)))
    assert [path.name for path in config.uploads.iterdir()] == ["young"]
