"""A platform stays silent: it is reminded, its lead managers are told, and the need is passed on; the clock is moved."""

import datetime as dt

import pytest
from sqlalchemy import select

from matchmaker import storage
from matchmaker.config import Config
from matchmaker.domain import Job, Lead
from matchmaker.jobs.worker import run_one
from matchmaker.services.leads import clocks
from matchmaker.tasks import make_tasks
from tests.clock import Clock

from .conftest import send_need
from .test_journey import FIRM
from .test_life import LANGUAGES

pytestmark = pytest.mark.browser

COLD = ("Our laser welder must start after 24 h at -25 °C. We look for a climatic chamber test at low temperature to "
        "GB/T 2423.1, with a report under the CNAS mark, for two units of 18 kg.")


SAID = {"en": ("The platform was reminded on", "Its lead managers were told on", "Passed on from {}", "History", "reminded"),
        "zh": ("提醒平台", "告知其线索负责人", "由{}转来", "经过", "提醒")}


@pytest.fixture
def ring(home, monkeypatch):
    """A function that moves the clock to just after the next step of a lead's clock, and does what is due."""
    clock, config = Clock(monkeypatch), Config(home=home, demo=True)
    engine = storage.connect(f"sqlite:///{home / 'matchmaker.db'}")

    def ring(reference: str) -> None:
        with storage.reading() as session:
            job_id = clocks.job_id(session.scalars(select(Lead.id).where(Lead.reference == reference)).one())
            clock.move_to(session.get(Job, job_id).lease_until + dt.timedelta(seconds=5))
        assert run_one(make_tasks(config), job_id)

    yield ring
    engine.dispose()


@LANGUAGES
def test_a_silent_platform_is_reminded_and_the_need_is_passed_on(visit, until, ring, language):
    reminded, told, passed_on, history, in_history = SAID[language]
    page = visit(f"/{language}/needs/new")
    send_need(page, COLD)
    page.locator('article.match input[name="offering"]').first.check()
    page.locator("#choice button:not([formaction])").click()
    page.wait_for_selector("#ask")
    first = page.locator(".recipient h3").inner_text()
    page.check('[name="recipient"]')
    page.check('[name="passes_on"]')
    for name, value in (FIRM | {"email": f"silent-{language}@qicheng.example"}).items():
        page.fill(f'#ask [name="{name}"]', value)
    page.click("#ask .submit-bar button")
    page.click(".sent-do .btn-primary")
    reference = page.locator("article.followed .small .num").first.inner_text()
    url = page.url
    for words in (reminded, told):
        while words not in page.goto(url).text():
            ring(reference)
    ring(reference)
    until(page, url, lambda page: page.locator("article.followed").count() == 2)
    assert page.locator(".clock-next a").count() == 1
    assert first in page.locator(f"article.followed:has-text('{reference}')").inner_text()
    second = page.locator(".clock-next a").inner_text()
    assert second != first
    assert passed_on.format(first) in page.inner_text("main")
    assert second in page.locator("#consents").inner_text()
    page.locator(f"article.followed details:has-text('{history}') summary").first.click()
    assert page.locator(f".history li:has-text('{in_history}')").count() >= 1
