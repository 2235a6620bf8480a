"""The playground's temporary secrets: the same key, for half an hour, out of everybody's sight."""

from datetime import timedelta

import pytest
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone

from naxios.domain import clock, keys
from naxios.domain.moments import microseconds
from naxios.errors import Refused
from naxios.keys import queries, services, tasks
from naxios.keys.models import ApiKey, KeySecret


@pytest.fixture
def key(owner: AbstractBaseUser) -> ApiKey:
    return services.create(user=owner, name="production")[0]


def test_it_opens_the_same_key(key: ApiKey) -> None:
    opened = services.open_playground(key=key)

    principal = queries.principal(keys.digest(opened.secret))
    assert principal is not None
    assert (principal.key_id, principal.key_name) == (key.pk, "production")


def test_it_ends_after_half_an_hour(key: ApiKey) -> None:
    opened = services.open_playground(key=key)

    principal = queries.principal(keys.digest(opened.secret))
    assert principal is not None
    assert not principal.has_expired(clock.now())
    assert principal.has_expired(microseconds(timezone.now() + timedelta(minutes=31)))


def test_it_ends_with_its_key(key: ApiKey) -> None:
    key.expires_at = timezone.now() + timedelta(minutes=5)
    key.save()

    assert services.open_playground(key=key).expires_at == key.expires_at


def test_opening_again_ends_the_one_before(key: ApiKey) -> None:
    first = services.open_playground(key=key)

    second = services.open_playground(key=key)

    assert queries.principal(keys.digest(first.secret)) is None
    assert queries.principal(keys.digest(second.secret)) is not None


def test_it_is_in_no_list_and_in_no_search(key: ApiKey) -> None:
    opened = services.open_playground(key=key)

    listed = queries.of_user(key.user_id)[0]
    assert keys.shown_prefix(opened.secret) not in [secret.prefix for secret in listed.secrets.all()]
    assert queries.owners_by_prefix(opened.secret) == []


def test_rotating_a_leaked_key_ends_it(key: ApiKey) -> None:
    opened = services.open_playground(key=key)

    services.rotate(key=key)

    principal = queries.principal(keys.digest(opened.secret))
    assert principal is not None
    assert principal.has_expired(clock.now())


@pytest.mark.parametrize("ended", ["revoked", "expired"])
def test_it_refuses_a_key_that_is(ended: str, key: ApiKey) -> None:
    setattr(key, f"{'revoked' if ended == 'revoked' else 'expires'}_at", timezone.now())
    key.save()

    with pytest.raises(Refused, match=ended):
        services.open_playground(key=key)


def test_what_has_ended_is_deleted_and_nothing_else(key: ApiKey) -> None:
    ended, live = services.open_playground(key=key), services.rotate(key=key)
    other, _ = services.create(user=key.user, name="other")
    running = services.open_playground(key=other)

    tasks.tidy()

    assert queries.principal(keys.digest(ended.secret)) is None
    assert queries.principal(keys.digest(live)) is not None
    assert queries.principal(keys.digest(running.secret)) is not None
    assert KeySecret.objects.filter(key=key).count() == 2  # rotated secrets stay in the key's history
