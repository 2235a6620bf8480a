"""What pages and programs say about keys: standing, use, limits and models."""

from datetime import timedelta

import pytest
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone

from naxios.accounts import services as accounts
from naxios.catalogue.models import Model
from naxios.domain.limits import Limits
from naxios.keys import listing, services
from naxios.keys.models import ApiKey, KeySecret
from naxios.plans.models import Plan
from naxios.usage import services as usage
from tests.unit.keys.history import use


@pytest.fixture
def key(owner: AbstractBaseUser) -> ApiKey:
    return services.create(user=owner, name="production")[0]


def listed(key: ApiKey) -> listing.ListedKey:
    return next(one for one in listing.of_user(key.user_id) if one.key == key)


def test_a_key_is_active_until_it_is_not(key: ApiKey) -> None:
    assert listed(key).standing == "active"

    services.revoke(key=key)

    assert listed(key).standing == "revoked"


def test_a_key_past_its_end_is_expired(key: ApiKey) -> None:
    ApiKey.objects.filter(pk=key.pk).update(expires_at=timezone.now() - timedelta(seconds=1))

    assert listed(key).standing == "expired"


def test_a_key_without_a_secret_that_works_is_expired(key: ApiKey) -> None:
    KeySecret.objects.filter(key=key).update(expires_at=timezone.now() - timedelta(seconds=1))
    services.open_playground(key=key)  # which is not a secret that anybody has

    assert listed(key).standing == "expired"


def test_keys_of_a_suspended_account_are_suspended(key: ApiKey) -> None:
    accounts.suspend(user=key.user)

    assert listed(key).standing == "suspended"


def test_use_is_that_of_today_and_of_thirty_days(key: ApiKey) -> None:
    other, _ = services.create(user=key.user, name="other")
    entries = [use(key, 7), use(key, 50, days_ago=29), use(key, 1_000, days_ago=30)]
    usage.record(entries=[*entries, use(other, 3, days_ago=1)], segment="one", offset=1)

    assert (listed(key).tokens_today, listed(key).tokens_of_days) == (7, 57)
    assert (listed(other).tokens_today, listed(other).tokens_of_days) == (0, 3)


def test_the_prefix_is_the_newest_secrets(key: ApiKey) -> None:
    secret = services.rotate(key=key, grace=timedelta(hours=1))

    assert secret.startswith(listed(key).prefix)


def test_secrets_tell_which_have_ended(key: ApiKey) -> None:
    services.rotate(key=key, grace=timedelta(hours=1))
    services.rotate(key=key)

    shown = listing.secrets_of(listed(key).key)

    assert [secret.ended for secret in shown] == [False, True, True]


def test_the_lower_limit_applies(key: ApiKey) -> None:
    Plan.objects.filter(name="free").update(
        tokens_per_day=100, requests_per_minute=10, tokens_per_minute=None, concurrency=None
    )
    key.tokens_per_day, key.requests_per_minute, key.tokens_per_minute = 50, 20, 30

    rows = [(row.own, row.plan, row.applies) for row in listing.limits_of(key)]

    assert rows == [(50, 100, 50), (20, 10, 10), (30, None, 30), (None, None, None)]


def test_models_are_those_that_plan_and_key_allow(key: ApiKey) -> None:
    for name in ("north/a", "north/b", "south/a"):
        Model.objects.create(name=name)
    Plan.objects.filter(name="free").update(allowed_models=["north/*"])
    key.allowed_models = ["*/a"]

    assert [model.name for model in listing.models_of(key)] == ["north/a"]


def test_the_example_is_a_real_model_where_there_is_one(key: ApiKey) -> None:
    assert listing.example_model(key) == "naxios/echo"

    Model.objects.create(name="real")

    assert listing.example_model(key) == "real"


def test_others_keys_are_not_found(key: ApiKey) -> None:
    stranger = accounts.create_user(email="stranger@example.com")

    assert listing.one(user_id=key.user_id, key_id=key.pk) == key
    assert listing.one(user_id=stranger.pk, key_id=key.pk) is None
    assert listing.of_user(stranger.pk) == []


@pytest.mark.parametrize(
    ("show", "tag", "names"),
    [
        ("", "", ["tagged", "plain"]),
        ("nonsense", "", ["tagged", "plain"]),
        ("current", "team=search", ["tagged"]),
        ("", "team=other", []),
        ("expired", "", ["expired"]),
        ("revoked", "", ["revoked"]),
        ("revoked", "team=search", ["revoked"]),
    ],
)
def test_keys_are_chosen_by_standing_and_tag(owner: AbstractBaseUser, show: str, tag: str, names: list[str]) -> None:
    revoked, _ = services.create(user=owner, name="revoked", tags={"team": "search"})
    services.revoke(key=revoked)
    expired, _ = services.create(user=owner, name="expired", limits=Limits(concurrency=1))
    ApiKey.objects.filter(pk=expired.pk).update(expires_at=timezone.now() - timedelta(days=1))
    services.create(user=owner, name="plain")
    services.create(user=owner, name="tagged", tags={"team": "search"})

    chosen = listing.chosen(listing.of_user(owner.pk), show=show, tag=tag)

    assert [one.key.name for one in chosen.page] == names
    assert [(tab.show, tab.size) for tab in chosen.tabs] == [("current", 2), ("expired", 1), ("revoked", 1)]
    assert chosen.tags == ["team=search"]


def test_a_long_list_comes_in_pages(owner: AbstractBaseUser) -> None:
    keys = ApiKey.objects.bulk_create(
        [ApiKey(user_id=owner.pk, name=f"key {number}", revoked_at=timezone.now()) for number in range(120)]
    )
    KeySecret.objects.bulk_create([KeySecret(key=key, digest=b"%d" % key.pk, prefix=f"nx_{key.pk:08}") for key in keys])

    pages = [
        listing.chosen(listing.of_user(owner.pk), show="revoked", tag="", page=number).page for number in ("1", "3")
    ]

    assert [(len(page), page[0].key.name) for page in pages] == [(50, "key 119"), (20, "key 19")]
