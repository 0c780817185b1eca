import datetime as dt
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest
from argon2 import PasswordHasher
from sqlalchemy import event, select

from matchmaker.domain import Person, Role, SignIn
from matchmaker.domain.access import hash_secret
from matchmaker.domain.base import utc_now
from matchmaker.services import accounts
from tests import making
from tests.making import add_organisation, add_person

REVIEWER = "reviewer@jianghai.example"
OPERATOR = "o@operator.example"

VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
SPOKEN = ("alt", "aria-label", "content", "placeholder", "title", "label")


@dataclass
class Element:
    """One element of a page: its attributes, its language, and the text in it."""

    tag: str
    attributes: dict[str, str]
    language: str
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.texts)).strip()

    def __getitem__(self, name: str) -> str:
        return self.attributes[name]


class Page(HTMLParser):
    """A page as a reader has it: its elements, and what it says in which language."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.spoken: list[tuple[str, str]] = []
        self._open: list[Element] = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = {name: value or "" for name, value in attributes}
        language = values.get("lang") or (self._open[-1].language if self._open else "")
        element = Element(tag, values, language)
        self.elements.append(element)
        self.spoken += [(values["lang"] if tag == "html" else language, values[name])
                        for name in SPOKEN if values.get(name) and self._is_prose(tag, values, name)]
        if tag not in VOID:
            self._open.append(element)

    @staticmethod
    def _is_prose(tag, values, name):
        return name != "content" or values.get("name") == "description"

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        while self._open and self._open.pop().tag != tag:
            pass

    def handle_data(self, data):
        for element in self._open:
            element.texts.append(data)
        if data.strip() and self._open and self._open[-1].tag not in ("script", "style", "textarea"):
            self.spoken.append((self._open[-1].language, data.strip()))

    def all(self, tag: str, **attributes: str) -> list[Element]:
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [element for element in self.elements if element.tag == tag
                and all(value in element.attributes.get(name, "").split() or element.attributes.get(name) == value
                        for name, value in wanted.items())]

    def one(self, tag: str, **attributes: str) -> Element:
        (element,) = self.all(tag, **attributes)
        return element

    @property
    def text(self) -> str:
        return self.all("body")[0].text


@pytest.fixture
def read(client):
    """A function that asks for an address and returns the page, after checking the status."""
    def read(path, status=200, data=None, **options):
        answer = client.get(path, **options) if data is None else client.post(path, data=data, **options)
        assert answer.status_code == status, answer.text[:2000]
        return Page(answer.text)

    return read


QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
QUICK_HASH, QUICK_NOBODY = QUICK.hash(making.PASSWORD), QUICK.hash("nobody")


@pytest.fixture
def quick_passwords(monkeypatch):
    """Let passwords cost next to nothing, for tests that sign in often."""
    monkeypatch.setattr(accounts, "_hasher", QUICK)
    monkeypatch.setattr(accounts, "_nobody", QUICK_NOBODY)
    monkeypatch.setattr(making, "PASSWORD_HASH", QUICK_HASH)


@pytest.fixture
def person(session):
    """A reviewer of the platform jianghai."""
    return add_person(session, REVIEWER, "jianghai")


@pytest.fixture
def enter(client, session):
    """A function that lets somebody be signed in (test_account.py shows how they get there)."""
    def enter(email=REVIEWER):
        found = session.scalar(select(Person).where(Person.email == email))
        session.add(SignIn(person_id=found.id, key_hash=hash_secret(email),
                           expires_at=utc_now() + dt.timedelta(hours=1)))
        session.commit()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = email

    return enter


@pytest.fixture
def operator(client, session, quick_passwords, enter):
    """A browser in which an operator has signed in."""
    add_organisation(session, "operator", "operator")
    add_person(session, OPERATOR, "operator", Role.OPERATOR)
    enter(OPERATOR)
    return client


@pytest.fixture
def signed_in(enter, person):
    """The reviewer is signed in."""
    enter()


@pytest.fixture
def statements(session):
    """The statements that the database was sent, in their order, but for those that tell it who asks."""
    sent: list[str] = []
    connection = session.get_bind()

    def note(_connection, _cursor, statement, _parameters, _context, _many) -> None:
        if "set_config" not in statement:
            sent.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    yield sent
    event.remove(connection, "before_cursor_execute", note)
