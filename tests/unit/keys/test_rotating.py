"""Rotating and revoking: which secrets open a key afterwards, and until when."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone

from naxios.domain import clock, keys
from naxios.domain.moments import microseconds
from naxios.domain.principal import Standing
from naxios.errors import Refused
from naxios.keys import queries, services
from naxios.keys.models import ApiKey, KeySecret
from tests.unit.keys.history import events_of


@pytest.fixture
def made(owner: AbstractBaseUser) -> tuple[ApiKey, str]:
    return services.create(user=owner, name="production")


def is_open(secret: str, at: int | None = None) -> bool:
    """Whether the gateway would let ``secret`` in."""
    principal = queries.principal(keys.digest(secret))
    return (
        principal is not None
        and principal.standing is Standing.ACTIVE
        and not principal.has_expired(clock.now() if at is None else at)
    )


def test_the_new_secret_opens_the_same_key_and_the_old_one_does_not(made: tuple[ApiKey, str]) -> None:
    key, old = made

    new = services.rotate(key=key)

    opened = queries.principal(keys.digest(new))
    assert opened is not None
    assert opened.key_id == key.pk
    assert (is_open(new), is_open(old)) == (True, False)
    assert events_of(key.user)[-1] == ("key_rotated", f"production ({keys.shown_prefix(new)})")


def test_the_old_secret_goes_on_for_the_grace_time(made: tuple[ApiKey, str]) -> None:
    key, old = made

    services.rotate(key=key, grace=timedelta(hours=1))

    assert is_open(old, microseconds(timezone.now() + timedelta(minutes=59)))
    assert not is_open(old, microseconds(timezone.now() + timedelta(minutes=61)))


def test_a_second_rotation_does_not_lengthen_the_first_grace_time(made: tuple[ApiKey, str]) -> None:
    key, old = made
    services.rotate(key=key, grace=timedelta(hours=1))

    services.rotate(key=key, grace=timedelta(hours=24))

    assert not is_open(old, microseconds(timezone.now() + timedelta(minutes=61)))


def test_a_form_that_is_sent_twice_makes_one_secret(made: tuple[ApiKey, str]) -> None:
    key, _ = made
    token = uuid4()
    new = services.rotate(key=key, form_token=token)

    with pytest.raises(services.SentBefore):
        services.rotate(key=key, form_token=token)

    assert is_open(new)
    assert KeySecret.objects.filter(key=key).count() == 2


def test_it_refuses_a_negative_grace_time(made: tuple[ApiKey, str]) -> None:
    with pytest.raises(Refused, match="negative"):
        services.rotate(key=made[0], grace=timedelta(seconds=-1))


def test_a_revoked_key_cannot_be_rotated(made: tuple[ApiKey, str]) -> None:
    key, _ = made
    services.revoke(key=key)

    with pytest.raises(Refused, match="revoked"):
        services.rotate(key=key)


def test_revoking_ends_every_secret_and_is_noted_once(made: tuple[ApiKey, str]) -> None:
    key, old = made
    new = services.rotate(key=key, grace=timedelta(hours=1))

    services.revoke(key=key)
    services.revoke(key=key)

    assert (is_open(old), is_open(new)) == (False, False)
    assert [event for event in events_of(key.user) if event[0] == "key_revoked"] == [("key_revoked", "production")]
