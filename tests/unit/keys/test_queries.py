"""What can be asked of keys: above all, who a secret stands for."""

from datetime import timedelta

import pytest
from django.utils import timezone

from naxios.accounts import services as accounts
from naxios.accounts.models import User
from naxios.domain import keys as secrets
from naxios.domain.limits import Limits
from naxios.domain.moments import microseconds
from naxios.domain.principal import Principal, Standing
from naxios.errors import Refused
from naxios.keys import queries, services
from naxios.plans import queries as plans
from naxios.plans import services as plan_services

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def user(database: object) -> User:
    return accounts.create_user(email="dev@example.com")


def principal(secret: str) -> Principal:
    found = queries.principal(secrets.digest(secret))
    assert found is not None
    return found


def test_a_secret_stands_for_its_key_account_and_plan(user: User) -> None:
    plan_services.put(name="pro", fields={"tokens_per_day": 7, "concurrency": None, "allowed_models": ["gpt-*"]})
    plan_services.grant(user=user, plan=plans.by_name("pro"))
    key, secret = services.create(
        user=user, name="laptop", limits=Limits(requests_per_minute=5), allowed_models=["gpt-5"]
    )

    assert principal(secret) == Principal(
        key_id=key.pk,
        account_id=user.pk,
        key_name="laptop",
        key_prefix=secret[:11],
        standing=Standing.ACTIVE,
        plan="pro",
        plan_limits=Limits(tokens_per_day=7),
        key_limits=Limits(requests_per_minute=5),
        plan_models=("gpt-*",),
        key_models=("gpt-5",),
        expires_at=None,
    )


def test_a_secret_that_nobody_has_stands_for_nobody() -> None:
    assert queries.principal(secrets.digest(secrets.generate())) is None


def test_without_an_entitlement_an_account_is_on_free(user: User) -> None:
    _, secret = services.create(user=user, name="laptop")

    assert principal(secret).plan == "free"
    assert principal(secret).plan_limits == plans.by_name("free").limits


def test_of_two_ends_the_earlier_one_counts(user: User) -> None:
    end = timezone.now() + timedelta(hours=2)
    key, old = services.create(user=user, name="laptop", expires_at=end)
    new = services.rotate(key=key, grace=timedelta(hours=1))
    newest = services.rotate(key=key, grace=timedelta(hours=5))

    assert principal(old).expires_at < microseconds(end)  # type: ignore[operator]
    assert principal(new).expires_at == microseconds(end)
    assert principal(newest).expires_at == microseconds(end)


def test_a_suspended_account_stops_its_keys_until_it_is_resumed(user: User) -> None:
    _, secret = services.create(user=user, name="laptop")

    accounts.suspend(user=user)
    assert principal(secret).standing is Standing.SUSPENDED

    accounts.resume(user=user)
    assert principal(secret).standing is Standing.ACTIVE


def test_an_account_that_is_not_active_stops_its_keys(user: User) -> None:
    _, secret = services.create(user=user, name="laptop")
    user.is_active = False
    user.save()

    assert principal(secret).standing is Standing.SUSPENDED


def test_a_revoked_key_stays_revoked_whatever_its_account_does(user: User) -> None:
    key, secret = services.create(user=user, name="laptop")
    services.revoke(key=key)
    accounts.suspend(user=user)

    assert principal(secret).standing is Standing.REVOKED


def test_keys_of_an_account_are_told_newest_first(user: User) -> None:
    other = accounts.create_user(email="other@example.com")
    first, _ = services.create(user=user, name="first")
    services.create(user=other, name="other")
    second, _ = services.create(user=user, name="second")

    assert queries.of_user(user.pk) == [second, first]


def test_a_key_is_found_by_its_id(user: User) -> None:
    key, _ = services.create(user=user, name="laptop")

    assert queries.by_id(key.pk) == key
    with pytest.raises(Refused, match="no key 999"):
        queries.by_id(999)


def test_an_owner_is_found_by_the_beginning_of_a_secret_or_all_of_it(user: User) -> None:
    key, old = services.create(user=user, name="laptop")
    new = services.rotate(key=key)

    for prefix in (old[:11], old, new[:11], new):
        assert queries.owners_by_prefix(prefix) == [user.pk]
    assert queries.owners_by_prefix("nx_%") == []
    assert queries.owners_by_prefix("nx_") == [user.pk]


def test_only_keys_that_are_not_revoked_are_counted(user: User) -> None:
    services.create(user=user, name="one")
    revoked, _ = services.create(user=user, name="two")
    services.revoke(key=revoked)

    assert queries.count() == 1


def test_names_are_told_of_keys_that_there_are(user: User) -> None:
    key, _ = services.create(user=user, name="laptop")

    assert queries.names([key.pk, 999]) == {key.pk: "laptop"}
    assert queries.names(range(100_000)) == {key.pk: "laptop"}
