"""The one client of Discord's API: what it makes of answers, good and bad, over real sockets."""

import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from naxios.discord import rest
from naxios.discord.rest import Denial, Refusal, Unanswered
from naxios.discord.rest_shapes import Me, Member, TokenPair
from tests.stand_ins.discord import Limit, StandInDiscord
from tests.unit.discord.members import configured, settings_of


@pytest.fixture(autouse=True)
def _at_its_own_pace() -> None:
    rest.pace.forget()


def member_of(discord: StandInDiscord) -> tuple[str, str]:
    user = discord.world.make_user("ada")
    discord.join(discord.guild, user)
    return str(discord.guild.id), str(user.id)


def test_it_works(discord: StandInDiscord) -> None:
    guild_id, user_id = member_of(discord)

    member = rest.member(guild_id, user_id)

    assert member.user is not None
    assert (member.user.username, member.pending) == ("ada", False)
    assert discord.asked[-1].path == f"/guilds/{guild_id}/members/{user_id}"


def denied(ask: object, *arguments: str) -> Denial:
    with pytest.raises(Refusal) as refusal:
        ask(*arguments)  # type: ignore[operator]
    return refusal.value.denial


def test_definite_answers_are_told_apart(discord: StandInDiscord) -> None:
    guild_id, user_id = member_of(discord)
    stranger = discord.world.make_user("stranger")

    assert denied(rest.member, guild_id, str(stranger.id)) is Denial.UNKNOWN_MEMBER
    assert denied(rest.member, guild_id, "123456789012345678") is Denial.UNKNOWN_USER
    assert denied(rest.guild, "123456789012345678") is Denial.UNKNOWN_GUILD
    assert denied(rest.me, "no token of anybody") is Denial.TOKEN
    assert denied(rest.renew, "no token of anybody") is Denial.GRANT
    with configured(**settings_of(discord) | {"BOT_TOKEN": "wrong"}):
        assert denied(rest.member, guild_id, user_id) is Denial.TOKEN
    discord.leave(discord.guild, discord.application.bot)
    assert denied(rest.member, guild_id, user_id) is Denial.NO_ACCESS
    discord.join(discord.guild, discord.application.bot)


@pytest.mark.parametrize(
    "how",
    [{"status": 500}, {"status": 502}, {"status": 418}, {"malformed": True}, {"hang_up": True}],
    ids=str,
)
def test_anything_else_is_no_answer(discord: StandInDiscord, how: dict[str, object]) -> None:
    guild_id, user_id = member_of(discord)
    discord.fault("/guilds", **how)

    with pytest.raises(Unanswered):
        rest.member(guild_id, user_id)


def test_a_discord_that_is_down_does_not_answer(discord: StandInDiscord) -> None:
    with discord.down(), pytest.raises(Unanswered):
        rest.guild(str(discord.guild.id))


def test_a_refusal_for_haste_is_kept_to(discord: StandInDiscord) -> None:
    guild_id, user_id = member_of(discord)
    discord.fault("/guilds", status=429, retry_after=60)
    with pytest.raises(Unanswered) as first:
        rest.member(guild_id, user_id)
    discord.mend()
    asked = len(discord.asked)

    with pytest.raises(Unanswered) as second:
        rest.member(guild_id, user_id)

    assert first.value.retry_after == pytest.approx(60)
    assert second.value.retry_after == pytest.approx(60, abs=2)
    assert len(discord.asked) == asked
    assert rest.user(user_id).username == "ada"  # another route


def test_a_global_refusal_holds_for_everything_of_this_asker(discord: StandInDiscord) -> None:
    guild_id, user_id = member_of(discord)
    discord.fault("/guilds", status=429, retry_after=60, scope="global")
    with pytest.raises(Unanswered):
        rest.member(guild_id, user_id)
    discord.mend()

    with pytest.raises(Unanswered):
        rest.user(user_id)


def test_a_share_that_is_used_up_is_waited_for(discord: StandInDiscord) -> None:
    guild_id, user_id = member_of(discord)
    discord.limits.routes["GET /guilds/{guild}/members/{user}"] = Limit(1, 30)
    try:
        rest.member(guild_id, user_id)
        with pytest.raises(Unanswered) as refused:
            rest.member(guild_id, user_id)
    finally:
        discord.limits.routes.clear()

    assert refused.value.retry_after is not None
    assert 1 < refused.value.retry_after <= 30
    assert 429 not in [asked.status for asked in discord.asked]


def test_tokens_are_in_no_text(discord: StandInDiscord, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "a-token-of-somebody"
    with pytest.raises(Refusal) as refusal:
        rest.me(secret)
    discord.fault("/users", status=500)
    with pytest.raises(Unanswered) as unanswered:
        rest.me(secret)

    texts = [repr(refusal.value), repr(unanswered.value), repr(TokenPair(secret, secret)), caplog.text]
    assert not any(secret in text for text in texts)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
NEARLY = st.fixed_dictionaries(
    {},
    optional={
        name: JSON | st.sampled_from(["1", "123456789012345678", 10004, 50001, 1e300, -1, True])
        for name in ("id", "username", "roles", "pending", "user", "code", "retry_after", "global", "email", "verified")
    },
)
BODIES = st.binary() | (JSON | NEARLY).map(lambda value: json.dumps(value).encode())


@given(BODIES)
def test_whatever_is_answered_is_read_or_is_no_answer(body: bytes) -> None:
    for shape in (Me, Member, TokenPair):
        try:
            read = rest.decoded(body, shape)  # type: ignore[type-var]
        except Unanswered:
            continue
        assert isinstance(read, shape)


@given(
    st.integers(100, 599),
    st.dictionaries(st.sampled_from(["retry-after", "x-ratelimit-scope", "x-ratelimit-reset-after"]), st.text()),
    BODIES,
)
def test_whatever_refuses_is_a_refusal_or_no_answer(status: int, headers: dict[str, str], body: bytes) -> None:
    rest.pace.forget()
    error = rest.refused(status, headers, body, asker="a", route="r")

    assert isinstance(error, (Refusal, Unanswered))
    if isinstance(error, Refusal):
        assert 400 <= status < 500
        assert status != 429
    elif error.retry_after is not None:
        assert 0 <= error.retry_after <= 3600
