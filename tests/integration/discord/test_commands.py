"""Commands, given as people give them: through a Discord over real sockets, to the real discord.py."""

import json

import pytest

from naxios.catalogue.models import Route
from naxios.codes import services as codes
from naxios.discord import bot_state
from naxios.discord.bot import wording
from naxios.discord.bot.commands import COMMANDS, FEW_A_MINUTE
from naxios.domain.health import RouteHealth, RouteState
from naxios.plans import services as plans
from naxios.plans.queries import entitled
from naxios.status import live
from tests.integration.discord.bots import member, running_bot, settings_of, wait_for
from tests.stand_ins.discord.server import StandInDiscord
from tests.unit.accounts.people import events_of


def test_the_commands_are_told_to_discord_once(at_discord: StandInDiscord) -> None:
    path = f"/applications/{at_discord.application.id}/guilds/{at_discord.guild.id}/commands"
    told = lambda: [json.loads(asked.body) for asked in at_discord.requests("PUT", path)]  # noqa: E731

    with running_bot():
        wait_for(told)
    with running_bot():
        wait_for(lambda: len(at_discord.requests("GET", path)) == 2)

    assert [[command["name"] for command in one] for one in told()] == [list(COMMANDS)]


def test_each_command_is_answered_for_the_caller_alone(at_discord: StandInDiscord) -> None:
    ada, _ = member(at_discord)

    with running_bot():
        wait_for(lambda: at_discord.application.guild_commands.get(at_discord.guild.id))
        options = {"redeem": {"code": "NOT-A-CODE"}}
        answers = {name: at_discord.interact(ada, name, options.get(name)) for name in COMMANDS}

    assert all(answer.ephemeral and not answer.failed for answer in answers.values())
    assert "You are verified" in answers["verify"].content
    assert "**0** standard tokens" in answers["usage"].content
    assert "/dashboard/keys/" in answers["key"].content
    assert "nx_" not in answers["key"].content
    assert "contact" in answers["ticket"].content
    assert "/status" in answers["status"].content
    assert wording.NOT_NOW not in [answer.content for answer in answers.values()]
    assert at_discord.guild.channels[min(at_discord.guild.channels)].messages == []


def test_a_stranger_is_told_how_to_connect(at_discord: StandInDiscord) -> None:
    stranger = at_discord.world.make_user("stranger")
    at_discord.join(at_discord.guild, stranger)

    with running_bot():
        wait_for(lambda: at_discord.application.guild_commands.get(at_discord.guild.id))
        for name in ("verify", "usage", "key"):
            answer = at_discord.interact(stranger, name)
            assert "not connected" in answer.content
            assert "/dashboard/discord/" in answer.content


def test_a_command_tells_the_bot_of_the_membership_too(at_discord: StandInDiscord) -> None:
    """Even where the role came while nothing was heard of it."""
    ada, _ = member(at_discord)
    role = at_discord.add_role(at_discord.guild, "Users")

    with settings_of(at_discord, ROLE_ID=str(role.id)), running_bot():
        wait_for(lambda: at_discord.application.guild_commands.get(at_discord.guild.id))
        assert "do not have the role" in at_discord.interact(ada, "verify").content

        at_discord.guild.members[ada.id].roles.append(role.id)

        assert "You are verified" in at_discord.interact(ada, "verify").content


def test_a_code_is_redeemed_once_and_one_that_is_none_says_why(at_discord: StandInDiscord) -> None:
    plans.put(name="pro", fields={"tokens_per_day": 1_000, "display_name": "Pro"})
    _, [code] = codes.create_batch(plan_name="pro", days=30)
    ada, account = member(at_discord)
    bob, _ = member(at_discord, "bob")
    mistyped = code[:-1] + ("0" if code[-1] != "0" else "1")

    with running_bot():
        wait_for(lambda: at_discord.application.guild_commands.get(at_discord.guild.id))
        wrong = at_discord.interact(ada, "redeem", {"code": mistyped}).content
        good = at_discord.interact(ada, "redeem", {"code": f" {code.lower()} "}).content
        again = at_discord.interact(ada, "redeem", {"code": code}).content
        other = at_discord.interact(bob, "redeem", {"code": code}).content

    assert "A character is wrong: check it again." in wrong
    assert "The code is redeemed. You have Pro until" in good
    assert "You have redeemed this code already" in again
    assert "This code is used up." in other
    assert entitled(account.pk).plan.name == "pro"
    [event] = [detail for kind, detail in events_of(account) if kind == "code_redeemed"]
    assert event.startswith("Pro for 30 days")
    assert code not in wrong + good + again + other


def test_who_is_quick_is_asked_to_wait(at_discord: StandInDiscord) -> None:
    ada, _ = member(at_discord)

    with running_bot():
        wait_for(lambda: at_discord.application.guild_commands.get(at_discord.guild.id))
        answers = [at_discord.interact(ada, "redeem", {"code": "x"}).content for _ in range(FEW_A_MINUTE + 1)]

    assert ["That was quick" in answer for answer in answers] == [False] * FEW_A_MINUTE + [True]


@pytest.mark.usefixtures("at_discord")
def test_without_a_server_the_commands_are_for_all_and_for_direct_messages(discord: StandInDiscord) -> None:
    ada = discord.world.make_user("ada")

    with settings_of(discord, GUILD_ID=""), running_bot():
        wait_for(lambda: discord.application.commands)
        assert "not connected" in discord.interact(ada, "verify", direct=True).content


def test_the_status_names_what_does_not_work(at_discord: StandInDiscord) -> None:
    ada, _ = member(at_discord)
    broken = Route.objects.select_related("provider").get()
    live.register(lambda: [RouteHealth(broken.provider.name, broken.upstream_model, RouteState.RESTING)])
    try:
        with running_bot():
            wait_for(lambda: at_discord.application.guild_commands.get(at_discord.guild.id))
            answer = at_discord.interact(ada, "status").content
    finally:
        live.register(None)

    assert "does not work" in answer


def test_commands_that_discord_does_not_take_are_told_to_staff(at_discord: StandInDiscord) -> None:
    at_discord.fault(f"/applications/{at_discord.application.id}/guilds", status=403)

    with running_bot():
        wait_for(lambda: "applications.commands" in bot_state.bot_state().last_error)

    at_discord.mend()
    with running_bot():
        wait_for(lambda: bot_state.bot_state().last_error == "")
