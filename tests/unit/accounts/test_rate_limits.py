"""Every form can be sent only so often: by one address, for one e-mail address, by one account."""

from typing import Any

import pytest
from django.test import Client

from naxios.accounts.models import User
from tests.unit.accounts.people import ADA, PASSWORD, confirm, sign_in, signed_in, text_of

VISITORS = [
    ("/accounts/signup/", {"email": "", "password1": ""}, 20),
    ("/accounts/login/", {"login": "", "password": ""}, 30),
    ("/accounts/first-staff/token/", {}, 10),
    ("/accounts/new-email/token/", {}, 30),
    ("/accounts/confirm-email/token/", {}, 30),
    ("/accounts/password/reset/key/1-set-password/", {}, 20),
    ("/accounts/2fa/webauthn/login/", {}, 10),
]
OWNERS = [
    ("/dashboard/settings/", {"name": "Ada"}, 30),
    ("/dashboard/settings/email/", {"email": ""}, 3),
    ("/dashboard/settings/email/cancel/", {}, 30),
    ("/dashboard/security/sessions/1/end/", {}, 30),
    ("/dashboard/security/sessions/end-others/", {}, 30),
    ("/accounts/password/change/", {"password1": ""}, 5),
    ("/accounts/reauthenticate/", {"password": ""}, 9),  # the tenth was sent when confirming
]


def _last_two(browser: Client, path: str, form: dict[str, str], allowed: int) -> list[Any]:
    """The last answer that is allowed, and the first that is not."""
    answers = [browser.post(path, form) for _ in range(allowed + 1)]
    return answers[-2:]


@pytest.mark.parametrize(("path", "form", "allowed"), VISITORS, ids=[path for path, *_ in VISITORS])
def test_a_visitors_form(visitor: Client, path: str, form: dict[str, str], allowed: int) -> None:
    within, beyond = _last_two(visitor, path, form, allowed)

    assert within.status_code != 429
    assert beyond.status_code == 429
    assert "Too many attempts" in text_of(beyond)


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize(("path", "form", "allowed"), OWNERS, ids=[path for path, *_ in OWNERS])
def test_an_owners_form(path: str, form: dict[str, str], allowed: int) -> None:
    browser = signed_in()
    confirm(browser)

    within, beyond = _last_two(browser, path, form, allowed)

    assert within.status_code != 429
    assert beyond.status_code == 429


@pytest.mark.usefixtures("ada")
def test_guessing_a_password_ends_after_five_wrong_ones_from_wherever() -> None:
    for number in range(5):
        browser = Client(REMOTE_ADDR=f"192.0.2.{number}")
        assert "do not go together" in text_of(sign_in(browser, password="not this one"))

    answer = sign_in(Client(REMOTE_ADDR="192.0.2.99"))

    assert "Too many attempts" in text_of(answer)


@pytest.mark.usefixtures("ada")
def test_made_up_hosts_do_not_give_more_attempts() -> None:
    for number in range(5):
        browser = Client(REMOTE_ADDR=f"192.0.2.{number}", headers={"host": f"host{number}.example.com"})
        sign_in(browser, password="not this one")

    assert "Too many attempts" in text_of(sign_in(Client(REMOTE_ADDR="192.0.2.99")))


@pytest.mark.usefixtures("ada")
def test_a_right_password_does_not_use_attempts_up() -> None:
    for _ in range(8):
        assert sign_in(Client()).status_code == 302


@pytest.mark.parametrize("email", [ADA, "nobody@example.com"])
def test_mails_to_choose_a_password_are_three_a_minute_for_an_address(ada: User, email: str) -> None:
    answers = [
        Client(REMOTE_ADDR=f"192.0.2.{number}").post("/accounts/password/reset/", {"email": email})
        for number in range(4)
    ]

    assert [answer.status_code for answer in answers] == [302, 302, 302, 429]


def test_neighbours_behind_one_ipv6_network_count_together(visitor: Client) -> None:
    form = {"login": "", "password": ""}
    for number in range(30):
        visitor.post("/accounts/login/", form, REMOTE_ADDR=f"2001:db8:1:2::{number:x}")

    assert visitor.post("/accounts/login/", form, REMOTE_ADDR="2001:db8:1:2:ffff::1").status_code == 429
    assert visitor.post("/accounts/login/", form, REMOTE_ADDR="2001:db8:9:2::1").status_code == 200


def test_a_flood_of_addresses_does_not_push_limits_out(visitor: Client) -> None:
    form = {"login": "", "password": ""}
    for _ in range(30):
        visitor.post("/accounts/login/", form, REMOTE_ADDR="192.0.2.1")
    for number in range(310):
        visitor.post("/accounts/login/", form, REMOTE_ADDR=f"198.51.{number // 256}.{number % 256}")

    assert visitor.post("/accounts/login/", form, REMOTE_ADDR="192.0.2.1").status_code == 429


def test_challenges_for_passkeys_are_limited_though_they_only_read(visitor: Client) -> None:
    """Each begins a session, which is a row."""
    answers = [visitor.get("/accounts/2fa/webauthn/login/", headers={"accept": "application/json"}) for _ in range(31)]

    assert [answer.status_code for answer in answers[-2:]] == [200, 429]


def test_looking_at_a_page_is_not_limited(visitor: Client) -> None:
    for _ in range(40):
        assert visitor.get("/accounts/login/").status_code == 200


def test_a_password_of_any_length_costs_no_more_than_one_of_a_thousand(visitor: Client) -> None:
    answer = visitor.post("/accounts/signup/", {"email": ADA, "password1": PASSWORD * 100, "is_old_enough": "on"})

    assert "at most 1000 characters" in text_of(answer)
