import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from matchmaker import storage
from matchmaker.cli import main
from matchmaker.domain import Offering
from matchmaker.services.columns import BY_NAME
from matchmaker.services.importing import EXAMPLE
from matchmaker.tabular import open_table

MAPPING = '''
[constants]
kind = "compute"
platform = "Nimbus"
[columns]
external_id = "Nr"
title = "Name"
'''


@pytest.fixture
def home(database, tmp_path, monkeypatch) -> Iterator[Path]:
    """A folder to stand in, with the test's database as the command's."""
    monkeypatch.setenv("MATCHMAKER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MATCHMAKER_DATABASE_URL", database.url.render_as_string(hide_password=False))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    yield tmp_path
    storage.Sessions.kw["bind"].dispose()


def run(*arguments: object) -> Result:
    storage.Sessions.kw["bind"].dispose()
    return CliRunner().invoke(main, ["offerings", *map(str, arguments)])


def partner(home: Path, *rows: str, name: str = "partner.csv") -> Path:
    (home / "map.toml").write_text(MAPPING)
    path = home / name
    path.write_text("\n".join(["Nr,Name", *rows]), encoding="gb18030")
    return path


def stored() -> int:
    with storage.reading() as session:
        return session.scalar(select(func.count()).select_from(Offering))


def test_a_partners_file_goes_in_and_refused_rows_are_explained(home):
    path = partner(home, "1,云主机", "2,", "1,又一台", "4,=HYPERLINK(1)")
    result = run("import", path, "--mapping", "map.toml")
    assert result.exit_code == 0, result.output
    assert "2 new, 0 changed, 0 unchanged, 2 refused" in result.output
    assert "partner.csv.errors.csv" in result.output
    with (home / "partner.csv.errors.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [(row["row"], row["column"], row["code"]) for row in csv.DictReader(file)] == [
            ("3", "Name", "required"), ("4", "Nr", "duplicate")]
    again = run("import", path, "--mapping", "map.toml", "--json", "--errors", "out.csv")
    result = json.loads(again.stdout)
    assert [result[name] for name in ("new", "changed", "unchanged", "refused")] == [0, 0, 2, 2]
    assert result["errors_file"] == "out.csv"


def test_formulas_in_the_errors_file_are_defused(home):
    path = home / "own.jsonl"
    path.write_text('{"=cmd()": 1, "external_id": "1", "kind": "data", "title": "t", "platform": "p"}\n')
    run("import", path)
    assert b"\n1,'=cmd()" in (home / "own.jsonl.errors.csv").read_bytes()


def test_strict_refuses_the_whole_file_with_exit_code_1(home):
    path = partner(home, "1,a", "2,")
    result = run("import", path, "--mapping", "map.toml", "--strict")
    assert result.exit_code == 1
    assert "Strict" in result.output
    assert stored() == 0


def test_a_dry_run_says_so(home):
    result = run("import", partner(home, "1,a"), "--mapping", "map.toml", "--dry-run")
    assert result.exit_code == 0
    assert "1 new" in result.output
    assert "Dry run" in result.output
    assert stored() == 0


def test_publishing_says_that_the_index_follows(home):
    result = run("import", partner(home, "1,a"), "--mapping", "map.toml", "--publish")
    assert "index" in result.output


@pytest.mark.parametrize(("arguments", "code"), [
    (["import", "gone.csv"], 2), (["import", "map.toml", "--colour"], 2), (["import"], 2), (["template"], 2),
    (["import", "partner.csv"], 1), (["import", "partner.csv", "--mapping", "partner.csv"], 1),
    (["import", "empty.csv"], 1), (["template", "t.pdf"], 1), (["template", "no/such/folder/t.xlsx"], 1),
    (["template", "no/such/folder/t.csv"], 1),
])
def test_exit_codes_and_words_without_a_traceback(home, arguments, code):
    partner(home, "1,a")
    (home / "empty.csv").touch()
    result = run(*arguments)
    assert result.exit_code == code, result.output
    assert "Error" in result.output
    assert "Traceback" not in result.output


def test_messages_are_in_the_language_asked_for(home):
    result = run("import", partner(home, "1,a"), "--mapping", "map.toml", "--language", "zh")
    assert "新增" in result.output


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_template_can_be_filled_in_and_imported(home, ending, language):
    template = home / f"t.{ending}"
    assert run("template", template, "--language", language).exit_code == 0
    with open_table(template) as table:
        names = table.columns
        rows = list(table)
    assert set(names) <= set(BY_NAME)
    assert str(rows[0].cells["external_id"]).startswith("#")
    assert ("贵方编号" if language == "zh" else "Your own") in rows[0].cells["external_id"][:20]
    untouched = run("import", template, "--platform", "Harbour Labs", "--json")
    assert json.loads(untouched.stdout)["refused"] == 2
    filled = home / "filled.csv"
    with filled.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        for row in rows:
            writer.writerow([str(row.cells[name]).replace(EXAMPLE, "hl-") for name in names])
    result = json.loads(run("import", filled, "--platform", "Harbour Labs", "--json").stdout)
    assert (result["new"], result["refused"]) == (2, 0)
    with storage.reading() as session:
        found = session.scalar(select(Offering).where(Offering.external_id == "hl-1"))
        assert (found.price_min, found.eligibility["one_person_ok"], found.kind_code) == (980000, False, "laboratory")
        assert found.capabilities[0] == {"parameter": {"zh": "频率", "en": "frequency"}, "min": 0.009, "max": 18000,
                                         "unit": "MHz"}


def test_an_entry_of_a_drop_down_list_is_understood(home):
    path = home / "own.csv"
    path.write_text("external_id,kind,title,platform,access_mode\n1,data · 数据 · data,t,p,order · 按单 · by order\n")
    assert json.loads(run("import", path, "--json").stdout)["new"] == 1
