"""What can be done with keys."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from naxios.accounts import services as accounts
from naxios.accounts.models import User
from naxios.domain import clock
from naxios.domain import keys as secrets
from naxios.domain.limits import Limits
from naxios.domain.principal import Principal, Standing
from naxios.errors import Refused
from naxios.invalidation import queries as invalidation
from naxios.keys import queries, services
from naxios.keys.models import ApiKey, KeySecret

pytestmark = pytest.mark.usefixtures("database")

HOUR = timedelta(hours=1)


@pytest.fixture
def user(database: object) -> User:
    return accounts.create_user(email="dev@example.com")


def opens(secret: str) -> bool:
    """Whether a request with ``secret`` would be served now."""
    principal = found(secret)
    return principal is not None and principal.standing is Standing.ACTIVE and not principal.has_expired(clock.now())


def found(secret: str) -> Principal | None:
    return queries.principal(secrets.digest(secret))


def changes_of(key: ApiKey, since: int) -> list[str]:
    """The topics of the changes that a gateway is told of ``key``."""
    return [topic for _, topic, subject in invalidation.since(since) or () if subject == key.pk]


# Create


def test_a_new_key_opens_with_its_secret(user: User) -> None:
    key, secret = services.create(user=user, name="laptop")

    assert opens(secret)
    assert (key.user_id, key.name, key.tags, key.expires_at) == (user.pk, "laptop", {}, None)


def test_a_new_key_has_what_was_asked_for(user: User) -> None:
    end = timezone.now() + HOUR

    key, _ = services.create(
        user=user,
        name="  laptop ",
        limits=Limits(1, 2, 3, 4),
        allowed_models=["gpt-*"],
        tags={"team": "search"},
        expires_at=end,
    )

    key.refresh_from_db()
    assert (key.name, key.limits, key.allowed_models) == ("laptop", Limits(1, 2, 3, 4), ["gpt-*"])
    assert (key.tags, key.expires_at) == ({"team": "search"}, end)


def test_only_a_digest_and_a_prefix_of_a_secret_are_stored(user: User, database: Any) -> None:
    _, secret = services.create(user=user, name="laptop")

    stored = KeySecret.objects.get()
    assert (bytes(stored.digest), stored.prefix) == (secrets.digest(secret), secret[:11])
    assert secret[3:].encode() not in b"".join(file.read_bytes() for file in database.parent.glob("naxios.sqlite3*"))


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"name": ""}, "name"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"limits": Limits(tokens_per_day=0)}, "limit"),
        ({"limits": Limits(requests_per_minute=-1)}, "limit"),
        ({"limits": Limits(concurrency=2**53 + 1)}, "limit"),
        ({"allowed_models": []}, "model"),
        ({"allowed_models": [""]}, "model"),
        ({"allowed_models": ["x" * 201]}, "model"),
        ({"tags": {str(number): "" for number in range(17)}}, "tags"),
        ({"tags": {"": "x"}}, "tags"),
        ({"tags": {"x": "y" * 65}}, "tags"),
        ({"expires_at": timezone.now() - HOUR}, "end"),
    ],
)
def test_a_key_that_cannot_be_is_refused_and_not_made(user: User, wrong: dict[str, Any], complaint: str) -> None:
    with pytest.raises(Refused, match=complaint):
        services.create(user=user, **{"name": "laptop", **wrong})

    assert ApiKey.objects.count() == KeySecret.objects.count() == 0


# Rotate


def test_a_rotated_key_opens_with_its_new_secret_alone(user: User) -> None:
    key, old = services.create(user=user, name="laptop", limits=Limits(tokens_per_day=5))

    new = services.rotate(key=key)

    assert opens(new)
    assert not opens(old)
    assert found(new).key_id == key.pk  # type: ignore[union-attr]
    assert found(new).key_limits == Limits(tokens_per_day=5)  # type: ignore[union-attr]


def test_the_old_secret_opens_until_its_grace_ends(user: User) -> None:
    key, old = services.create(user=user, name="laptop")

    new = services.rotate(key=key, grace=HOUR)

    assert opens(old)
    assert opens(new)
    assert found(old).has_expired(clock.now() + clock.HOUR)  # type: ignore[union-attr]


def test_a_grace_never_lengthens_what_ends_earlier(user: User) -> None:
    key, first = services.create(user=user, name="laptop")
    second = services.rotate(key=key)

    third = services.rotate(key=key, grace=HOUR)

    assert [opens(secret) for secret in (first, second, third)] == [False, True, True]


def test_rotating_without_grace_ends_a_grace_that_runs(user: User) -> None:
    """A leaked key is rotated twice in a hurry."""
    key, leaked = services.create(user=user, name="laptop")
    services.rotate(key=key, grace=HOUR)

    services.rotate(key=key)

    assert not opens(leaked)


def test_a_key_that_is_over_is_not_rotated(user: User) -> None:
    key, _ = services.create(user=user, name="laptop")
    services.expire(key=key)
    with pytest.raises(Refused, match="expired"):
        services.rotate(key=key)
    services.revoke(key=key)
    with pytest.raises(Refused, match="revoked"):
        services.rotate(key=key)

    assert KeySecret.objects.count() == 1


def test_a_negative_grace_is_refused(user: User) -> None:
    key, secret = services.create(user=user, name="laptop")

    with pytest.raises(Refused, match="negative"):
        services.rotate(key=key, grace=-HOUR)

    assert opens(secret)


# Expire and revoke


def test_an_ended_key_can_be_given_another_end(user: User) -> None:
    key, secret = services.create(user=user, name="laptop")
    services.expire(key=key)
    assert not opens(secret)

    services.expire(key=key, at=timezone.now() + HOUR)

    assert opens(secret)


def test_an_end_that_is_over_already_is_refused(user: User) -> None:
    key, secret = services.create(user=user, name="laptop")

    with pytest.raises(Refused, match="future"):
        services.expire(key=key, at=timezone.now() - HOUR)

    assert opens(secret)


def test_a_revoked_key_opens_with_none_of_its_secrets(user: User) -> None:
    key, old = services.create(user=user, name="laptop")
    new = services.rotate(key=key, grace=HOUR)

    services.revoke(key=key)

    for secret in (old, new):
        assert found(secret).standing is Standing.REVOKED  # type: ignore[union-attr]


def test_a_key_is_revoked_once(user: User) -> None:
    key, _ = services.create(user=user, name="laptop")
    services.revoke(key=key)
    first = key.revoked_at

    services.revoke(key=key)

    key.refresh_from_db()
    assert key.revoked_at == first


@pytest.mark.parametrize("act", [services.revoke, services.rotate, services.expire])
def test_every_gateway_is_told(user: User, act: Any) -> None:
    key, _ = services.create(user=user, name="laptop")
    before = invalidation.latest()

    act(key=key)

    assert changes_of(key, before) == ["key"]


def test_a_new_key_is_told_to_every_gateway_that_may_have_refused_it(user: User) -> None:
    before = invalidation.latest()

    key, _ = services.create(user=user, name="laptop")

    assert changes_of(key, before) == ["key"]
