"""Who is verified, and why somebody is not: a pure function."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from naxios.discord.verification import Presence, Reason, Rules, Seen, Verdict, decide, made_at

NOW = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
OLD = "200000000000000001"
ONE, TWO = "900000000000000001", "900000000000000002"
ROLE = "700000000000000001"


def seen(presence: Presence, *roles: str, guild: str = ONE) -> Seen:
    return Seen(guild, presence, roles)


CASES = [
    ("a member", [seen(Presence.MEMBER)], Rules((ONE,)), Verdict(True)),
    ("left", [seen(Presence.LEFT)], Rules((ONE,)), Verdict(False, Reason.NOT_A_MEMBER)),
    ("not told", [seen(Presence.UNKNOWN)], Rules((ONE,)), Verdict(None, Reason.UNKNOWN)),
    ("not asked", [], Rules((ONE,)), Verdict(None, Reason.UNKNOWN)),
    ("no guild", [seen(Presence.MEMBER)], Rules(()), Verdict(None, Reason.UNKNOWN)),
    ("another guild", [seen(Presence.MEMBER, guild=TWO)], Rules((ONE,)), Verdict(None, Reason.UNKNOWN)),
    ("screened", [seen(Presence.PENDING)], Rules((ONE,)), Verdict(False, Reason.PENDING)),
    ("screened with the role", [seen(Presence.PENDING, ROLE)], Rules((ONE,), ROLE), Verdict(False, Reason.PENDING)),
    ("the role", [seen(Presence.MEMBER, "1", ROLE)], Rules((ONE,), ROLE), Verdict(True)),
    ("without the role", [seen(Presence.MEMBER, "1")], Rules((ONE,), ROLE), Verdict(False, Reason.MISSING_ROLE)),
    (
        "one of two",
        [seen(Presence.LEFT), seen(Presence.MEMBER, guild=TWO)],
        Rules((ONE, TWO)),
        Verdict(True),
    ),
    (
        "vouched for while the other does not tell",
        [seen(Presence.UNKNOWN), seen(Presence.MEMBER, guild=TWO)],
        Rules((ONE, TWO)),
        Verdict(True),
    ),
    (
        "left one while the other does not tell",
        [seen(Presence.LEFT), seen(Presence.UNKNOWN, guild=TWO)],
        Rules((ONE, TWO)),
        Verdict(None, Reason.UNKNOWN),
    ),
]


@pytest.mark.parametrize(("name", "told", "rules", "verdict"), CASES, ids=[case[0] for case in CASES])
def test_it_works(name: str, told: list[Seen], rules: Rules, verdict: Verdict) -> None:
    assert decide(OLD, told, rules, NOW) == verdict


def test_an_account_is_old_enough_to_the_millisecond() -> None:
    rules = Rules((ONE,), min_account_days=30)
    old_enough_at = made_at(OLD) + timedelta(days=30)

    early = decide(OLD, [seen(Presence.MEMBER)], rules, old_enough_at - timedelta(milliseconds=1))

    assert early == Verdict(False, Reason.TOO_YOUNG, old_enough_at)
    assert decide(OLD, [seen(Presence.MEMBER)], rules, old_enough_at) == Verdict(True)


def test_an_id_tells_when_its_account_was_made() -> None:
    assert made_at("175928847299117063") == datetime(2016, 4, 30, 11, 18, 25, 796000, tzinfo=UTC)


@given(st.lists(st.builds(Seen, st.sampled_from([ONE, TWO]), st.sampled_from(Presence), st.just(()))))
def test_nobody_is_refused_while_a_guild_does_not_tell(told: list[Seen]) -> None:
    verdict = decide(OLD, told, Rules((ONE, TWO)), NOW)

    by_guild = {one.guild_id: one.presence for one in told}
    if any(by_guild.get(guild, Presence.UNKNOWN) is Presence.UNKNOWN for guild in (ONE, TWO)):
        assert verdict.is_verified is not False
    assert (verdict.is_verified is True) == (Presence.MEMBER in by_guild.values())
