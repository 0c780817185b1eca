import ast
import re
from dataclasses import fields
from pathlib import Path

from matchmaker import config
from matchmaker.config import Config

DOCUMENT = Path(__file__).parent.parent / "docs" / "settings.md"


def test_the_table_of_settings_is_whole():
    documented = set(re.findall(r"^\| `(MATCHMAKER_\w+)`", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE))
    tree = ast.parse(Path(config.__file__).read_text(encoding="utf-8"))
    read = {node.value for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and re.fullmatch(r"MATCHMAKER_[A-Z_]+", str(node.value))}
    assert documented == read


def test_documented_defaults_are_the_defaults():
    rows = re.findall(r"^\| `MATCHMAKER_(\w+)` \| `(\w[\w.]*)` \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    defaults = Config.from_environ({})
    assert len(rows) >= 7
    for name, written in rows:
        value = getattr(defaults, name.lower())
        assert written == (str(int(value)) if isinstance(value, bool) else str(value)), name


def test_the_environment_is_taken_over(tmp_path):
    environ = {"MATCHMAKER_HOME": str(tmp_path), "MATCHMAKER_PORT": "8123", "MATCHMAKER_DEMO": "1",
               "MATCHMAKER_DATABASE_URL": "postgresql://db/matchmaker"}
    found = Config.from_environ(environ)
    assert (found.home, found.port, found.demo) == (tmp_path, 8123, True)
    assert found.database_url == "postgresql://db/matchmaker"
    assert not found.secure_cookies
    assert found.index_folder.parent == found.uploads.parent == tmp_path
    assert all(hasattr(found, field.name) for field in fields(Config))
