"""Asking Discord about members, on its good days and its bad ones: nobody lapses because of Discord or of us."""

from datetime import timedelta

import pytest
from django.utils import timezone

from naxios.discord import checking, rest, services, tasks, tokens
from naxios.discord.checking import Outcome
from naxios.discord.models import Identity, Problem, StoredTokens
from naxios.discord.rest_shapes import Profile, TokenPair
from naxios.discord.services import Granted
from naxios.discord.verification import Presence, Seen
from tests.stand_ins.discord import StandInDiscord
from tests.stand_ins.discord import User as DiscordUser
from tests.unit.accounts.people import person
from tests.unit.discord.members import configured, settings_of, state_of


def never_stopped(seconds: float) -> bool:
    assert seconds < 5, "nobody has time for this"
    return False


def member(discord: StandInDiscord, name: str = "ada", *, with_tokens: bool = False) -> DiscordUser:
    """Somebody who has joined, has an account here and is verified."""
    who = discord.world.make_user(name)
    discord.join(discord.guild, who)
    scopes = frozenset({"identify", "guilds.members.read"})
    pair = discord.book.issue(discord.application, who, scopes) if with_tokens else None
    granted = Granted(
        Profile(str(who.id), name),
        " ".join(scopes),
        (Seen(str(discord.guild.id), Presence.MEMBER),),
        TokenPair(pair.access_token, pair.refresh_token) if pair else None,
    )
    services.connect(user=person(f"{name}@example.com"), granted=granted)
    assert state_of(str(who.id)) == ("verified", "")
    return who


def identity_of(who: DiscordUser) -> Identity:
    return Identity.objects.get(discord_id=str(who.id))


def check(who: DiscordUser) -> Outcome:
    return checking.check(identity_of(who))


def due() -> None:
    Identity.objects.update(next_check_at=timezone.now())


def problems() -> list[str]:
    return list(Problem.objects.values_list("kind", flat=True))


BAD_DAYS: list[dict[str, object]] = [
    {"status": 500},
    {"status": 503},
    {"status": 429, "retry_after": 3600},
    {"status": 429, "retry_after": 3600, "scope": "global"},
    {"malformed": True},
    {"hang_up": True},
]


class TestWithABot:
    def test_a_member_stays_verified_and_their_name_is_followed(self, discord: StandInDiscord) -> None:
        ada = member(discord)
        discord.update_user(ada, username="ada.l", global_name="Ada")

        assert check(ada) is Outcome.TOLD

        identity = identity_of(ada)
        assert (identity.username, identity.global_name, identity.is_verified) == ("ada.l", "Ada", True)

    def test_who_has_left_lapses_at_once(self, discord: StandInDiscord) -> None:
        ada = member(discord)
        discord.leave(discord.guild, ada)

        assert check(ada) is Outcome.TOLD
        assert state_of(str(ada.id)) == ("lapsed", "not_a_member")

    def test_who_is_gone_from_discord_lapses_at_once(self, discord: StandInDiscord) -> None:
        ada = member(discord)
        discord.delete_user(ada)

        assert check(ada) is Outcome.TOLD
        assert state_of(str(ada.id)) == ("lapsed", "identity_gone")

    def test_screening_is_respected(self, discord: StandInDiscord) -> None:
        ada = member(discord)
        discord.update_member(discord.guild, ada, pending=True)

        check(ada)

        assert state_of(str(ada.id)) == ("lapsed", "pending")

    @pytest.mark.parametrize("how", BAD_DAYS, ids=str)
    def test_on_a_bad_day_everybody_stays(self, discord: StandInDiscord, how: dict[str, object]) -> None:
        ada = member(discord)
        discord.fault("/guilds", **how)

        assert check(ada) is Outcome.NOT_TOLD

        assert state_of(str(ada.id)) == ("verified", "")
        assert identity_of(ada).failing_since is not None

    def test_a_discord_that_is_down_longer_than_the_grace_lets_lapse_and_mends_by_itself(
        self, discord: StandInDiscord
    ) -> None:
        ada = member(discord)
        with discord.down():
            check(ada)
            Identity.objects.update(failing_since=timezone.now() - timedelta(hours=73))
            check(ada)
        assert state_of(str(ada.id)) == ("lapsed", "unknown")

        check(ada)

        assert state_of(str(ada.id)) == ("verified", "")

    def test_a_bot_that_was_kicked_is_our_problem(self, discord: StandInDiscord) -> None:
        ada = member(discord)
        discord.leave(discord.guild, discord.application.bot)
        try:
            assert check(ada) is Outcome.OURS
            Identity.objects.update(failing_since=None)
            assert (state_of(str(ada.id)), problems()) == (("verified", ""), ["bot_outside"])
            assert identity_of(ada).failing_since is None
        finally:
            discord.join(discord.guild, discord.application.bot)

        assert check(ada) is Outcome.TOLD
        assert problems() == []

    def test_a_guild_that_is_gone_is_our_problem(self, discord: StandInDiscord) -> None:
        ada = member(discord)
        guild = discord.world.guilds.pop(discord.guild.id)
        try:
            assert check(ada) is Outcome.OURS
            assert (state_of(str(ada.id)), problems()) == (("verified", ""), ["guild_gone"])
        finally:
            discord.world.guilds[guild.id] = guild

    def test_a_bot_that_is_refused_is_our_problem(self, discord: StandInDiscord) -> None:
        ada = member(discord)

        with configured(**settings_of(discord) | {"BOT_TOKEN": "wrong"}):
            assert check(ada) is Outcome.OURS

        assert (state_of(str(ada.id)), problems()) == (("verified", ""), ["bot_refused"])

    def test_the_operators_trouble_does_not_use_up_anybodys_grace(self, discord: StandInDiscord) -> None:
        ada = member(discord)
        with configured(**settings_of(discord) | {"BOT_TOKEN": "wrong", "GRACE_HOURS": "0"}):
            check(ada)
            check(ada)

        assert state_of(str(ada.id)) == ("verified", "")


class TestWithoutABot:
    def test_the_own_token_asks(self, without_bot: StandInDiscord) -> None:
        ada = member(without_bot, with_tokens=True)

        assert check(ada) is Outcome.TOLD

        assert [asked.as_whom for asked in without_bot.asked] == ["Bearer"]

    def test_who_has_left_lapses_while_others_are_there(self, without_bot: StandInDiscord) -> None:
        ada = member(without_bot, with_tokens=True)
        member(without_bot, "bob", with_tokens=True)
        without_bot.leave(without_bot.guild, ada)

        assert check(ada) is Outcome.TOLD
        assert (state_of(str(ada.id)), problems()) == (("lapsed", "not_a_member"), [])

    def test_a_guild_that_is_gone_is_our_problem(self, without_bot: StandInDiscord) -> None:
        ada = member(without_bot, with_tokens=True)
        bob = member(without_bot, "bob", with_tokens=True)
        guild = without_bot.world.guilds.pop(without_bot.guild.id)
        try:
            assert (check(ada), check(bob)) == (Outcome.OURS, Outcome.OURS)
            assert (state_of(str(ada.id)), state_of(str(bob.id))) == (("verified", ""), ("verified", ""))
            assert problems() == ["all_gone"]

            Problem.objects.update(since=timezone.now() - timedelta(hours=73))
            check(ada)
            assert state_of(str(ada.id)) == ("lapsed", "not_a_member")
        finally:
            without_bot.world.guilds[guild.id] = guild
        check(bob)
        assert problems() == []

    @pytest.mark.parametrize("how", BAD_DAYS, ids=str)
    def test_on_a_bad_day_everybody_stays(self, without_bot: StandInDiscord, how: dict[str, object]) -> None:
        ada = member(without_bot, with_tokens=True)
        without_bot.fault("/users/@me/guilds", **how)

        assert check(ada) is Outcome.NOT_TOLD
        assert state_of(str(ada.id)) == ("verified", "")

    def test_somebody_who_took_their_consent_back_has_the_grace(self, without_bot: StandInDiscord) -> None:
        ada = member(without_bot, with_tokens=True)
        without_bot.book.deauthorize(without_bot.application, ada)

        assert check(ada) is Outcome.NOT_TOLD
        assert state_of(str(ada.id)) == ("verified", "")

        Identity.objects.update(failing_since=timezone.now() - timedelta(hours=73))
        check(ada)
        assert state_of(str(ada.id)) == ("lapsed", "unknown")

    def test_tokens_are_renewed_in_time_and_the_new_ones_are_kept(self, without_bot: StandInDiscord) -> None:
        ada = member(without_bot, with_tokens=True)
        first = tokens.stored(identity=identity_of(ada))
        StoredTokens.objects.update(expires_at=timezone.now() + timedelta(hours=1))

        assert check(ada) is Outcome.TOLD
        assert check(ada) is Outcome.TOLD

        second = tokens.stored(identity=identity_of(ada))
        assert second is not None
        assert second != first
        assert len(without_bot.requests("POST", "/oauth2/token")) == 1

    def test_two_at_once_do_not_renew_the_same_tokens(self, without_bot: StandInDiscord) -> None:
        ada = member(without_bot, with_tokens=True)
        StoredTokens.objects.update(
            expires_at=timezone.now() + timedelta(hours=1), busy_until=timezone.now() + timedelta(seconds=30)
        )

        with pytest.raises(rest.Unanswered):
            tokens.fresh(identity=identity_of(ada))
        assert not without_bot.requests("POST", "/oauth2/token")

    def test_a_renewal_that_fails_is_tried_again(self, without_bot: StandInDiscord) -> None:
        ada = member(without_bot, with_tokens=True)
        StoredTokens.objects.update(expires_at=timezone.now() + timedelta(hours=1))
        without_bot.fault("/oauth2/token", status=500)
        assert check(ada) is Outcome.NOT_TOLD
        without_bot.mend()

        assert check(ada) is Outcome.TOLD

    def test_once_there_is_a_bot_tokens_are_forgotten(self, without_bot: StandInDiscord) -> None:
        member(without_bot, with_tokens=True)

        with configured(**settings_of(without_bot)):
            tasks.tidy()

        assert not StoredTokens.objects.exists()


class TestTheSweep:
    def test_it_finds_who_has_left(self, discord: StandInDiscord) -> None:
        ada, bob = member(discord), member(discord, "bob")
        discord.leave(discord.guild, ada)
        due()

        assert tasks.sweep(wait=never_stopped) == 2

        assert state_of(str(ada.id)) == ("lapsed", "not_a_member")
        assert state_of(str(bob.id)) == ("verified", "")

    def test_it_asks_only_about_those_whose_turn_it_is(self, discord: StandInDiscord) -> None:
        member(discord)

        assert tasks.sweep(wait=never_stopped) == 0
        assert discord.asked == []

    def test_a_short_pause_is_waited_for(self, discord: StandInDiscord) -> None:
        member(discord)
        due()
        waited: list[float] = []
        discord.fault("/guilds", status=429, retry_after=2, times=1)

        def wait(seconds: float) -> bool:
            waited.append(seconds)
            rest.pace.forget()
            return False

        assert tasks.sweep(wait=wait) == 1
        assert max(waited) == pytest.approx(2)
        assert Identity.objects.get().failing_since is None

    def test_a_long_pause_ends_the_round(self, discord: StandInDiscord) -> None:
        for name in ("ada", "bob", "eve"):
            member(discord, name)
        due()
        discord.fault("/guilds", status=429, retry_after=600)

        assert tasks.sweep(wait=never_stopped) == 1
        assert Identity.objects.filter(failing_since__isnull=False).count() == 1
        assert Identity.objects.filter(verification="verified").count() == 3

    def test_it_stops_when_the_server_does(self, discord: StandInDiscord) -> None:
        member(discord)
        due()

        assert tasks.sweep(wait=lambda seconds: True) == 0

    def test_where_discord_is_not_configured_nobody_is_asked_about(self, discord: StandInDiscord) -> None:
        member(discord)
        due()

        with configured(CLIENT_ID=""):
            assert tasks.sweep(wait=never_stopped) == 0
