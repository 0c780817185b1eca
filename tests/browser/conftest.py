import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from ipaddress import ip_network
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.ports import free_port

WAIT = 60
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LOOKS = pytest.mark.parametrize(("language", "size"), [
    pytest.param("en", DESKTOP, id="en-desktop"), pytest.param("zh", PHONE, id="zh-phone"),
    pytest.param("en", PHONE, id="en-phone", marks=pytest.mark.faults),
    pytest.param("zh", DESKTOP, id="zh-desktop", marks=pytest.mark.faults),
])
"""Each language and each size; the other two ways to put them together are among the long repeats."""
NEEDS = {
    "en": "We build battery packs for electric tricycles, 38 kg each. The bracket cracks at the weld. We want a "
          "random vibration test, 5-500 Hz by GB/T 2423.56, on four brackets near Nantong, for up to 30,000 yuan, "
          "with a CNAS report.",
    "zh": "我们做电动三轮车电池包，每个38公斤，支架焊缝开裂。想做随机振动试验，5~500 Hz，GB/T 2423.56，4件，南通附近，"
          "预算3万元以内，要CNAS报告。",
}
NOWHERE = {"en": "We have to hire fifteen welders before the winter.", "zh": "急招两名氩弧焊工，包吃住。"}

ADDRESSES = ip_network("10.0.0.0/8").hosts()

NO_COMPLAINTS = ("the server responded with a status of 4", "net::ERR_ABORTED")
"""An answer of 404 or 422 is a page like others, and what a page still loads when it is left is cut off."""


def chromium() -> str:
    """Return where this machine has Chromium; skip when it has none."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("MATCHMAKER_TEST_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if not found:
        pytest.skip("no Chromium: install the package chromium, or name one in MATCHMAKER_TEST_CHROMIUM")
    return found


@pytest.fixture(scope="session")
def browser():
    """One Chromium for all tests."""
    sync_api = pytest.importorskip("playwright.sync_api")
    path = chromium()
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def home(tmp_path_factory) -> Path:
    """The folder in which the server of these tests keeps everything."""
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="session")
def address(browser, home) -> Iterator[str]:
    """The address of a server of its own with the demo in it; a worker does its jobs, decisions mature in a second."""
    port = free_port()
    environ = {name: value for name, value in os.environ.items() if not name.startswith("MATCHMAKER_")} | {
        "MATCHMAKER_HOME": str(home), "MATCHMAKER_DEMO": "1", "MATCHMAKER_PORT": str(port),
        "MATCHMAKER_WEB_PROCESSES": "1", "MATCHMAKER_LOG_LEVEL": "WARNING", "MATCHMAKER_PROXIES": "1",
        "MATCHMAKER_DECISION_SECONDS": "2",
    }
    for command in (["db", "upgrade"], ["demo"]):
        subprocess.run([sys.executable, "-m", "matchmaker", *command], env=environ, check=True, capture_output=True)
    with (home / "serve.log").open("w") as log:
        server, worker = (subprocess.Popen([sys.executable, "-m", "matchmaker", name], env=environ, stdout=log,
                                           stderr=log) for name in ("serve", "worker"))
    try:
        wait_until_it_answers(f"http://127.0.0.1:{port}/readyz", server, home / "serve.log")
        yield f"http://127.0.0.1:{port}"
    finally:
        for process in (server, worker):
            process.send_signal(signal.SIGTERM)
        for process in (server, worker):
            process.wait(WAIT)


@pytest.fixture
def passwords(address, home) -> dict[str, str]:
    """The password of each person of the demo, by e-mail address."""
    return dict(line.split() for line in (home / "demo-sign-ins.txt").read_text(encoding="utf-8").splitlines())


@pytest.fixture
def until() -> Callable:
    """A function that loads an address again and again until the page has what is awaited of a job."""
    def until(page, url: str, has: Callable) -> None:
        end = time.monotonic() + WAIT
        page.goto(url)
        while not has(page):
            assert time.monotonic() < end, page.inner_text("main")
            page.wait_for_timeout(200)
            page.goto(url)

    return until


def wait_until_it_answers(url: str, server: subprocess.Popen, log: Path) -> None:
    """Return when the server is ready; raise with what it logged when it ended or takes too long."""
    end = time.monotonic() + WAIT
    while time.monotonic() < end and server.poll() is None:
        try:
            with urlopen(url):
                return
        except URLError:
            server_ended = _wait_a_little(server)
            if server_ended:
                break
    raise AssertionError(log.read_text())


def _wait_a_little(server: subprocess.Popen) -> bool:
    """Wait for the server to end, but not long; tell whether it did."""
    try:
        server.wait(0.1)
    except subprocess.TimeoutExpired:
        return False
    return True


@pytest.fixture
def visit(browser, address) -> Iterator[Callable]:
    """A function that opens a window at a path; whatever the browser complains of fails the test."""
    complaints, contexts = [], []

    def visit(path: str, *, size=DESKTOP, **options):
        # Each window comes from an address of its own, so that all tests together stay below the limits for one.
        came_from = {"X-Forwarded-For": str(next(ADDRESSES))}
        # Colours on their way from one state to the next are none that axe should judge.
        context = browser.new_context(viewport=size, base_url=address, extra_http_headers=came_from,
                                      **{"reduced_motion": "reduce"} | options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("requestfailed", lambda request: complaints.append(f"{request.failure}: {request.url}"))
        page.goto(path)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert [said for said in complaints if not any(words in said for words in NO_COMPLAINTS)] == []


def go_on(page) -> None:
    """Press the button that goes on to the next page of the form."""
    page.click("#need .go .btn-primary")


def begin_need(page, words: str) -> None:
    """Say what is needed, and go on to the second step."""
    page.fill("#f-problem", words)
    go_on(page)
    page.wait_for_selector("[name=kinds]", state="attached")


def send_need(page, words: str) -> None:
    """Say what is needed, and skip to the results."""
    page.fill("#f-problem", words)
    page.click("#need button[value=results]")
    page.wait_for_selector("#results")


def take_all_steps(page, words: str) -> None:
    """Say what is needed, leave the other steps as they are proposed, check the answers, and go to the results."""
    begin_need(page, words)
    for field in ("#f-needed-by", "#f-must-haves", "#f-organisation-region"):
        go_on(page)
        page.wait_for_selector(field)
    go_on(page)
    page.click(".checks ~ .go a")
    page.wait_for_selector("#results")


def compare_first(page, count: int) -> None:
    """Tick the first matches in the results, and put them side by side."""
    for place in range(count):
        page.locator("input[type=checkbox][name=offering]").nth(place).check()
    page.click(".choice-bar .btn-dim")
    page.wait_for_selector("table.compare")
