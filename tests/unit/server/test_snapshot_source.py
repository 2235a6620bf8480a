"""What the gateway asks the database, answered in threads; and an outage told as one."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from naxios.accounts import services as accounts
from naxios.domain import clock
from naxios.domain import keys as secrets
from naxios.domain.catalogue import ECHO_MODEL
from naxios.domain.stored_usage import TokensOfDay
from naxios.gateway.authenticate import SourceUnavailable
from naxios.gateway.snapshot import Changes
from naxios.invalidation import services as invalidation
from naxios.invalidation.models import Change
from naxios.keys import services as keys
from naxios.server.snapshot_source import DatabaseSource
from naxios.usage import services as usage
from tests.unit.entries import used


@pytest.fixture
def source(database: Path) -> Iterator[DatabaseSource]:
    source = DatabaseSource()
    yield source
    source.close()


def test_a_key_is_found_by_the_digest_of_its_secret(source: DatabaseSource) -> None:
    key, secret = keys.create(user=accounts.create_user(email="dev@example.com"), name="laptop")

    found = asyncio.run(source.find_key(secrets.digest(secret)))

    assert found is not None
    assert found.key_id == key.pk
    assert asyncio.run(source.find_key(secrets.digest(secrets.generate()))) is None


def test_the_catalogue_is_the_present_one(source: DatabaseSource) -> None:
    assert asyncio.run(source.catalogue()).models.keys() == {ECHO_MODEL}


def test_usage_of_the_present_day_is_told(source: DatabaseSource) -> None:
    now = clock.now()
    usage.record(entries=[used(1, admitted_at=now)], segment="s.journal", offset=1)

    stored = asyncio.run(source.stored_usage())

    assert stored.days == (TokensOfDay(17, 42, clock.day_of(now), 150),)
    assert [use.admitted_at for use in stored.recent] == [now]


def test_without_a_change_nothing_is_told(source: DatabaseSource) -> None:
    latest = asyncio.run(source.latest_change())

    assert asyncio.run(source.changes_since(latest)) is None


def test_changes_are_told_by_what_they_concern(source: DatabaseSource) -> None:
    seen = asyncio.run(source.latest_change())
    for key_id in (42, 43, 42):
        invalidation.key_changed(key_id)
    invalidation.account_changed(17)

    assert asyncio.run(source.changes_since(seen)) == Changes(
        seen + 4, frozenset({42, 43}), frozenset({17}), catalogue=False, everything=False
    )

    invalidation.catalogue_changed()
    assert asyncio.run(source.changes_since(seen + 4)) == Changes(
        seen + 5, frozenset(), frozenset(), catalogue=True, everything=False
    )


def test_who_has_missed_changes_is_told_to_forget_everything(source: DatabaseSource) -> None:
    seen = asyncio.run(source.latest_change())
    invalidation.key_changed(42)
    invalidation.key_changed(43)
    Change.objects.filter(number=seen + 1).delete()

    changes = asyncio.run(source.changes_since(seen))

    assert changes is not None
    assert changes.everything
    assert asyncio.run(source.changes_since(changes.latest)) is None


def test_a_database_that_was_set_back_is_told_to_forget_everything(source: DatabaseSource) -> None:
    latest = asyncio.run(source.latest_change())

    changes = asyncio.run(source.changes_since(latest + 5))

    assert changes is not None
    assert changes.everything
    assert changes.latest == latest


def test_a_database_that_does_not_answer_is_told_as_one(source: DatabaseSource, database: Path) -> None:
    assert asyncio.run(source.is_reachable())
    database.write_bytes(b"no database any more" * 1_000)

    async def ask() -> None:
        for question in (source.latest_change(), source.find_key(b"x" * 32), source.catalogue(), source.stored_usage()):
            with pytest.raises(SourceUnavailable):
                await question
        assert not await source.is_reachable()

    asyncio.run(ask())
