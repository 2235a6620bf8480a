"""How limits stand, with and without a limiter that answers."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from naxios.domain import clock
from naxios.domain.limits import LimitName, Limits, LimitState, Scope, Scopes, account_scope, key_scope
from naxios.usage import live
from tests.unit.usage.histories import drain, used

SCOPES = (account_scope(1, Limits(tokens_per_day=100, requests_per_minute=5)), key_scope(2, Limits(tokens_per_day=20)))


class Limiter:
    """Knows that one request of the present minute is taken, as long as it answers."""

    def __init__(self, *, answers: bool) -> None:
        self._answers = answers

    def standing(self, scopes: Scopes, now: int) -> list[LimitState]:
        if not self._answers:
            raise live.Unanswered
        return [LimitState(scopes[0].id, LimitName.REQUESTS_PER_MINUTE, 5, 4, 12_000_000)]


@pytest.fixture(autouse=True)
def _nobody_to_ask_afterwards() -> Iterator[None]:
    yield
    live.register(None)


def test_a_limiter_that_answers_knows_everything() -> None:
    live.register(Limiter(answers=True))

    standing = live.standing(SCOPES, clock.now())

    assert standing.complete
    assert [(state.name, state.remaining) for state in standing.states] == [("requests_per_minute", 4)]


@pytest.mark.parametrize("source", [None, Limiter(answers=False)], ids=["no limiter", "a limiter that is silent"])
def test_without_an_answer_the_day_is_still_known_from_rollups(source: live.StandingSource | None) -> None:
    live.register(source)
    drain([used(datetime.now(UTC), key=2, tokens=20), used(datetime.now(UTC), key=3, tokens=2)])

    standing = live.standing(SCOPES, clock.now())

    assert not standing.complete
    assert [(state.scope, state.name, state.limit, state.remaining) for state in standing.states] == [
        ("account:1", "tokens_per_day", 100, 67),
        ("key:2", "tokens_per_day", 20, 0),
    ]


def test_scopes_without_a_daily_limit_have_nothing_to_tell_then() -> None:
    assert live.standing((Scope("account:1", Limits(concurrency=2)),), clock.now()) == live.Standing([], complete=False)
