"""The rules of the house that no linter knows. Each walker is also shown a fault, which it must find."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "matchmaker"
MIGRATIONS = PACKAGE / "storage" / "migrations"
ENTRY_POINTS = ("app.py", "cli/", "jobs/", "storage/", "tasks.py", "api/", "web/")
MAY_SELECT = ("storage/", "jobs/")
LINES_PER_FUNCTION, LINES_PER_FILE = 40, 300


def modules() -> dict[str, ast.Module]:
    return {
        str(path.relative_to(PACKAGE)): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(PACKAGE.rglob("*.py")) if MIGRATIONS not in path.parents
    }


def long_functions(tree: ast.Module) -> Iterator[str]:
    """Find functions of more lines than a reader holds in the head; the docstring does not count."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = node.end_lineno - node.lineno + 1
            if ast.get_docstring(node) is not None:
                length -= node.body[0].end_lineno - node.body[0].lineno + 1
            if length > LINES_PER_FUNCTION:
                yield f"{node.name}: {length} lines"


def undocumented(tree: ast.Module) -> Iterator[str]:
    """Find public things without a docstring, or with one that only repeats the name."""
    if not ast.get_docstring(tree):
        yield "module"
    for node in ast.walk(tree):
        for child in ast.iter_child_nodes(node):
            is_member = isinstance(node, ast.Module | ast.ClassDef) and not getattr(node, "name", "").startswith("_")
            if not is_member or not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                continue
            words = set((ast.get_docstring(child) or "").lower().rstrip(".").split())
            if not child.name.startswith("_") and len(words - set(child.name.lower().split("_"))) < 2:
                yield child.name


def transactions(tree: ast.Module) -> Iterator[str]:
    """Find where transactions begin or end."""
    for node in ast.walk(tree):
        if (isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
                and node.attr in ("writing", "reading", "commit", "rollback", "begin")
                and node.value.id in ("storage", "session", "Session", "Sessions")):
            yield f"{node.value.id}.{node.attr}, line {node.lineno}"


def selects(tree: ast.Module) -> Iterator[str]:
    """Find what asks the database in its own words."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy"):
            yield from (f"{alias.name}, line {node.lineno}" for alias in node.names if alias.name in ("select", "text"))
        if ast.unparse(node) == "session.query":
            yield f"session.query, line {node.lineno}"


@pytest.fixture(scope="module")
def trees() -> dict[str, ast.Module]:
    return modules()


def faults(trees, walker, *allowed: str) -> dict[str, list[str]]:
    found = {name: list(walker(tree)) for name, tree in trees.items() if not name.startswith(allowed or ("-",))}
    return {name: names for name, names in found.items() if names}


def test_functions_are_short(trees):
    assert faults(trees, long_functions) == {}


def test_files_are_short():
    lengths = {str(path.relative_to(PACKAGE)): len(path.read_text(encoding="utf-8").splitlines())
               for path in PACKAGE.rglob("*.py") if MIGRATIONS not in path.parents}
    assert {name: length for name, length in lengths.items() if length > LINES_PER_FILE} == {}


def test_every_public_thing_is_documented(trees):
    assert faults(trees, undocumented) == {}


def test_services_and_domain_begin_no_transactions(trees):
    found = faults(trees, transactions, *ENTRY_POINTS)
    # Tasks that work through a job in chunks look things up before they begin.
    looked_up = [found.pop(name, []) for name in ("services/importing.py", "services/publishing.py")]
    assert found == {}
    assert all(place.startswith("storage.reading") for places in looked_up for place in places)


def test_only_storage_and_jobs_select(trees):
    assert faults(trees, selects, *MAY_SELECT) == {}


@pytest.mark.parametrize(("walker", "planted"), [
    (long_functions, "def f():\n" + "    pass\n" * 41),
    (undocumented, '"""Module of things."""\ndef find_need():\n    """Find need."""'),
    (undocumented, '"""Module of things."""\nclass Need:\n    """What a firm looks for."""\n    def open(self): pass'),
    (undocumented, "x = 1"),
    (transactions, "def f(session):\n    session.commit()"),
    (transactions, "with storage.writing() as session: pass"),
    (selects, "from sqlalchemy import select"),
    (selects, "def f(session):\n    return session.query(Need)"),
])
def test_each_walker_finds_a_planted_fault(walker, planted):
    assert list(walker(ast.parse(planted)))


def test_the_walkers_see_the_package(trees):
    assert {"app.py", "services/catalogue.py", "storage/queries/offerings.py"} <= set(trees)
