"""A sign-in with a browser that was never used before is told to the account's owner."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from naxios.accounts import known_devices, services
from naxios.accounts.models import KnownDevice
from naxios.accounts.origin import Origin
from tests.unit.accounts.people import events_of, mails_to, person, sign_in, signed_in

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"


def _sign_in(user: object, device: str) -> None:
    services.note_sign_in(user=user, how="password", device=device, origin=Origin("192.0.2.7", FIREFOX))  # type: ignore[arg-type]


def test_it_works(database: Path) -> None:
    ada = person()
    _sign_in(ada, "at home")

    _sign_in(ada, "elsewhere")

    assert events_of(ada)[1:] == [
        ("signed_in", "password"),
        ("signed_in", "password"),
        ("new_device", "Firefox on Linux"),
    ]
    (mail,) = mails_to()
    assert mail.subject == "New sign-in to your account"
    assert "Firefox on Linux, network address 192.0.2.7" in mail.body
    assert "http://127.0.0.1:8000/dashboard/security/" in mail.body


def test_the_first_browser_of_an_account_is_no_news(database: Path) -> None:
    _sign_in(person(), "at home")

    assert mails_to() == []


def test_a_known_browser_is_no_news(database: Path) -> None:
    ada = person()

    for device in ("at home", "elsewhere", "at home", "elsewhere"):
        _sign_in(ada, device)

    assert len(mails_to()) == 1


def test_the_table_does_not_tell_which_accounts_share_a_browser(database: Path) -> None:
    _sign_in(person(), "shared")
    _sign_in(person("eve@example.com"), "shared")

    first, second = KnownDevice.objects.all()
    assert bytes(first.digest) != bytes(second.digest)
    assert b"shared" not in bytes(first.digest)


def test_a_browser_is_forgotten_with_its_cookie(database: Path) -> None:
    ada = person()
    _sign_in(ada, "long ago")
    KnownDevice.objects.update(last_seen_at=timezone.now() - timedelta(days=400, minutes=1))
    _sign_in(ada, "lately")

    assert known_devices.forget_unused() == 1

    assert KnownDevice.objects.count() == 1


@pytest.mark.usefixtures("ada")
def test_signing_in_leaves_a_cookie_for_the_sign_in_pages_alone() -> None:
    browser = signed_in()

    cookie = browser.cookies["naxios_device"]
    assert cookie["path"] == "/accounts/"
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == 400 * 24 * 60 * 60


@pytest.mark.usefixtures("ada")
def test_the_same_browser_keeps_its_cookie() -> None:
    browser = signed_in()
    before = browser.cookies["naxios_device"].value
    browser.post("/accounts/logout/")

    sign_in(browser)

    assert browser.cookies["naxios_device"].value == before
    assert mails_to() == []


@pytest.mark.usefixtures("ada")
def test_another_browser_is_told() -> None:
    signed_in()

    signed_in(headers={"user-agent": FIREFOX})

    (mail,) = mails_to()
    assert "Firefox on Linux, network address 127.0.0.1" in mail.body
