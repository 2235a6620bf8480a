"""A killed process: whoever got a whole answer is on record, once, and everything agrees after the restart."""

import pytest

from tests.integration.operation.crash import TOKENS_PER_DAY, Outcome, crash
from tests.stand_ins.provider import StandInProvider

KILLS = 3


@pytest.fixture(scope="module")
def crashed(tmp_path_factory: pytest.TempPathFactory, running_stand_in: StandInProvider) -> Outcome:
    return crash(tmp_path_factory.mktemp("crash"), running_stand_in, KILLS)


def test_the_kills_met_requests_on_their_way(crashed: Outcome) -> None:
    assert crashed.cut_answers > 0
    assert crashed.whole_answers > 0


def test_every_request_with_a_whole_answer_is_on_record(crashed: Outcome) -> None:
    assert crashed.missing == 0


def test_no_request_is_on_record_twice(crashed: Outcome) -> None:
    assert crashed.duplicates == 0


def test_journal_records_rollups_and_counters_agree_after_every_restart(crashed: Outcome) -> None:
    assert crashed.reconciliations == KILLS + 2
    assert crashed.differences == []


def test_every_token_beyond_the_day_of_the_plan_was_charged_to_the_bonus_and_drawn_from_it_once(
    crashed: Outcome,
) -> None:
    assert crashed.bonus_tokens > TOKENS_PER_DAY
    assert crashed.bonus_drawn == crashed.bonus_tokens
    assert all(tokens <= TOKENS_PER_DAY for tokens in crashed.plain_tokens.values())
    assert TOKENS_PER_DAY in crashed.plain_tokens.values()
