"""Signing in and out, and what cookies that leaves."""

import pytest
from django.test import Client

from naxios.accounts.models import User
from tests.unit.accounts.people import ADA, PASSWORD, events_of, person, sign_in, signed_in, text_of


def test_it_works(ada: User) -> None:
    browser = Client()

    answer = sign_in(browser)

    assert (answer.status_code, answer["Location"]) == (302, "/dashboard/")
    assert events_of(ada)[-1] == ("signed_in", "password")


def test_the_page_leads_to_sign_up_and_reset(visitor: Client) -> None:
    page = text_of(visitor.get("/accounts/login/"))

    assert 'href="/accounts/signup/"' in page
    assert 'href="/accounts/password/reset/"' in page


@pytest.mark.usefixtures("ada")
def test_the_address_may_be_written_in_capitals() -> None:
    assert sign_in(Client(), "ADA@Example.com").status_code == 302


@pytest.mark.usefixtures("ada")
def test_a_wrong_password_is_refused() -> None:
    browser = Client()

    answer = sign_in(browser, password="not this one")

    assert "do not go together" in text_of(answer)
    assert browser.get("/dashboard/settings/").status_code == 302


@pytest.mark.usefixtures("ada")
def test_people_land_where_they_wanted_to_go() -> None:
    answer = Client().post("/accounts/login/", {"login": ADA, "password": PASSWORD, "next": "/dashboard/settings/"})

    assert answer["Location"] == "/dashboard/settings/"


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("url", ["https://evil.example.com/", "//evil.example.com/", "javascript:alert(1)"])
def test_but_not_on_another_site(url: str) -> None:
    answer = Client().post("/accounts/login/", {"login": ADA, "password": PASSWORD, "next": url})

    assert answer["Location"] == "/dashboard/"


def test_staff_land_in_the_console(visitor: Client) -> None:
    person("staff@example.com", is_staff=True)

    assert sign_in(visitor, "staff@example.com")["Location"] == "/staff/"


def test_a_closed_account_says_so_to_who_knows_its_password(ada: User) -> None:
    User.objects.filter(pk=ada.pk).update(is_active=False)

    assert sign_in(Client())["Location"] == "/accounts/inactive/"
    assert "This account is closed" in text_of(Client().get("/accounts/inactive/"))
    assert "do not go together" in text_of(sign_in(Client(), password="not this one"))


@pytest.mark.usefixtures("ada")
def test_the_session_gets_a_new_id() -> None:
    browser = Client()
    browser.get("/accounts/login/?next=/dashboard/")
    session = browser.session
    session["before"] = True
    session.save()
    browser.cookies["naxios_session"] = session.session_key
    before = session.session_key

    sign_in(browser)

    assert browser.cookies["naxios_session"].value != before
    other = Client()
    other.cookies["naxios_session"] = before
    assert other.get("/dashboard/settings/").status_code == 302


@pytest.mark.usefixtures("ada")
def test_cookies_are_for_the_server_and_this_site_alone() -> None:
    browser = signed_in()
    browser.get("/accounts/logout/")  # a form's page sets the cookie that protects it

    for name in ("naxios_session", "naxios_csrf", "naxios_device"):
        assert browser.cookies[name]["httponly"], name
        assert browser.cookies[name]["samesite"] == "Lax", name


@pytest.mark.usefixtures("ada")
def test_signing_out_ends_the_session() -> None:
    browser = signed_in()
    key = browser.cookies["naxios_session"].value

    answer = browser.post("/accounts/logout/")

    assert answer["Location"] == "/"
    other = Client()
    other.cookies["naxios_session"] = key
    assert other.get("/dashboard/settings/").status_code == 302


@pytest.mark.usefixtures("ada")
def test_a_link_alone_signs_nobody_out() -> None:
    browser = signed_in()

    assert browser.get("/accounts/logout/").status_code == 200
    assert browser.get("/dashboard/settings/").status_code == 200


def test_a_form_of_another_site_is_refused_with_a_page(ada: User) -> None:
    browser = Client(enforce_csrf_checks=True)

    answer = sign_in(browser)

    assert answer.status_code == 403
    assert "This form has expired" in text_of(answer)


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"])
def test_pages_of_the_entrance_are_kept_by_nobody(visitor: Client, path: str) -> None:
    assert "no-store" in visitor.get(path)["Cache-Control"]


def test_the_page_names_the_operator_and_not_the_host(visitor: Client) -> None:
    assert "<title>Sign in · Naxios</title>" in text_of(visitor.get("/accounts/login/"))
