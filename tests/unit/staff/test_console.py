"""The console is for staff."""

from pathlib import Path

import pytest
from django.test import Client

from naxios.accounts.services import create_user

PATHS = ["/staff/", "/staff/accounts/", "/staff/outbox/", "/staff/outbox/1/"]


@pytest.fixture
def browser(database: Path, pages: None) -> Client:
    return Client()


def test_it_works(browser: Client) -> None:
    browser.force_login(create_user(email="staff@example.com", is_staff=True))

    page = browser.get("/staff/").content.decode()

    assert "Usage by day" in page
    assert "naxios providers detect" in page
    assert 'href="/staff/outbox/"' in page


@pytest.mark.parametrize("path", PATHS)
def test_a_visitor_is_sent_to_sign_in_and_told_why(browser: Client, path: str) -> None:
    answer = browser.get(path)

    assert answer["Location"] == f"/accounts/login/?next={path}"
    assert "The console is for staff" in browser.get(answer["Location"]).content.decode()


@pytest.mark.parametrize("path", PATHS)
def test_others_are_told_that_it_is_not_open_to_them(browser: Client, path: str) -> None:
    browser.force_login(create_user(email="dev@example.com"))

    answer = browser.get(path)

    assert answer.status_code == 403
    assert "This is not open to you" in answer.content.decode()
