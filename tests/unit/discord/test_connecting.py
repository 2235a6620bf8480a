"""Connecting Discord to an account that is there already, and disconnecting it."""

from allauth.socialaccount.models import SocialAccount
from django.test import Client

from naxios.discord.models import Identity, StoredTokens
from naxios.domain.entitlements import State
from naxios.plans import queries as plans
from tests.stand_ins.discord import StandInDiscord
from tests.unit.accounts.people import ADA, PASSWORD, confirm, events_of, mails_to, person, signed_in, text_of
from tests.unit.discord.signing_in import (
    CONNECT,
    HOME,
    back,
    connected_browser,
    decide,
    sign_up_with,
    to_discord,
    user_of,
    walk,
)

DISCONNECT = "/dashboard/discord/disconnect/"


def test_it_works(discord: StandInDiscord) -> None:
    user = person()
    member = discord.world.make_user("ada.l")
    discord.join(discord.guild, member)

    browser = connected_browser(discord, member)

    identity = Identity.objects.get()
    assert (identity.user, identity.verification) == (user, "verified")
    assert "ada.l on Discord is connected" in text_of(browser.get(HOME))
    assert "discord_connected" in [kind for kind, _ in events_of(user)]
    assert mails_to()[-1].subject == "Discord was connected to your account"


def test_it_asks_who_one_is_first(discord: StandInDiscord) -> None:
    person()

    answer = signed_in().post(CONNECT)

    assert answer["Location"].startswith("/accounts/reauthenticate/")


def test_it_needs_somebody_who_is_signed_in(discord: StandInDiscord) -> None:
    assert Client().post(CONNECT)["Location"].startswith("/accounts/login/")
    assert signed_in(person("bob@example.com").email).get(CONNECT).status_code == 405


def test_a_confirmation_that_is_over_meanwhile_is_asked_for_again(discord: StandInDiscord) -> None:
    person()
    browser = signed_in()
    confirm(browser)
    discord.sign_in(discord.world.make_user("ada.l"))
    location = decide(to_discord(browser, CONNECT))
    session = browser.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 3600
    session.save()

    answer = back(browser, location)

    assert "Confirm that it is you" in text_of(browser.get(answer["Location"]))
    assert not Identity.objects.exists()


def test_a_discord_account_of_another_account_is_refused(discord: StandInDiscord) -> None:
    owner = person()
    member = discord.world.make_user("ada.l")
    connected_browser(discord, member)
    person("bob@example.com")
    browser = signed_in("bob@example.com")
    confirm(browser)

    answer = walk(browser, CONNECT)

    assert answer.status_code == 409
    assert "connected to another account here" in text_of(answer)
    assert Identity.objects.get().user == owner


def test_a_second_discord_account_is_refused(discord: StandInDiscord) -> None:
    person()
    browser = connected_browser(discord, discord.world.make_user("ada.l"))
    discord.sign_in(discord.world.make_user("ada.second"))

    answer = walk(browser, CONNECT)

    assert answer.status_code == 409
    assert "Disconnect that first" in text_of(answer)
    assert Identity.objects.get().username == "ada.l"


def test_who_does_not_agree_is_told_so_where_they_began(discord: StandInDiscord) -> None:
    person()
    browser = signed_in()
    confirm(browser)
    discord.sign_in(discord.world.make_user("ada.l"))

    answer = walk(browser, CONNECT, decision="cancel")

    assert "it was cancelled there" in text_of(browser.get(answer["Location"]))


def test_a_discord_that_fails_is_told_where_they_began(discord: StandInDiscord) -> None:
    person()
    browser = signed_in()
    confirm(browser)
    discord.sign_in(discord.world.make_user("ada.l"))
    discord.fault("/oauth2/token", status=500)

    answer = walk(browser, CONNECT)

    assert "did not confirm who you are" in text_of(browser.get(answer["Location"]))


class TestTokens:
    def test_with_a_bot_none_is_kept(self, discord: StandInDiscord) -> None:
        person()
        connected_browser(discord, discord.world.make_user("ada.l"))

        assert not StoredTokens.objects.exists()

    def test_without_a_bot_they_are_kept_encrypted(self, without_bot: StandInDiscord) -> None:
        person()
        connected_browser(without_bot, without_bot.world.make_user("ada.l"))

        stored = bytes(StoredTokens.objects.get().encrypted)
        pair = without_bot.book.pairs[-1]
        assert pair.access_token.encode() not in stored
        assert pair.refresh_token.encode() not in stored

    def test_disconnecting_ends_them_at_discord(self, without_bot: StandInDiscord) -> None:
        person()
        browser = connected_browser(without_bot, without_bot.world.make_user("ada.l"))
        pairs = len(without_bot.book.pairs)

        browser.post(DISCONNECT)

        assert len(without_bot.book.pairs) == pairs - 1
        assert not StoredTokens.objects.exists()

    def test_a_discord_that_is_down_keeps_nobody_connected(self, without_bot: StandInDiscord) -> None:
        person()
        browser = connected_browser(without_bot, without_bot.world.make_user("ada.l"))
        without_bot.fault("/oauth2/token/revoke", status=503)

        browser.post(DISCONNECT)

        assert not Identity.objects.exists()


class TestDisconnecting:
    def test_it_works(self, discord: StandInDiscord) -> None:
        user = person()
        member = discord.world.make_user("ada.l")
        discord.join(discord.guild, member)
        browser = connected_browser(discord, member)
        assert "What ends with it" in text_of(browser.get(DISCONNECT))

        answer = browser.post(DISCONNECT)

        assert answer["Location"] == HOME
        assert not Identity.objects.exists()
        assert not SocialAccount.objects.exists()
        assert plans.entitled(user.pk).decision.state is State.UNVERIFIED
        assert events_of(user)[-1] == ("discord_disconnected", "ada.l")
        assert mails_to()[-1].subject == "Discord was disconnected from your account"

    def test_it_asks_who_one_is_first(self, discord: StandInDiscord) -> None:
        person()
        connected_browser(discord, discord.world.make_user("ada.l"))

        assert signed_in().post(DISCONNECT)["Location"].startswith("/accounts/reauthenticate/")

    def test_the_last_way_to_sign_in_stays(self, discord: StandInDiscord) -> None:
        browser = Client()
        sign_up_with(browser, discord, discord.world.make_user("grace"))
        assert "Set a password" in text_of(browser.get(HOME))
        assert "only way to sign in" in text_of(browser.get(DISCONNECT))

        answer = browser.post(DISCONNECT)

        assert answer.status_code == 422
        assert Identity.objects.exists()

    def test_with_a_password_it_can_go(self, discord: StandInDiscord) -> None:
        browser = Client()
        sign_up_with(browser, discord, discord.world.make_user("grace"))
        browser.post("/accounts/password/set/", {"password1": PASSWORD})
        confirm(browser)

        assert browser.post(DISCONNECT)["Location"] == HOME

        assert not Identity.objects.exists()
        assert signed_in("grace@example.com").get(HOME).status_code == 200

    def test_without_one_there_is_nothing_to_do(self, discord: StandInDiscord) -> None:
        person()
        browser = signed_in()
        confirm(browser)

        assert browser.get(DISCONNECT)["Location"] == HOME


def test_no_second_allowance_after_disconnecting_deleting_and_signing_up_again(discord: StandInDiscord) -> None:
    member = discord.world.make_user("grace")
    discord.join(discord.guild, member)
    first = Client()
    sign_up_with(first, discord, member)
    assert plans.entitled(user_of("grace@example.com").pk).decision.state is State.FREE
    user_of("grace@example.com").delete()

    browser = Client()
    sign_up_with(browser, discord, member)

    user = user_of("grace@example.com")
    assert Identity.objects.get().verification == "verified"
    assert plans.entitled(user.pk).decision.state is State.UNVERIFIED
    page = text_of(browser.get(HOME))
    assert "belongs to another account here" in page
    assert "Get your free key" not in page
    assert ADA not in page
