"""Where a click came from."""

import pytest
from django.test import RequestFactory

from naxios.accounts.origin import NOWHERE, Origin


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:DB8::1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("unknown", None),
        ("", None),
    ],
)
def test_what_is_not_an_address_is_left_out(remote: str, address: str | None) -> None:
    assert Origin.of(RequestFactory().get("/", REMOTE_ADDR=remote)).address == address


def test_a_user_agent_is_cut() -> None:
    request = RequestFactory().get("/", headers={"user-agent": "x" * 1000})

    assert Origin.of(request).user_agent == "x" * 200


def test_the_command_line_has_none() -> None:
    assert (NOWHERE.address, NOWHERE.user_agent) == (None, "")
