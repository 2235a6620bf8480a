"""Names, suspension, and what the owner reads about it."""

from pathlib import Path

import pytest

from naxios.accounts import services
from naxios.errors import Refused
from tests.unit.accounts.people import events_of, person


def test_suspending_and_resuming_stand_in_the_events(database: Path) -> None:
    user = person()

    services.suspend(user=user)
    services.suspend(user=user)
    services.resume(user=user)
    services.resume(user=user)

    assert [kind for kind, _ in events_of(user)] == ["signed_up", "suspended", "resumed"]
    assert not user.is_suspended


@pytest.mark.parametrize(("given", "kept"), [("  Ada   Lovelace ", "Ada Lovelace"), ("", ""), ("x" * 100, "x" * 100)])
def test_a_name_is_kept_without_stray_spaces(database: Path, given: str, kept: str) -> None:
    user = person()

    services.rename(user=user, name=given)

    user.refresh_from_db()
    assert user.name == kept


def test_a_name_may_not_be_too_long(database: Path) -> None:
    with pytest.raises(Refused, match="at most 100 characters"):
        services.rename(user=person(), name="x" * 101)
