"""Dangerous acts ask for confirmation first."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import RequestFactory

from naxios.accounts.models import User
from naxios.accounts.reauthentication import required
from tests.unit.accounts.people import confirm, signed_in, text_of

ASKED = "/accounts/reauthenticate/?next="


def test_it_works(ada: User) -> None:
    browser = signed_in()
    assert browser.get("/dashboard/settings/email/")["Location"] == f"{ASKED}%2Fdashboard%2Fsettings%2Femail%2F"

    browser.post("/accounts/reauthenticate/", {"password": "four unrelated words"})

    assert browser.get("/dashboard/settings/email/").status_code == 200


@pytest.mark.usefixtures("ada")
def test_having_just_signed_in_is_not_enough() -> None:
    assert signed_in().get("/accounts/2fa/totp/activate/").status_code == 302


@pytest.mark.usefixtures("ada")
def test_a_wrong_password_does_not_help() -> None:
    browser = signed_in()

    assert "This is not your password" in text_of(confirm(browser, password="not this one"))
    assert browser.get("/dashboard/settings/email/").status_code == 302


def test_a_visitor_is_sent_to_sign_in() -> None:
    request = RequestFactory().get("/danger/")
    request.user = AnonymousUser()

    answer = required(lambda request: HttpResponse())(request)

    assert answer["Location"] == "/accounts/login/?next=/danger/"


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize(
    ("headers", "page"),
    [
        (
            {"referer": "http://testserver/dashboard/keys/?page=2"},
            "http%3A%2F%2Ftestserver%2Fdashboard%2Fkeys%2F%3Fpage%3D2",
        ),
        ({"referer": "https://evil.example.com/"}, "%2Fdashboard%2Fsettings%2Femail%2F"),
        ({}, "%2Fdashboard%2Fsettings%2Femail%2F"),
    ],
)
def test_who_sent_a_form_comes_back_to_the_page_it_stood_on(headers: dict[str, str], page: str) -> None:
    answer = signed_in().post("/dashboard/settings/email/", {"email": "new@example.com"}, headers=headers)

    assert answer["Location"] == ASKED + page


@pytest.mark.usefixtures("ada")
def test_a_part_that_refreshes_itself_leads_the_whole_page_there() -> None:
    headers = {"hx-request": "true", "hx-current-url": "http://testserver/dashboard/settings/"}

    answer = signed_in().post("/dashboard/settings/email/", {"email": "new@example.com"}, headers=headers)

    assert answer.status_code == 204
    assert answer["HX-Redirect"] == ASKED + "http%3A%2F%2Ftestserver%2Fdashboard%2Fsettings%2F"
