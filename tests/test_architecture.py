"""The rules of the house that no linter knows. Each walker is also shown a fault, which it must find."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from matchmaker.domain import Base

PACKAGE = Path(__file__).parent.parent / "matchmaker"
MIGRATIONS = PACKAGE / "storage" / "migrations"
ENTRY_POINTS = ("app.py", "cli/", "jobs/", "storage/", "tasks.py", "api/", "web/")
MAY_SELECT = ("storage/", "jobs/")
SCOPED = ("storage/queries/scope.py", "storage/queries/scope_referrals.py", "storage/queries/scope_webhooks.py",
          "storage/queries/scope_openness.py", "storage/queries/scope_boards.py", "storage/queries/scope_firms.py", "storage/queries/scope_unread.py", "storage/queries/scope_readings.py",
          "storage/queries/people.py")
LINES_PER_FUNCTION, LINES_PER_FILE = 40, 300
PRIVATE = frozenset({"Lead", "LeadMove", "LeadMessage", "LeadNote", "Decision", "Need", "Contact", "Consent",
                     "Attachment", "ClockStep", "Ranking", "Watch", "StockWatch", "Mail", "OfferingMove", "OfferingVersion",
                     "OfferingRevision", "Invitation", "OneTimeKey", "SecondStep", "RecoveryCode", "Absence", "Identity",
                     "LeadReading", "LeadFeedback", "Appeal", "Complaint", "LeadPresence", "SavedView", "FindConsent",
                     "Finding", "ReferralBatch", "Referral", "ReferralTrace", "WebhookEndpoint", "WebhookDelivery",
                     "WebhookAttempt", "ReferralChoice", "ListVersion", "ListEntry", "ListMove", "NeedSummary", "LeadSummary", "ExposureSummary", "ReferralRevision", "ReferralMapping", "HumanReading", "FirmAccount", "GatheredNeed", "FirmKey", "FirmSignIn"})
"""What only `storage.queries.scope` may select, because each actor sees other rows of it."""
PRIVATE_TABLES = re.compile(r"\b(?:from|join|into|update)\s+\"?(?:lead(?:_\w+)?|need|contact|consent|attachment|clock_step|decision"
                            r"|ranking|appeal|complaint|watch|stock_watch|mail|invitation|one_time_key|second_step"
                            r"|recovery_code|absence|identity|saved_view|firm_(?:account|key|sign_in)|gathered_need|find_consent|finding|referral(?:_\w+)?|webhook_(?:endpoint|delivery|attempt)|offering_(?:move|version|revision)|list_(?:version|entry|move))\b", re.IGNORECASE)
ASKING = frozenset({"select", "select_from", "join", "outerjoin", "exists", "aliased", "update", "delete", "insert",
                    "get", "get_one", "query", "with_entities", "add_columns", "bulk_insert_mappings"})


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


def unowned(tree: ast.Module) -> Iterator[str]:
    """Find transactions that are the service's because nobody is named."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node) in ("storage.writing()", "storage.reading()"):
            yield f"line {node.lineno}"


def selects(tree: ast.Module) -> Iterator[str]:
    """Find what asks the database in its own words."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy"):
            yield from (f"{alias.name}, line {node.lineno}" for alias in node.names if alias.name in ("select", "text"))
        if ast.unparse(node) == "session.query":
            yield f"session.query, line {node.lineno}"


def unscoped(tree: ast.Module) -> Iterator[str]:
    """Find what asks for leads, needs, contacts and the like without beginning at a select of `scope`.

    To join them is to ask for them too. What stands inside of a query that begins with `scope` is its condition.
    """
    names = PRIVATE | {alias.asname for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
                       for alias in node.names if alias.asname and alias.name in PRIVATE}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = getattr(node.func, "attr", getattr(node.func, "id", ""))
        for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
            if called in ASKING:
                yield from (f"{called}({name}), line {node.lineno}" for name in sorted(mentioned(argument) & names))
            if called == "text" and isinstance(argument, ast.Constant) and PRIVATE_TABLES.search(str(argument.value)):
                yield f"text, line {node.lineno}"


def mentioned(node: ast.AST) -> set[str]:
    """Return the names in an expression, but not those inside of a query that begins with `scope`."""
    if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("scope."):
        return set()
    names = {name for name in (getattr(node, "id", None), getattr(node, "attr", None)) if name}
    return names.union(*(mentioned(child) for child in ast.iter_child_nodes(node)))


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
    # Tasks that work through a job in chunks look things up before they begin; and what all requests share must not be
    # made from what one of them has not committed.
    looked_up = [found.pop(name, []) for name in ("services/importing.py", "services/publishing.py", "services/live.py",
                                                  "services/keeping.py", "services/leads/watching.py", "services/leads/stock.py",
                                                  "services/leads/passing.py", "services/leads/finding.py",
                                                  "services/demand/summarising.py", "services/learning/proposing.py",
                                                  "services/referrals/processing.py")]
    assert found == {}
    assert all(place.startswith("storage.reading") for places in looked_up for place in places)


def test_a_request_never_asks_as_the_service_by_saying_nothing(trees):
    """The second wall goes by whose a transaction is."""
    in_requests = {name: tree for name, tree in trees.items() if name.startswith(("app.py", "web/", "api/"))}
    assert faults(in_requests, unowned) == {}


def test_only_storage_and_jobs_select(trees):
    assert faults(trees, selects, *MAY_SELECT) == {}


def test_private_rows_are_selected_in_one_place(trees):
    """Threat 6: whoever forgets the actor is found here."""
    assert faults(trees, unscoped, *SCOPED) == {}


def test_no_relationship_leads_around_the_scope():
    ways = {f"{mapper.class_.__name__}.{way.key}" for mapper in Base.registry.mappers for way in mapper.relationships
            if way.mapper.class_.__name__ in PRIVATE}
    # A lead's history belongs to the lead: who may know of the one may know of the other. So it is with a
    # delivery, and with the entries of a version; and which versions are in a batch the operator has chosen, who sees them all.
    assert ways == {"Lead.moves", "ListVersion.entries", "Batch.versions", "WebhookDelivery.endpoint",
                    "WebhookDelivery.log"}


@pytest.mark.parametrize("planted", [
    "scope.leads(actor).where(Lead.id == lead_id).join(Offering)",
    "select(scope.leads(actor).where(Lead.state == state).subquery())",
    "select(Offering).where(Offering.id == lead.offering_id)",
    "values.get('Lead')",
    "text('SELECT 1 FROM offering')",
])
def test_the_walker_for_scope_leaves_scoped_queries_alone(planted):
    assert list(unscoped(ast.parse(planted))) == []


@pytest.mark.parametrize(("walker", "planted"), [
    (long_functions, "def f():\n" + "    pass\n" * 41),
    (undocumented, '"""Module of things."""\ndef find_need():\n    """Find need."""'),
    (undocumented, '"""Module of things."""\nclass Need:\n    """What a firm looks for."""\n    def open(self): pass'),
    (undocumented, "x = 1"),
    (transactions, "def f(session):\n    session.commit()"),
    (transactions, "with storage.writing() as session: pass"),
    (unowned, "with storage.writing() as session: pass"),
    (selects, "from sqlalchemy import select"),
    (selects, "def f(session):\n    return session.query(Need)"),
    (unscoped, "select(Lead).where(Lead.id == lead_id)"),
    (unscoped, "select(Lead.id, Offering.title)"),
    (unscoped, "select(func.count(Contact.id))"),
    (unscoped, "select(func.count()).select_from(Need)"),
    (unscoped, "session.get(Attachment, attachment_id)"),
    (unscoped, "session.get_one(entity=Decision, ident=decision_id)"),
    (unscoped, "scope.leads(actor).join(Need, Need.id == Lead.need_id)"),
    (unscoped, "select(Offering).where(select(LeadNote.id.label('x')).exists())"),
    (unscoped, "update(Mail).values(status='sent')"),
    (unscoped, "session.execute(delete(Watch))"),
    (unscoped, "from matchmaker.domain import Consent as Given\nselect(Given)"),
    (unscoped, "select(domain.Contact)"),
    (unscoped, "other = aliased(Lead)"),
    (unscoped, "session.execute(text('SELECT email FROM contact'))"),
    (unscoped, "select(LeadMessage if wanted else LeadMove)"),
])
def test_each_walker_finds_a_planted_fault(walker, planted):
    assert list(walker(ast.parse(planted)))


def test_the_walkers_see_the_package(trees):
    assert {"app.py", "services/catalogue.py", "storage/queries/offerings.py"} <= set(trees)
