"""A hundred attempts at once, by one Discord account over two accounts here, come to exactly one free tier and key.

On the embedded database and on a real PostgreSQL: what decides is a constraint, and each has its own way of waiting.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from django.core.management import call_command
from django.db import connections

from naxios.accounts.models import User
from naxios.accounts.services import create_user
from naxios.discord import free_tier, services
from naxios.discord.models import FreeTierClaim, Identity
from naxios.domain.entitlements import Source
from naxios.errors import Refused
from naxios.keys.models import ApiKey, KeySecret
from naxios.plans.models import Entitlement
from tests.integration.operation.postgres import connected
from tests.unit.discord.members import configured, granted

ATTEMPTS = 100
TO_AND_FRO = 30
CONNECTIONS = 80
"""PostgreSQL takes a hundred at most as it comes. Those that wait for one follow at once."""


@pytest.fixture(scope="module")
def migrated_url(postgres_url: str) -> str:
    with connected(postgres_url):
        call_command("migrate", verbosity=0)
    return postgres_url


@pytest.fixture(params=["sqlite", "postgresql"])
def people(request: pytest.FixtureRequest) -> Iterator[tuple[User, User]]:
    """Two accounts, and nobody else, in a database of this kind."""
    if request.param == "sqlite":
        request.getfixturevalue("database")
        yield _people()
        return
    with connected(request.getfixturevalue("migrated_url")):
        yield _people()
        User.objects.all().delete()
        FreeTierClaim.objects.all().delete()


def _people() -> tuple[User, User]:
    ada, bob = (
        create_user(email=f"{name}@example.com", password="four unrelated words", is_verified=True)
        for name in ("ada", "bob")
    )
    return ada, bob


def at_once(attempts: list[Callable[[], str]]) -> Counter[str]:
    """What came of ``attempts``, which begin at the same moment, each in a thread with a connection of its own."""
    outcomes: list[str] = []
    start, places = threading.Barrier(len(attempts)), threading.Semaphore(CONNECTIONS)

    def run(attempt: Callable[[], str]) -> None:
        start.wait()
        with places:
            try:
                outcomes.append(attempt())
            except Exception as error:
                outcomes.append(f"{type(error).__name__}: {error}")
            finally:
                connections.close_all()

    threads = [threading.Thread(target=run, args=(attempt,)) for attempt in attempts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(outcomes)


def test_one_discord_account_gets_one_key(people: tuple[User, User]) -> None:
    ada, bob = people

    def attempt(user: User) -> str:
        try:
            services.connect(user=user, granted=granted())
            free_tier.make_key(user=user)
        except Refused:
            return "refused"
        return "key"

    with configured():
        outcomes = at_once(
            [lambda user=user: attempt(user) for _ in range(ATTEMPTS // 2) for user in (ada, bob)]  # type: ignore[misc]
        )

    assert outcomes == {"key": 1, "refused": ATTEMPTS - 1}
    assert (ApiKey.objects.count(), KeySecret.objects.count()) == (1, 1)
    assert (Identity.objects.count(), FreeTierClaim.objects.count()) == (1, 1)
    assert Entitlement.objects.filter(source=Source.FREE_TIER).count() == 1


def test_going_from_one_account_to_the_other_does_not_help(people: tuple[User, User]) -> None:
    ada, bob = people

    def attempt(user: User) -> str:
        got = "refused"
        with suppress(Refused):
            services.connect(user=user, granted=granted())
            free_tier.make_key(user=user)
            got = "key"
        with suppress(Refused):
            services.disconnect(user=user)
        return got

    with configured():
        outcomes = at_once(
            [lambda user=user: attempt(user) for _ in range(TO_AND_FRO // 2) for user in (ada, bob)]  # type: ignore[misc]
        )

    assert set(outcomes) <= {"key", "refused"}, outcomes
    assert outcomes["key"] == 1
    assert FreeTierClaim.objects.count() == 1
    assert Entitlement.objects.filter(source=Source.FREE_TIER).count() == 1
    assert {key.user_id for key in ApiKey.objects.all()} == {FreeTierClaim.objects.get().user_id}
