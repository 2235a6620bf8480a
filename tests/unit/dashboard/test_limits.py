"""The page of limits."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from msgspec import structs

from naxios.accounts.services import create_user
from naxios.domain.clock import SECOND
from naxios.domain.entitlements import BonusSource
from naxios.domain.limits import LimitName, Limits, LimitState, Scopes
from naxios.keys import services as keys
from naxios.plans import queries as plans
from naxios.plans import services as plan_services
from naxios.usage import live
from tests.html import table
from tests.unit.usage.histories import drain, used

pytestmark = pytest.mark.usefixtures("pages")

PAGE = "/dashboard/limits/"


class Limiter:
    """A limiter in which every limit that there is has been used so much."""

    def __init__(self, used: int) -> None:
        self.used = used

    def standing(self, scopes: Scopes, now: int) -> list[LimitState]:
        return [
            LimitState(scope.id, name, value, value - self.used, 30 * SECOND if self.used else 0)
            for scope in scopes
            for name in LimitName
            if (value := getattr(scope.limits, name)) is not None
        ]


@pytest.fixture(autouse=True)
def _nobody_to_ask_afterwards() -> Iterator[None]:
    yield
    live.register(None)


@pytest.fixture
def user(database: Path) -> Any:
    return create_user(email="dev@example.com")


@pytest.fixture
def client(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _read(client: Client, path: str = PAGE) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_each_limit_of_the_plan_is_told_with_its_use(client: Client) -> None:
    live.register(Limiter(used=2))

    page = _read(client)

    for told in ("of 100,000", "99,998 left. Starts again in", "of 10<", "8 left. Full again in", "of 20,000", "of 2<"):
        assert told in page
    assert "not known" not in page


def test_keys_with_limits_of_their_own_have_a_row_for_each(client: Client, user: Any) -> None:
    keys.create(user=user, name="tight", limits=Limits(requests_per_minute=5, concurrency=1))
    keys.create(user=user, name="free")
    revoked, _ = keys.create(user=user, name="over", limits=Limits(concurrency=9))
    keys.revoke(key=revoked)
    live.register(Limiter(used=1))

    rows = table(_read(client), "Key", "Limit")

    assert [(row["Key"], row["Limit"], row["Used"], row["Of"], row["Left"]) for row in rows] == [
        ("tight", "Requests per minute", "1", "5", "4"),
        ("tight", "Requests at the same time", "1", "1", "0"),
    ]


def test_without_a_limiter_the_day_is_told_and_the_minute_is_not(client: Client, user: Any) -> None:
    key, _ = keys.create(user=user, name="first", limits=Limits(tokens_per_day=200, requests_per_minute=5))
    drain([used(datetime.now(UTC), account=user.pk, key=key.pk, tokens=100)])

    page = _read(client)

    assert "The present minute is not known here." in page
    assert "99,850 left" in page
    rows = table(page, "Key", "Limit")
    assert [(row["Limit"], row["Used"], row["Left"]) for row in rows] == [
        ("Standard tokens per day", "150", "50"),
        ("Requests per minute", "not known", "not known"),
    ]


def test_what_a_plan_does_not_limit_is_said(client: Client, user: Any) -> None:
    plan_services.put(name="boundless", fields={"tokens_per_day": None, "concurrency": None})
    plan_services.grant(user=user, plan=plans.by_name("boundless"))
    live.register(Limiter(used=0))

    assert _read(client).count("No limit</p>") == 4


def test_models_that_the_plan_allows_are_listed(client: Client, user: Any) -> None:
    assert "Your plan allows every model." in _read(client)

    plan_services.put(name="narrow", fields={"allowed_models": ["openai/*"]})
    plan_services.grant(user=user, plan=plans.by_name("narrow"))

    page = _read(client)
    assert "Your plan allows these models." in page
    assert "None of the models that there are." in page


def test_it_refreshes_when_something_was_used_and_not_before(client: Client) -> None:
    limiter = Limiter(used=1)
    live.register(limiter)
    address = _read(client).split('hx-get="')[1].split('"')[0]

    before = client.get(address)
    limiter.used = 2
    after = client.get(address)

    assert before.status_code == 204
    assert "99,998 left" in after.content.decode()


def test_a_bonus_is_told_with_its_use_and_its_end(client: Client, user: Any) -> None:
    assert "Bonus tokens" not in _read(client)
    plan_services.grant_bonus(
        user=user, tokens=5_000, source=BonusSource.STAFF, ends_at=datetime.now(UTC) + timedelta(days=3)
    )
    key, _ = keys.create(user=user, name="first")
    drain([structs.replace(used(datetime.now(UTC), account=user.pk, key=key.pk, tokens=68_000), bonus_tokens=2_000)])

    page = _read(client)

    assert "of 105,000" in page
    assert '2,000 <span class="note">of 5,000</span>' in page
    assert "3,000 left. The first of them end on" in page
