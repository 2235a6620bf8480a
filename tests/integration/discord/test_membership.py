"""What the bot hears about members, or could not hear, from a Discord over real sockets."""

from contextlib import ExitStack

from naxios.discord import bot_state
from naxios.discord.bot_state import Condition
from naxios.discord.models import Identity, Problem
from tests.integration.discord.bots import is_verified, member, running_bot, wait_for
from tests.stand_ins.discord.server import StandInDiscord


def test_who_leaves_lapses_and_who_comes_back_is_verified_again(at_discord: StandInDiscord) -> None:
    ada, account = member(at_discord)

    with running_bot():
        at_discord.leave(at_discord.guild, ada)
        wait_for(lambda: not is_verified(account), seconds=5)

        at_discord.join(at_discord.guild, ada)
        wait_for(lambda: is_verified(account), seconds=5)

        at_discord.ban(at_discord.guild, ada)
        wait_for(lambda: not is_verified(account), seconds=5)
        assert bot_state.bot_state().last_error == ""


def test_who_left_while_the_bot_did_not_listen_is_found_out_when_it_does(at_discord: StandInDiscord) -> None:
    _, stays = member(at_discord)
    bob, leaves = member(at_discord, "bob")
    cy, comes = member(at_discord, "cy")
    at_discord.leave(at_discord.guild, cy)

    with running_bot():
        wait_for(lambda: not is_verified(comes))
        with at_discord.down():
            at_discord.forget_sessions()
            at_discord.leave(at_discord.guild, bob)
            at_discord.join(at_discord.guild, cy)
        wait_for(lambda: not is_verified(leaves), seconds=15)
        wait_for(lambda: is_verified(comes))

    assert is_verified(stays)


def test_an_outage_of_discord_is_no_leave(at_discord: StandInDiscord) -> None:
    ada, account = member(at_discord)

    with running_bot():
        at_discord.outage(at_discord.guild)
        wait_for(lambda: bot_state.bot_state().last_event is not None)
        at_discord.end_outage(at_discord.guild)
        at_discord.leave(at_discord.guild, ada)  # what comes after it arrives
        wait_for(lambda: not is_verified(account), seconds=5)

    assert Problem.objects.count() == 0


def test_a_bot_that_is_thrown_out_says_so_to_staff_and_nobody_lapses(at_discord: StandInDiscord) -> None:
    _, account = member(at_discord)

    with running_bot():
        at_discord.kick_bot(at_discord.guild, at_discord.application)
        wait_for(lambda: Problem.objects.filter(kind=Problem.Kind.BOT_OUTSIDE).exists())
        wait_for(lambda: bot_state.bot_state().missing_guilds == (str(at_discord.guild.id),))
        assert is_verified(account)

        at_discord.join(at_discord.guild, at_discord.application.bot)
        wait_for(lambda: not Problem.objects.exists())
        wait_for(lambda: bot_state.bot_state().missing_guilds == ())

    assert is_verified(account)


def test_a_lost_connection_is_taken_up_again_and_misses_nothing(at_discord: StandInDiscord) -> None:
    ada, account = member(at_discord)

    with running_bot():
        at_discord.ask_to_reconnect()
        at_discord.leave(at_discord.guild, ada)
        wait_for(lambda: not is_verified(account))
        wait_for(lambda: at_discord.core.hub.resumed == 1)

        at_discord.drop_gateway()
        at_discord.join(at_discord.guild, ada)
        wait_for(lambda: is_verified(account), seconds=15)


def test_a_profile_that_changed_is_known_under_its_new_name(at_discord: StandInDiscord) -> None:
    ada, account = member(at_discord)

    with running_bot():
        at_discord.update_user(ada, username="ada_l", global_name="Ada L.")
        wait_for(lambda: Identity.objects.get(user=account).username == "ada_l")

    assert Identity.objects.get(user=account).global_name == "Ada L."


def test_discord_may_be_down_when_the_bot_starts(at_discord: StandInDiscord) -> None:
    with at_discord.down(), running_bot(connects=False):
        wait_for(lambda: bot_state.bot_state().last_error)
        shown = bot_state.bot_state()
        assert shown.condition is Condition.CONNECTING
        assert "Discord does not answer" in shown.last_error


def test_it_connects_once_discord_is_back(at_discord: StandInDiscord) -> None:
    at_discord.fault("/users/@me", status=503, times=1)

    with ExitStack() as running:
        with at_discord.down():
            running.enter_context(running_bot(connects=False))
            wait_for(lambda: bot_state.bot_state().last_error)

        wait_for(lambda: bot_state.bot_state().condition is Condition.CONNECTED, seconds=20)
        assert bot_state.bot_state().last_error == ""


def test_a_wrong_token_is_said_and_not_tried_again_and_again(at_discord: StandInDiscord) -> None:
    at_discord.application.bot_token = "another"

    with running_bot(connects=False):
        wait_for(lambda: bot_state.bot_state().condition is Condition.REFUSED)
        shown = bot_state.bot_state()

    assert "NAXIOS_DISCORD_BOT_TOKEN" in shown.last_error
    assert Problem.objects.filter(kind=Problem.Kind.BOT_REFUSED).exists()
    assert len(at_discord.requests("GET", "/users/@me")) == 1
    assert bot_state.bot_state().condition is Condition.NOT_RUNNING


def test_without_the_intent_for_members_staff_hear_which_switch_is_off(at_discord: StandInDiscord) -> None:
    at_discord.application.privileged_intents = set()

    with running_bot(connects=False):
        wait_for(lambda: bot_state.bot_state().condition is Condition.REFUSED)
        shown = bot_state.bot_state()

    assert "Server Members Intent" in shown.last_error
