"""Making keys: what may be asked for, what is kept, and what its owner is told."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone

from naxios.accounts.origin import Origin
from naxios.domain import keys
from naxios.domain.limits import Limits
from naxios.errors import Refused
from naxios.keys import services
from naxios.keys.models import ApiKey, KeySecret
from naxios.mail.models import OutboxMail
from tests.unit.keys.history import events_of


def test_it_works(owner: AbstractBaseUser) -> None:
    key, secret = services.create(
        user=owner,
        name=" production ",
        limits=Limits(tokens_per_day=1_000, concurrency=2),
        allowed_models=["naxios/echo"],
        tags={"team": "search"},
        expires_at=datetime(2999, 1, 1, tzinfo=UTC),
    )

    key.refresh_from_db()
    assert keys.is_well_formed(secret)
    assert key.name == "production"
    assert key.limits == Limits(tokens_per_day=1_000, concurrency=2)
    assert (key.allowed_models, key.tags) == (["naxios/echo"], {"team": "search"})
    assert key.expires_at == datetime(2999, 1, 1, tzinfo=UTC)


def test_only_the_digest_of_the_secret_is_stored(owner: AbstractBaseUser) -> None:
    key, secret = services.create(user=owner, name="production")

    stored = KeySecret.objects.get(key=key)
    assert bytes(stored.digest) == keys.digest(secret)
    assert secret not in str(stored.__dict__)


def test_it_is_noted_with_its_origin(owner: AbstractBaseUser) -> None:
    from naxios.accounts.models import SecurityEvent

    _, secret = services.create(user=owner, name="production", origin=Origin("192.0.2.7", "a browser"))

    event = SecurityEvent.objects.get(user_id=owner.pk, kind="key_created")
    assert event.detail == f"production ({keys.shown_prefix(secret)})"
    assert (event.address, event.user_agent) == ("192.0.2.7", "a browser")


def test_its_owner_is_told_by_mail(owner: AbstractBaseUser) -> None:
    _, secret = services.create(user=owner, name="production")

    mail = OutboxMail.objects.get()
    assert mail.to == "owner@example.com"
    assert mail.subject == "A new API key on your account"
    assert f'"production" ({keys.shown_prefix(secret)}…)' in mail.body
    assert secret not in mail.body


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"limits": Limits(tokens_per_day=0)}, "limit"),
        ({"limits": Limits(requests_per_minute=-1)}, "limit"),
        ({"limits": Limits(concurrency=2**53 + 1)}, "limit"),
        ({"allowed_models": []}, "model"),
        ({"allowed_models": ["x" * 201]}, "model"),
        ({"tags": {f"tag{number}": "" for number in range(17)}}, "tags"),
        ({"tags": {"": "value"}}, "tags"),
        ({"tags": {"name": "x" * 65}}, "tags"),
        ({"expires_at": timezone.now() - timedelta(seconds=1)}, "future"),
    ],
)
def test_it_refuses(owner: AbstractBaseUser, asked: dict[str, Any], refusal: str) -> None:
    with pytest.raises(Refused, match=refusal):
        services.create(user=owner, **{"name": "production", **asked})

    assert not ApiKey.objects.exists()
    assert events_of(owner) == []


def test_an_account_has_a_hundred_keys_at_most(owner: AbstractBaseUser) -> None:
    made = [services.create(user=owner, name=f"key {number}")[0] for number in range(services.MOST_KEYS)]

    with pytest.raises(Refused, match="at most 100 keys"):
        services.create(user=owner, name="one more")

    services.revoke(key=made[0])
    services.create(user=owner, name="one more")


def test_a_form_that_is_sent_twice_makes_one_key(owner: AbstractBaseUser) -> None:
    token = uuid4()
    services.create(user=owner, name="production", form_token=token)

    with pytest.raises(services.SentBefore):
        services.create(user=owner, name="production", form_token=token)

    assert ApiKey.objects.count() == 1
    assert [kind for kind, _ in events_of(owner)] == ["key_created"]
