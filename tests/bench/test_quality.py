import re
import sys

from bench import quality
from matchmaker.config import ROOT
from matchmaker.ranking.evaluate import RANKERS

PAGE = ROOT / "bench" / "quality.md"
DEMO = ROOT / "data" / "judgements" / "demo_en"


def test_one_command_writes_the_page_and_its_picture(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["quality", str(DEMO), "--into", str(tmp_path)])
    quality.main()
    assert {path.name for path in tmp_path.iterdir()} == {"quality.md", "quality.png"}
    page = (tmp_path / "quality.md").read_text(encoding="utf-8")
    assert page.startswith(quality.HEAD)
    assert "\n## demo_en\n\n50 needs, 261 texts\n" in page
    assert re.findall(r"^\| (\S+) \| 0\.\d{4} \| 0\.\d{3}…", page, re.MULTILINE) == list(RANKERS)
    tables = [{line.count("|") for line in block.splitlines()} for block in page.split("\n\n") if block.startswith("|")]
    assert len(tables) == 2
    assert all(len(columns) == 1 for columns in tables)


def test_the_committed_page_is_of_this_command_and_holds_the_demo():
    page = PAGE.read_text(encoding="utf-8")
    assert page.startswith(quality.HEAD)
    assert {"demo_zh", "demo_en"} <= set(re.findall(r"^## (\S+)$", page, re.MULTILINE))
    assert (PAGE.parent / "quality.png").is_file()
