"""The outbox as staff see it."""

from pathlib import Path

import pytest
import structlog
from django.test import Client, override_settings

from naxios.accounts.models import User
from naxios.accounts.services import create_user
from naxios.mail import services
from naxios.mail.models import OutboxMail

LINK = "https://example.com/accounts/confirm-email/token/"


@pytest.fixture
def staff(database: Path) -> User:
    return create_user(email="staff@example.com", is_staff=True)


@pytest.fixture
def browser(staff: User, pages: None) -> Client:
    browser = Client()
    browser.force_login(staff)
    return browser


@pytest.fixture
def mail(database: Path) -> OutboxMail:
    return services.write(to="ada@example.com", subject="Confirm your e-mail address", body=f"Open <this>:\n\n{LINK}")


def test_it_works(browser: Client, mail: OutboxMail) -> None:
    page = browser.get("/staff/outbox/").content.decode()

    assert "ada@example.com" in page
    assert f'href="/staff/outbox/{mail.pk}/"' in page
    assert "NAXIOS_EMAIL_URL=smtp+tls://" in page


def test_an_empty_one_says_what_will_stand_there(browser: Client) -> None:
    assert "No mail yet" in browser.get("/staff/outbox/").content.decode()


def test_a_mail_can_be_read_and_its_link_followed(browser: Client, mail: OutboxMail) -> None:
    page = browser.get(f"/staff/outbox/{mail.pk}/").content.decode()

    assert "Open &lt;this&gt;:" in page
    assert f'<a href="{LINK}"' in page


def test_each_reading_is_logged(browser: Client, staff: User, mail: OutboxMail) -> None:
    with structlog.testing.capture_logs() as logs:
        browser.get(f"/staff/outbox/{mail.pk}/")

    (line,) = logs
    assert (line["event"], line["mail_id"], line["account_id"]) == (
        "a mail in the outbox was read",
        mail.pk,
        staff.pk,
    )


def test_a_mail_that_does_not_exist_is_not_found(browser: Client) -> None:
    assert browser.get("/staff/outbox/999/").status_code == 404


@override_settings(EMAIL_IS_DELIVERED=True)
def test_texts_are_not_shown_where_mail_is_delivered(browser: Client, mail: OutboxMail) -> None:
    page = browser.get(f"/staff/outbox/{mail.pk}/").content.decode()

    assert LINK not in page
    assert "it is for its reader alone" in page


@override_settings(EMAIL_IS_DELIVERED=True)
def test_states_are_told(browser: Client, mail: OutboxMail) -> None:
    waiting, failing, given_up = (services.write(to="ada@example.com", subject="S", body="T") for _ in range(3))
    services.mark_delivered(mail=mail)
    services.mark_failed(mail=failing, kind="ConnectionRefusedError", for_good=False)
    services.mark_failed(mail=given_up, kind="SMTPRecipientsRefused 550", for_good=True)

    page = browser.get("/staff/outbox/").content.decode()

    assert ">delivered<" in page
    assert page.count(">waiting<") == 2
    assert "ConnectionRefusedError" in page
    assert ">given up<" in page
    assert waiting.settled_at is None


def test_many_mails_come_in_pages(browser: Client) -> None:
    for number in range(51):
        services.write(to=f"person{number:02}@example.com", subject="S", body="T")

    first = browser.get("/staff/outbox/").content.decode()
    second = browser.get("/staff/outbox/?page=2").content.decode()

    assert "person50@" in first
    assert "person00@" not in first
    assert "person00@" in second
