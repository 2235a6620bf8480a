"""The page for access tokens."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from naxios.accounts.services import create_user
from naxios.api.models import AccessToken

PAGE = "/dashboard/tokens/"


@pytest.fixture
def owner(database: Path, pages: None) -> Any:
    return create_user(email="owner@example.com")


@pytest.fixture
def browser(owner: Any) -> Client:
    browser = Client()
    browser.force_login(owner)
    return browser


def test_it_shows_the_secret_once(browser: Client) -> None:
    made = browser.post(PAGE, {"name": "report", "may": "read", "days": "90"}).content.decode()

    token = AccessToken.objects.get()
    assert made.count(f"{token.prefix}") > made.count(f"{token.prefix}…")  # the whole secret is there
    again = browser.get(PAGE).content.decode()
    assert again.count(token.prefix) == again.count(f"{token.prefix}…") == 1


def test_it_notes_who_may_change(browser: Client) -> None:
    browser.post(PAGE, {"name": "deploy", "may": "change", "days": ""})

    token = AccessToken.objects.get()
    assert (token.read_only, token.expires_at) == (False, None)


def test_it_asks_for_a_name(browser: Client) -> None:
    answer = browser.post(PAGE, {"name": "", "may": "read", "days": "90"})

    assert answer.status_code == 422
    assert not AccessToken.objects.exists()


def test_it_revokes(browser: Client) -> None:
    browser.post(PAGE, {"name": "report", "may": "read", "days": "90"})
    token = AccessToken.objects.get()

    answer = browser.post(f"{PAGE}{token.pk}/revoke", follow=True)

    assert b"has been revoked" in answer.content
    assert not AccessToken.objects.exists()


def test_it_validates_ownership(browser: Client) -> None:
    browser.post(PAGE, {"name": "report", "may": "read", "days": "90"})
    stranger = Client()
    stranger.force_login(create_user(email="stranger@example.com"))

    assert stranger.post(f"{PAGE}{AccessToken.objects.get().pk}/revoke").status_code == 404
    assert AccessToken.objects.exists()


def test_it_asks_to_sign_in(database: Path, pages: None) -> None:
    answer = Client().get(PAGE)

    assert answer.status_code == 302
    assert answer["location"].startswith("/accounts/login/")
