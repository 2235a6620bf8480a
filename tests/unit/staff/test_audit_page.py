"""The audit as staff read it."""

from pathlib import Path

import pytest
from django.test import Client

from naxios.accounts.models import User
from naxios.accounts.origin import Origin
from naxios.accounts.services import create_user
from naxios.staff import audit


@pytest.fixture
def staff(database: Path) -> User:
    return create_user(email="staff@example.com", is_staff=True)


@pytest.fixture
def ada(database: Path) -> User:
    return create_user(email="ada@example.com")


@pytest.fixture
def browser(staff: User, pages: None) -> Client:
    browser = Client()
    browser.force_login(staff)
    return browser


@pytest.fixture
def acts(staff: User, ada: User) -> None:
    audit.record(actor=staff, act="account_suspended", subject=ada, detail="Sold <keys>", origin=Origin("192.0.2.7"))
    audit.record(actor=None, act="code_batch_created", detail="spring, 20 codes")


def text_of(browser: Client, path: str, status: int = 200) -> str:
    answer = browser.get(path)
    assert answer.status_code == status
    return answer.content.decode()


@pytest.mark.usefixtures("acts")
def test_it_works(browser: Client) -> None:
    page = text_of(browser, "/staff/audit/")

    assert "Account suspended" in page
    assert "Sold &lt;keys&gt;" in page
    assert "ada@example.com" in page
    assert "192.0.2.7" in page
    assert page.index("Code batch created") < page.index("Account suspended")
    assert "command line" in page
    assert 'href="/staff/audit/"' in text_of(browser, "/staff/")


def test_an_empty_one_says_what_will_stand_there(browser: Client) -> None:
    assert "Nothing has been done yet" in text_of(browser, "/staff/audit/")


@pytest.mark.usefixtures("acts")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("act=account_suspended", ["Sold"]),
        ("actor=command+line", ["spring"]),
        ("actor=staff%40example.com&act=code_batch_created", []),
        ("subject=ada@example.com", ["Sold"]),
        ("subject=%20ADA@example.com%20", ["Sold"]),
        ("act=&actor=&subject=", ["Sold", "spring"]),
        ("act=unheard_of", []),
    ],
)
def test_it_is_filtered(browser: Client, query: str, found: list[str]) -> None:
    page = text_of(browser, f"/staff/audit/?{query}")

    assert [detail for detail in ("Sold", "spring") if detail in page] == found
    assert ("Nothing like this" in page) == (not found)


@pytest.mark.usefixtures("acts")
def test_an_account_that_does_not_exist_is_named(browser: Client) -> None:
    page = text_of(browser, "/staff/audit/?subject=nobody@example.com", 422)

    assert "There is no account" in page
    assert "Nothing like this" in page


def test_many_acts_come_in_pages_that_keep_the_filter(browser: Client) -> None:
    for number in range(51):
        audit.record(actor=None, act="code_batch_created", detail=f"batch {number:02}")

    first = text_of(browser, "/staff/audit/?act=code_batch_created")

    assert "batch 50" in first
    assert "batch 00" not in first
    assert "?act=code_batch_created&amp;page=2" in first
    assert "batch 00" in text_of(browser, "/staff/audit/?act=code_batch_created&page=2")


def test_what_was_done_outlives_who_did_it_and_to_whom(browser: Client, ada: User) -> None:
    colleague = create_user(email="colleague@example.com", is_staff=True)
    audit.record(actor=colleague, act="account_suspended", subject=ada, detail="Sold keys")
    colleague.delete()
    ada.delete()

    page = text_of(browser, "/staff/audit/")

    assert "colleague@example.com" in page
    assert "Sold keys" in page
