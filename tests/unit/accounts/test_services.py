"""What can be done with accounts."""

import pytest
from django.contrib.auth.hashers import make_password
from django.test import override_settings

from naxios import settings as naxios_settings
from naxios.accounts import links, services
from naxios.accounts.models import User
from naxios.errors import Refused
from naxios.invalidation import queries as invalidation

pytestmark = pytest.mark.usefixtures("database")

PASSWORD = "correct horse battery"


def told(since: int) -> list[tuple[str, int]]:
    return [(topic, subject) for _, topic, subject in invalidation.since(since) or ()]


def test_passwords_are_kept_as_argon2_hashes() -> None:
    with override_settings(PASSWORD_HASHERS=naxios_settings.PASSWORD_HASHERS):  # which other tests here make quick
        assert make_password(PASSWORD).startswith("argon2$argon2id$")


def test_an_account_is_made_with_its_address_in_lower_case() -> None:
    user = services.create_user(email="  Dev@Example.COM ", password=PASSWORD)

    user.refresh_from_db()
    assert user.email == "dev@example.com"
    assert user.check_password(PASSWORD)
    assert not user.is_staff
    assert not user.is_superuser


def test_nobody_can_sign_in_without_a_password() -> None:
    user = services.create_user(email="dev@example.com")

    assert not user.has_usable_password()
    assert not user.check_password("")


@pytest.mark.parametrize("email", ["dev@example.com", "DEV@example.com", " dev@example.com"])
def test_an_address_has_one_account(email: str) -> None:
    services.create_user(email="dev@example.com")

    with pytest.raises(Refused, match=r"account for dev@example\.com already"):
        services.create_user(email=email)

    assert User.objects.count() == 1


@pytest.mark.parametrize(
    "email", ["", "dev", "dev@", "@example.com", "dev@example", "dev @example.com", "a@b@example.com"]
)
def test_what_is_no_address_is_refused(email: str) -> None:
    with pytest.raises(Refused, match="valid email"):
        services.create_user(email=email)


@pytest.mark.parametrize("password", ["", "short", "password123", "1234567890", "dev@example.com"])
def test_a_weak_password_is_refused(password: str) -> None:
    with pytest.raises(Refused):
        services.create_user(email="dev@example.com", password=password)

    assert User.objects.count() == 0


def test_a_refusal_does_not_repeat_the_password() -> None:
    with pytest.raises(Refused) as refused:
        services.create_user(email="dev@example.com", password="qwertyuiop")

    assert "qwertyuiop" not in str(refused.value)


def test_the_first_staff_account_can_be_made_once() -> None:
    first = services.create_first_staff(email="one@example.com", password=PASSWORD)

    with pytest.raises(Refused, match="exists already"):
        services.create_first_staff(email="two@example.com", password=PASSWORD)

    assert list(User.objects.filter(is_staff=True)) == [first]
    assert User.objects.count() == 1


def test_suspending_and_resuming_are_told_to_every_gateway_once() -> None:
    user = services.create_user(email="dev@example.com")
    before = invalidation.latest()

    services.suspend(user=user)
    services.suspend(user=user)
    assert user.is_suspended
    services.resume(user=user)
    services.resume(user=user)

    user.refresh_from_db()
    assert not user.is_suspended
    assert told(before) == [("account", user.pk)] * 2


def test_only_a_path_of_ours_makes_the_first_staff_account() -> None:
    token = links.first_staff_path().rstrip("/").rpartition("/")[2]

    assert links.is_first_staff_token(token)
    assert not links.is_first_staff_token(token[:-1] + ("A" if token[-1] != "A" else "B"))
    assert not links.is_first_staff_token("")
