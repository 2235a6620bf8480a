"""The check as the owner of a held account walks through it."""

import re
import time

import pytest
from django.test import Client

from naxios.abuse import reviews
from naxios.accounts.models import User
from naxios.accounts.services import create_user
from tests.unit.abuse.people import PASSWORD, look_alike, mails_to, person, review_of, reviewed, share_key


@pytest.fixture
def browser(ada: User, pages: None) -> Client:
    """Ada's, in which she has just confirmed who she is."""
    return _confirmed(Client(), ada)


def _confirmed(browser: Client, user: User) -> Client:
    assert browser.post("/accounts/login/", {"login": user.email, "password": PASSWORD}).status_code == 302
    assert browser.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302
    return browser


@pytest.fixture
def held(ada: User, staff: User) -> None:
    reviews.hold(review=reviewed(ada), actor=staff)


def text_of(browser: Client, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def link_to(user: User) -> str:
    found = re.search(r"(/dashboard/review/[^/\s]{20,}/)", mails_to(user)[-1].body)
    assert found
    return found[1]


def test_who_is_not_held_has_nothing_to_do(browser: Client) -> None:
    assert "There is nothing to do" in text_of(browser, "/dashboard/review/")
    assert "Your free tier is held." not in text_of(browser, "/dashboard/")


@pytest.mark.usefixtures("held")
@pytest.mark.parametrize("path", ["/dashboard/", "/dashboard/security/", "/dashboard/keys/"])
def test_pages_say_that_it_is_held_and_lead_to_the_check(browser: Client, path: str) -> None:
    page = text_of(browser, path)

    assert "Your free tier is held." in page
    assert 'href="/dashboard/review/"' in page


@pytest.mark.usefixtures("held")
def test_it_takes_a_link_and_a_click(browser: Client, ada: User) -> None:
    assert "Your free tier is held" in text_of(browser, "/dashboard/review/")

    assert "Send me the link" in text_of(browser, "/dashboard/review/link/")
    asked = browser.post("/dashboard/review/link/", follow=True).content.decode()
    assert "A link went to ada@example.com" in asked
    link = link_to(ada)
    assert "Yes, this account is mine" in text_of(browser, link)
    assert review_of(ada).is_held, "opening the link alone does nothing"

    home = browser.post(link, follow=True).content.decode()

    assert "Your free tier works again" in home
    assert not review_of(ada).is_held
    assert browser.get(link).status_code == 410


@pytest.mark.usefixtures("held")
@pytest.mark.parametrize("method", ["get", "post"])
def test_having_signed_in_is_not_enough(ada: User, pages: None, method: str) -> None:
    browser = Client()
    browser.force_login(ada)

    answer = getattr(browser, method)("/dashboard/review/link/")

    assert answer["Location"] == "/accounts/reauthenticate/?next=%2Fdashboard%2Freview%2Flink%2F"
    assert review_of(ada).link_sent_at is None


def test_who_has_nothing_but_discord_signs_in_again_first(staff: User, pages: None) -> None:
    user, browser = create_user(email="discord@example.com", is_verified=True), Client()
    reviews.hold(review=reviewed(user), actor=staff)
    browser.force_login(user)

    answer = browser.post("/dashboard/review/link/")

    assert answer["Location"] == "/accounts/discord/confirm/?next=%2Fdashboard%2Freview%2Flink%2F"
    session = browser.session
    for ago, sent in ((601, False), (10, True)):
        session["account_authentication_methods"] = [{"method": "socialaccount", "at": time.time() - ago}]
        session["account_authentication_methods_user"] = str(user.pk)
        session.save()
        browser.post("/dashboard/review/link/")
        assert bool(review_of(user).link_sent_at) == sent


@pytest.mark.usefixtures("held")
def test_a_link_needs_its_owner(browser: Client, ada: User) -> None:
    browser.post("/dashboard/review/link/")
    link = link_to(ada)

    assert Client().post(link)["Location"].startswith("/accounts/login/")
    assert _confirmed(Client(), person("bob@example.com")).post(link).status_code == 410
    assert review_of(ada).is_held


@pytest.mark.usefixtures("held")
def test_a_made_up_link_is_over(browser: Client) -> None:
    assert browser.get("/dashboard/review/made-up/").status_code == 410
    assert browser.post("/dashboard/review/made-up/").status_code == 410


def test_whose_browser_has_passed_it_before_waits_for_staff(staff: User, pages: None) -> None:
    first, second, browser = person("first@example.com"), person("second@example.com"), Client()
    for user in (first, second):
        _confirmed(browser, user)
        share_key(user)
        reviews.hold(review=review_of(user), actor=staff)
        browser.post("/dashboard/review/link/")
        page = browser.post(link_to(user), follow=True).content.decode()
        browser.post("/accounts/logout/")

    assert (review_of(first).is_held, review_of(second).is_held) == (False, True)
    assert "somebody here looks at it" in page
    assert "first@" not in page


def test_its_owner_is_told_what_it_is_about_but_nothing_of_others(browser: Client, ada: User, staff: User) -> None:
    look_alike(ada, person("other@example.com"))
    reviews.hold(review=reviewed(ada), actor=staff, note="Like other@example.com")

    page = text_of(browser, "/dashboard/review/")

    assert "how it is signed in to" in page
    assert "other@" not in page
    assert "15" not in re.sub(r"<time.*?</time>", "", page[page.index("What happened") : page.index("What to do")])
    assert not [mail for mail in mails_to(ada) if "other@" in mail.body]


@pytest.mark.usefixtures("held")
def test_links_are_not_sent_without_end(browser: Client) -> None:
    answers = [browser.post("/dashboard/review/link/").status_code for _ in range(7)]

    assert answers == [302] * 6 + [429]
