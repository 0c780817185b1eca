import subprocess
import sys

import pytest

from matchmaker.cli import COMMANDS, main, terminal_language

HEAVY = "import sys; from matchmaker.cli import main; main(sys.argv[1:], standalone_mode=False); " \
    "sys.exit(' '.join({'numpy', 'sklearn', 'skops', 'flask'} & set(sys.modules)) or 0)"


def test_every_command_explains_itself(run):
    for name in COMMANDS:
        answer = run(name, "--help")
        assert answer.exit_code == 0
        assert answer.output.startswith(f"Usage: main {name}")
    assert set(COMMANDS) == set(main.list_commands(None))


@pytest.mark.parametrize("arguments", [["--version"], ["serve", "--help"], ["db", "--help"], ["db", "upgrade"]])
def test_quick_commands_do_not_wait_for_the_libraries_of_the_others(tmp_path, arguments):
    environ = {"MATCHMAKER_DATABASE_URL": f"sqlite:///{tmp_path / 'new.db'}", "MATCHMAKER_HOME": str(tmp_path)}
    ended = subprocess.run([sys.executable, "-c", HEAVY, *arguments], env=environ, capture_output=True, text=True,
                           timeout=60)
    assert ended.returncode == 0, ended.stderr


def test_an_unknown_command_is_named(run):
    answer = run("dance")
    assert answer.exit_code == 2
    assert "dance" in answer.output


def test_our_errors_are_words_without_a_traceback(run):
    answer = run("serve", MATCHMAKER_SECRET_KEY="weak")
    assert answer.exit_code == 1
    assert answer.output.startswith("Error: MATCHMAKER_SECRET_KEY is missing or weak")
    assert "Traceback" not in answer.output


def test_a_database_that_cannot_be_reached_is_said(run):
    answer = run("db", "check", MATCHMAKER_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert answer.exit_code == 1
    assert answer.output.startswith("Error: The database cannot be used:")


def test_a_database_without_tables_is_said_with_the_remedy(run, tmp_path):
    answer = run("index", "publish", MATCHMAKER_DATABASE_URL=f"sqlite:///{tmp_path / 'new.db'}")
    assert answer.exit_code == 1
    assert "matchmaker db upgrade" in answer.output


def test_db_upgrade_makes_everything_and_twice_does_no_harm(run, tmp_path):
    url = {"MATCHMAKER_DATABASE_URL": f"sqlite:///{tmp_path / 'new.db'}"}
    assert run("db", "check", **url).exit_code == 1
    assert "39 kinds, themes and reasons added" in run("db", "upgrade", **url).output
    assert "0 kinds, themes and reasons added" in run("db", "upgrade", **url).output
    assert run("db", "check", **url).exit_code == 0


@pytest.mark.parametrize(("locale", "language"), [("zh_CN.UTF-8", "zh"), ("en_GB.UTF-8", "en"), ("C", "en"),
                                                  ("de_DE", "en")])
def test_the_terminal_is_spoken_to_in_its_language(monkeypatch, locale, language):
    monkeypatch.setenv("LC_ALL", locale)
    assert terminal_language() == language
