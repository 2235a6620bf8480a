"""Guessing codes is slow: by account, by network, and said with when to try again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from naxios.accounts import services as accounts
from naxios.accounts.models import User
from naxios.accounts.origin import Origin
from naxios.codes import attempts, services, tasks
from naxios.codes.attempts import MOST_OF_A_NETWORK, MOST_OF_AN_ACCOUNT, TooManyAttempts
from naxios.codes.models import FailedAttempts
from naxios.domain import codes
from naxios.errors import Refused
from tests.unit.codes.making import one

HERE = Origin("203.0.113.7")

pytestmark = pytest.mark.usefixtures("database", "pro")


@pytest.fixture(autouse=True)
def _within_one_stretch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests do not begin just before a stretch of time ends."""
    now = timezone.now()
    monkeypatch.setattr(attempts, "STRETCH", timedelta(days=1) if now.hour < 23 else timedelta(days=10))


def guess(user: User, origin: Origin, times: int) -> None:
    """Try codes that do not exist."""
    for _ in range(times):
        with pytest.raises(Refused, match="There is no such code"):
            services.redeem(user=user, code=codes.generate(), origin=origin)


def test_an_account_that_guesses_has_to_wait(user: User, other: User) -> None:
    guess(user, HERE, MOST_OF_AN_ACCOUNT)

    with pytest.raises(TooManyAttempts, match=r"Try again at \d\d:\d\d UTC, in \d+ minutes?") as refusal:
        services.redeem(user=user, code=one(), origin=HERE)

    assert refusal.value.again_at > timezone.now()
    assert services.redeem(user=other, code=one(), origin=HERE)


def test_an_account_has_to_wait_wherever_it_is(user: User) -> None:
    guess(user, HERE, MOST_OF_AN_ACCOUNT)

    for origin in (Origin("198.51.100.1"), Origin()):
        with pytest.raises(TooManyAttempts):
            services.redeem(user=user, code=one(), origin=origin)


@pytest.mark.parametrize(
    ("guessing", "another", "is_the_same"),
    [
        ("203.0.113.7", "203.0.113.7", True),
        ("203.0.113.7", "203.0.113.8", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::7", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("203.0.113.7", "::ffff:203.0.113.7", True),
    ],
)
def test_a_network_that_guesses_has_to_wait_whoever_it_is(
    user: User, guessing: str, another: str, is_the_same: bool
) -> None:
    for number in range(MOST_OF_A_NETWORK // MOST_OF_AN_ACCOUNT):
        guess(accounts.create_user(email=f"guest{number}@example.com"), Origin(guessing), MOST_OF_AN_ACCOUNT)

    if is_the_same:
        with pytest.raises(TooManyAttempts):
            services.redeem(user=user, code=one(), origin=Origin(another))
    else:
        assert services.redeem(user=user, code=one(), origin=Origin(another))


def test_slips_and_codes_that_are_used_up_are_no_guesses(user: User, other: User) -> None:
    code = one()
    services.redeem(user=other, code=code)
    for typed in (code, code[:-1] + ("7" if code[-1] != "7" else "8"), "", "NAX-123") * MOST_OF_AN_ACCOUNT:
        with pytest.raises(Refused):
            services.redeem(user=user, code=typed, origin=HERE)

    assert services.redeem(user=user, code=one(), origin=HERE)


def test_after_a_while_it_may_try_again(user: User) -> None:
    guess(user, HERE, MOST_OF_AN_ACCOUNT)
    FailedAttempts.objects.update(since=timezone.now() - 2 * attempts.STRETCH)

    assert services.redeem(user=user, code=one(), origin=HERE)


def test_what_counts_no_more_is_forgotten(user: User) -> None:
    guess(user, HERE, 1)
    tasks.tidy()
    assert FailedAttempts.objects.count() == 2

    FailedAttempts.objects.update(since=timezone.now() - 2 * attempts.STRETCH)
    tasks.tidy()

    assert FailedAttempts.objects.count() == 0


def test_who_guessed_and_from_where_is_stored_as_a_keyed_hash(user: User) -> None:
    guess(user, HERE, 1)

    for failed in FailedAttempts.objects.all():
        assert len(failed.subject) == 32
        assert b"203.0" not in bytes(failed.subject)
