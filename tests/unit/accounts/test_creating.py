"""Accounts made by staff: on the command line, and the first one."""

from pathlib import Path

import pytest
from allauth.account.models import EmailAddress

from naxios.accounts.models import User
from naxios.accounts.services import create_first_staff, create_user
from naxios.errors import Refused
from tests.unit.accounts.people import PASSWORD, events_of


def test_it_works(database: Path) -> None:
    user = create_user(email=" Ada@Example.com ")

    assert (user.email, user.is_staff, user.has_usable_password()) == ("ada@example.com", False, False)
    assert events_of(user) == [("signed_up", "by staff")]


def test_its_address_is_not_verified_before_a_link_shows_it(database: Path) -> None:
    user = create_user(email="ada@example.com")

    address = EmailAddress.objects.get(user=user)
    assert (address.email, address.primary, address.verified) == ("ada@example.com", True, False)


def test_nobody_was_asked_for_their_age(database: Path) -> None:
    assert create_user(email="ada@example.com").age_confirmed_at is None


@pytest.mark.parametrize(
    ("email", "password", "refusal"),
    [
        ("not an address", PASSWORD, "valid email"),
        ("ada@example.com", "short", "at least 10 characters"),
        ("ada@example.com", "1234567890123", "numeric"),
        ("ada.lovelace@example.com", "ada.lovelace", "too similar"),
        ("taken@example.com", PASSWORD, "There is an account for taken@example.com already"),
    ],
)
def test_it_refuses(database: Path, email: str, password: str, refusal: str) -> None:
    create_user(email="taken@example.com")

    with pytest.raises(Refused, match=refusal):
        create_user(email=email, password=password)

    assert User.objects.count() == 1


def test_the_first_staff_account_is_verified(database: Path) -> None:
    user = create_first_staff(email="staff@example.com", password=PASSWORD)

    assert user.is_staff
    assert EmailAddress.objects.get(user=user).verified


def test_there_is_one_first_staff_account(database: Path) -> None:
    create_first_staff(email="staff@example.com", password=PASSWORD)

    with pytest.raises(Refused, match="exists already"):
        create_first_staff(email="other@example.com", password=PASSWORD)

    assert not User.objects.filter(email="other@example.com").exists()
