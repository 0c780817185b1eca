"""What an operator looks at in a month, in a browser: demand that nobody meets, an alert, learning, the report.

The rest of the month is walked elsewhere: a list reviewed and a batch published in `test_openness`, an appeal decided in
`test_life`.
"""

import datetime as dt
import re

import pytest

from matchmaker import storage
from matchmaker.domain import FairnessAlert
from matchmaker.services import formats

from .conftest import DESKTOP, PHONE
from .test_accessibility import axe  # noqa: F401
from .test_editor import enter
from .test_leads_accessibility import check  # noqa: F401

pytestmark = pytest.mark.browser


@pytest.fixture
def alert(home, address):
    """The number of an alert that a look of yesterday raised."""
    engine = storage.connect(f"sqlite:///{home / 'matchmaker.db'}")
    day = formats.today() - dt.timedelta(days=1)
    raised = FairnessAlert(
        dimension="size", value="micro", outcome="accepted", raised_on=day, since=day - dt.timedelta(days=180), firms=34,
        leads=61, figure=0.21, others=0.47, ratio=0.45, p=0.0002, tests=96, is_within=True)
    with storage.writing() as session:
        session.add(raised)
    yield str(raised.id)
    with storage.writing() as session:
        session.delete(session.get_one(FairnessAlert, raised.id))
    engine.dispose()


@pytest.mark.parametrize(("language", "size"), [("en", DESKTOP), ("zh", PHONE)], ids=["en-desktop", "zh-phone"])
def test_the_operator_goes_from_unmet_demand_over_an_alert_to_the_report(  # noqa: PLR0913
        visit, until, check, passwords, alert, language, size):  # noqa: F811
    page = visit(f"/{language}/", size=size, bypass_csp=True)
    enter(page, passwords, "operator@operator.example", language)
    demand = f"/{language}/operator/demand"
    until(page, demand, lambda page: page.locator("main td a").count() >= 1)
    check(page, size)
    page.goto(demand)
    page.locator(".tallies a", has_text=re.compile(r"\d")).nth(1).click()
    page.wait_for_url(f"**{demand}/needs?*")
    assert page.locator("main tbody tr, main li").count() >= 1
    check(page, size)

    check(page, size, path=f"/{language}/operator/fairness")
    case = page.locator(f"#alert-{alert}")
    case.locator("textarea").fill("Two platforms answer for most of it; both were written to.")
    case.locator("form button").click()
    page.wait_for_selector(f"#alert-{alert} .said")
    assert page.locator(f"#alert-{alert} .state.unknown").count() == 1
    check(page, size, path=f"/{language}/operator/learning")

    page.goto(demand)
    page.click(".board-tools a.btn")
    page.wait_for_url("**/demand/report*")
    check(page, size)
    page.emulate_media(media="print")
    assert page.locator("main h1").is_visible()
    assert not page.locator(".top nav").is_visible()
    if size == DESKTOP:
        assert page.pdf().startswith(b"%PDF")
