"""Changing keys: everything but the secret, the gateway and the owner told."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone

from naxios.domain.limits import Limits
from naxios.errors import Refused
from naxios.invalidation import queries as invalidation
from naxios.keys import services
from naxios.keys.models import ApiKey
from tests.unit.keys.history import events_of


def change(key: ApiKey, **wanted: Any) -> None:
    """Change what is named, keep the rest."""
    kept = {
        "name": key.name,
        "limits": key.limits,
        "allowed_models": key.allowed_models,
        "tags": key.tags,
        "expires_at": key.expires_at,
    }
    services.change(key=key, **{**kept, **wanted})


@pytest.fixture
def key(owner: AbstractBaseUser) -> ApiKey:
    return services.create(user=owner, name="production", limits=Limits(tokens_per_day=1_000))[0]


@pytest.mark.parametrize(
    ("wanted", "named"),
    [
        ({"name": "staging"}, "staging (name)"),
        ({"limits": Limits(tokens_per_day=1_000, concurrency=3)}, "production (concurrency)"),
        ({"limits": Limits()}, "production (tokens per day)"),
        ({"allowed_models": ["openai/*"]}, "production (allowed models)"),
        ({"tags": {"team": "search"}}, "production (tags)"),
        ({"expires_at": datetime(2999, 1, 1, tzinfo=UTC)}, "production (expires at)"),
    ],
)
def test_it_is_kept_and_noted(key: ApiKey, wanted: dict[str, Any], named: str) -> None:
    change(key, **wanted)

    key.refresh_from_db()
    assert all(getattr(key, field) == value for field, value in wanted.items())
    assert events_of(key.user)[-1] == ("key_changed", named)


def test_the_gateway_is_told(key: ApiKey) -> None:
    before = invalidation.latest()

    change(key, limits=Limits(tokens_per_day=5))

    changes = invalidation.since(before)
    assert changes is not None
    assert [subject for _, topic, subject in changes if topic == "key"] == [key.pk]


def test_nothing_is_noted_when_nothing_changed(key: ApiKey) -> None:
    change(key)

    assert [kind for kind, _ in events_of(key.user)] == ["key_created"]


def test_a_revoked_key_cannot_be_changed(key: ApiKey) -> None:
    services.revoke(key=key)

    with pytest.raises(Refused, match="revoked"):
        change(key, name="staging")


def test_a_new_end_lies_in_the_future(key: ApiKey) -> None:
    with pytest.raises(Refused, match="future"):
        change(key, expires_at=timezone.now() - timedelta(seconds=1))


def test_an_expired_key_can_be_renamed(key: ApiKey) -> None:
    ApiKey.objects.filter(pk=key.pk).update(expires_at=timezone.now() - timedelta(days=1))
    key.refresh_from_db()

    change(key, name="old one")

    key.refresh_from_db()
    assert key.name == "old one"
