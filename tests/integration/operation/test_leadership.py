"""Who holds the lock leads; nobody else does meanwhile. Both kinds of locks keep the same promises."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from naxios.server.leadership import DatabaseLeadership, FileLeadership, Leadership
from tests.integration.operation.postgres import connected, running_postgres

NUMBER = 4711


@pytest.fixture(params=["file", "postgres"])
def another(request: pytest.FixtureRequest, tmp_path: Path, postgres_url: str) -> Iterator[Callable[[], Leadership]]:
    """One process after the other that wants to lead in the same thing."""
    if request.param == "file":
        yield lambda: FileLeadership(tmp_path / "lock")
        return
    with connected(postgres_url):
        yield lambda: DatabaseLeadership(NUMBER)


def test_one_leads_until_it_lets_go(another: Callable[[], Leadership]) -> None:
    first, second = another(), another()

    assert first.take()
    assert not second.take()
    assert (first.is_held(), second.is_held()) == (True, False)
    assert first.take()  # asked once more

    first.release()

    assert second.take()
    assert not first.is_held()
    second.release()


def test_who_never_led_lets_go_without_harm(another: Callable[[], Leadership]) -> None:
    first, second = another(), another()
    assert first.take()

    second.release()

    assert first.is_held()
    assert not second.take()
    first.release()


def test_who_lost_the_database_no_longer_leads() -> None:
    with running_postgres() as postgres, connected(postgres.new_database()):
        leader = DatabaseLeadership(NUMBER)
        assert leader.take()

        postgres.stop()
        assert not leader.is_held()
        assert not leader.take()

        postgres.start()
        assert leader.take()
        leader.release()
