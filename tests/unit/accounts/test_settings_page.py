"""The settings page: name, e-mail address, theme."""

import pytest
from django.test import Client

from naxios.accounts.models import User
from tests.unit.accounts.people import ADA, confirm, link_in, mails_to, signed_in, text_of

PAGE = "/dashboard/settings/"
NEW = "lovelace@example.com"


def test_it_works(ada: User) -> None:
    browser = signed_in()

    answer = browser.post(PAGE, {"name": "Ada Lovelace"}, follow=True)

    assert "Saved." in text_of(answer)
    assert 'value="Ada Lovelace"' in text_of(answer)
    ada.refresh_from_db()
    assert ada.name == "Ada Lovelace"


def test_it_needs_an_account(visitor: Client) -> None:
    assert visitor.get(PAGE)["Location"] == f"/accounts/login/?next={PAGE}"


@pytest.mark.usefixtures("ada")
def test_a_name_that_is_too_long_says_so_beside_the_field() -> None:
    answer = signed_in().post(PAGE, {"name": "x" * 101})

    assert answer.status_code == 422
    assert "at most 100 characters" in text_of(answer)


@pytest.mark.usefixtures("ada")
def test_the_theme_can_be_picked() -> None:
    assert "data-theme-picker" in text_of(signed_in().get(PAGE))


@pytest.mark.usefixtures("ada")
def test_allauths_page_for_addresses_leads_here() -> None:
    assert signed_in().get("/accounts/email/")["Location"] == PAGE


def test_an_address_is_changed_through_its_link(ada: User) -> None:
    browser = signed_in()
    confirm(browser)

    browser.post(f"{PAGE}email/", {"email": NEW})
    waiting = text_of(browser.get(PAGE))
    assert NEW in waiting
    answer = browser.post(link_in(mails_to(NEW)[0]), follow=True)

    assert f"Your e-mail address is now {NEW}." in text_of(answer)
    assert ADA not in text_of(browser.get(PAGE))


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize(("email", "error"), [(ADA, "your address already"), ("nonsense", "valid email address")])
def test_an_address_is_refused_beside_the_field(email: str, error: str) -> None:
    browser = signed_in()
    confirm(browser)

    answer = browser.post(f"{PAGE}email/", {"email": email})

    assert answer.status_code == 422
    assert error in text_of(answer)


@pytest.mark.usefixtures("ada")
def test_a_change_can_be_called_off() -> None:
    browser = signed_in()
    confirm(browser)
    browser.post(f"{PAGE}email/", {"email": NEW})

    answer = browser.post(f"{PAGE}email/cancel/", follow=True)

    assert "stays as it is" in text_of(answer)
    assert NEW not in text_of(answer)
