"""The page of integrations: there at once, and then what each third party says."""

from pathlib import Path

import pytest
from django.test import Client

from naxios.accounts.services import create_user


@pytest.fixture
def console(database: Path, pages: None) -> Client:
    browser = Client()
    browser.force_login(create_user(email="staff@example.com", is_staff=True))
    return browser


def test_it_comes_at_once_and_then_asks(console: Client) -> None:
    page = console.get("/staff/integrations/").content.decode()

    assert 'hx-get="/staff/integrations/?checked=yes"' in page
    assert "Being asked" in page


def test_what_is_not_configured_names_the_lines_that_configure_it(console: Client) -> None:
    page = console.get("/staff/integrations/?checked=yes").content.decode()

    assert page.count("not configured") >= 2
    assert "NAXIOS_DISCORD_GUILD_ID=ID-OF-YOUR-SERVER" in page
    assert "NAXIOS_EMAIL_URL=smtp+tls://USER:PASSWORD@HOST:587" in page
    assert "hx-get" not in page.split('id="findings"')[1].split(">")[0]


def test_it_is_for_staff(database: Path, pages: None) -> None:
    browser = Client()
    browser.force_login(create_user(email="dev@example.com"))

    assert browser.get("/staff/integrations/?checked=yes").status_code == 403
