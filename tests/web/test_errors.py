"""Pages that say what went wrong: each has a way on."""

import pytest
from werkzeug.datastructures import MultiDict

from matchmaker.errors import Conflict, Expired, Forbidden, NotFound, TooMany
from matchmaker.services.access import ANYBODY, allows
from matchmaker.web.addresses import page_before
from matchmaker.web.firms import honeypot


@pytest.fixture
def failing(app):
    """A function that lets an address answer with an error, and returns the links of its page."""
    def fail_with(read, error, status, path="/en/fails", **options):
        def view(**_values):
            raise error

        app.add_url_rule(path, "fails", allows(ANYBODY)(view))
        page = read(path, status, **options)
        return [link["href"] for link in page.all("a", class_="btn")], page.text

    return fail_with


@pytest.mark.parametrize("path", ["/en/my/fails/here", "/en/needs/fails/here"])
@pytest.mark.parametrize(("error", "status"), [(NotFound("No such page."), 404), (Expired("It has expired."), 410)])
def test_a_private_page_that_is_not_there_offers_its_link_again(failing, read, path, error, status):
    links, words = failing(read, error, status, path)
    assert links == ["/en/my", "/en/"]
    assert "sent" in words


def test_other_pages_that_are_not_there_do_not(failing, read):
    assert failing(read, NotFound("No such page."), 404)[0] == ["/en/", "/en/offerings"]


def test_a_conflict_leads_back_to_the_page_as_it_is_now(failing, read):
    links, _words = failing(read, Conflict("It has changed."), 409, headers={"Referer": "http://localhost/en/rules?a=b"})
    assert links == ["/en/rules?a=b", "/en/"]


def test_too_many_tries_say_when_to_come_back(failing, read):
    links, words = failing(read, TooMany("This was tried too often.", seconds=840), 429,
                           headers={"Referer": "http://localhost/en/rules"})
    assert links[0] == "/en/rules"
    assert "try again in 14 minutes" in words


def test_who_may_not_is_led_to_a_sign_in(failing, read):
    assert failing(read, Forbidden("Not yours."), 403)[0] == ["/en/sign-in", "/en/"]


@pytest.mark.parametrize("came_from", [
    "https://evil.example/en/rules", "http://localhost.evil.example/en/", "//evil.example/en/", "javascript:alert(1)",
    "", "http://localhost/api/v1/offerings", "http://localhost//evil.example/en/",
])
def test_nobody_is_led_back_to_elsewhere(app, came_from):
    with app.test_request_context("/en/rules", headers={"Referer": came_from}):
        assert page_before() is None


def test_only_programs_fill_the_field_that_people_do_not_see():
    assert honeypot.is_caught(MultiDict({"website": "https://spam.example"}))
    assert not honeypot.is_caught(MultiDict({"website": " "}))
    assert not honeypot.is_caught(MultiDict())
