import os

import pytest
from click.testing import CliRunner

from matchmaker import storage
from matchmaker.cli import main


@pytest.fixture
def run(tmp_path, monkeypatch, database):
    """A function that runs the command on `database`, with a home folder of its own."""
    for name in [name for name in os.environ if name.startswith("MATCHMAKER_") and "TEST" not in name]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("MATCHMAKER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MATCHMAKER_DATABASE_URL", database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")

    def invoke(*arguments, **environ):
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        answer = CliRunner().invoke(main, arguments)
        if storage.connected() is not database:
            storage.connected().dispose()
            storage.use(database)
        return answer

    return invoke
