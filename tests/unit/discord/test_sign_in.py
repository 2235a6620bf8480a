"""Signing in and up with Discord: allauth's real exchange, with a Discord over real sockets."""

import json
import re

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.contrib.sessions.models import Session
from django.test import Client

from naxios.accounts.models import User
from naxios.discord.models import Identity
from naxios.domain.entitlements import State
from naxios.plans import queries as plans
from tests.stand_ins.discord import StandInDiscord
from tests.unit.accounts.codes import code_for
from tests.unit.accounts.people import events_of, link_in, mails_to, person, sign_in, text_of
from tests.unit.discord.members import configured
from tests.unit.discord.signing_in import (
    HOME,
    LOGIN,
    SIGN_UP,
    back,
    connected_browser,
    decide,
    query_of,
    sign_up_with,
    to_discord,
    user_of,
    walk,
)


def test_it_works(discord: StandInDiscord) -> None:
    grace = discord.world.make_user("grace", global_name="Grace H.", avatar="0" * 32)
    discord.join(discord.guild, grace)
    browser = Client()

    answer = sign_up_with(browser, discord, grace)

    assert answer.status_code == 302
    user, identity = user_of("grace@example.com"), Identity.objects.get()
    assert (identity.user, identity.discord_id, identity.username) == (user, str(grace.id), "grace")
    assert (identity.global_name, identity.avatar, identity.verification) == ("Grace H.", "0" * 32, "verified")
    assert identity.scopes == "email guilds.members.read identify"
    assert plans.entitled(user.pk).decision.state is State.FREE
    assert user.age_confirmed_at is not None
    assert not user.has_usable_password()
    assert EmailAddress.objects.get(user=user).verified
    kinds = [kind for kind, _ in events_of(user)]
    assert kinds == ["signed_up", "discord_connected", "verified", "signed_in"]
    assert ("signed_in", "Discord") in events_of(user)
    assert browser.get(HOME).status_code == 200


def test_the_exchange_is_protected_by_state_and_pkce(discord: StandInDiscord) -> None:
    asked = query_of(to_discord(Client()))

    assert asked["redirect_uri"] == "http://testserver/accounts/discord/login/callback/"
    assert len(asked["state"]) >= 16
    assert (asked["code_challenge_method"], len(asked["code_challenge"])) == ("S256", 43)
    assert set(asked["scope"].split()) == {"identify", "email", "guilds.members.read"}


def test_a_link_cannot_ask_for_more(discord: StandInDiscord) -> None:
    location = to_discord(Client(), f"{LOGIN}?scope=guilds.join&auth_params=prompt%3Dconsent&action=reauthenticate")

    assert "guilds.join" not in query_of(location)["scope"]


def test_connecting_does_not_begin_at_the_sign_ins_address(discord: StandInDiscord) -> None:
    assert Client().post(LOGIN, {"process": "connect"}).status_code == 404
    assert Client().post(f"{LOGIN}?process=redirect").status_code == 404


def test_a_form_of_another_site_leads_nowhere(discord: StandInDiscord) -> None:
    assert Client(enforce_csrf_checks=True).post(LOGIN).status_code == 403


def test_a_link_shows_a_button_first(discord: StandInDiscord) -> None:
    assert "Continue with Discord" in text_of(Client().get(LOGIN))


def test_another_browsers_answer_is_of_no_use(discord: StandInDiscord) -> None:
    discord.sign_in(discord.world.make_user("mallory"))
    location = decide(to_discord(Client()))

    assert back(Client(), location).status_code == 401


def test_an_answer_counts_once(discord: StandInDiscord) -> None:
    discord.sign_in(discord.world.make_user("grace"))
    browser = Client()
    location = decide(to_discord(browser))
    back(browser, location)

    assert back(browser, location).status_code == 401


def test_who_does_not_agree_is_told_that_nothing_was_stored(discord: StandInDiscord) -> None:
    discord.sign_in(discord.world.make_user("grace"))
    browser = Client()

    answer = walk(browser, decision="cancel")

    assert "Nothing was stored" in text_of(browser.get(answer["Location"]))
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("path", "how"),
    [
        ("/oauth2/token", {"status": 500}),
        ("/oauth2/token", {"status": 429}),
        ("/oauth2/token", {"malformed": True}),
        ("/oauth2/token", {"hang_up": True}),
        ("/users/@me", {"status": 503}),
        ("/users/@me", {"malformed": True}),
    ],
    ids=str,
)
def test_a_discord_that_fails_lets_nobody_in(discord: StandInDiscord, path: str, how: dict[str, object]) -> None:
    discord.sign_in(discord.world.make_user("grace"))
    discord.fault(path, **how)

    answer = walk(Client())

    assert (answer.status_code, "Discord did not let you in" in text_of(answer)) == (401, True)
    assert not User.objects.exists()


def test_the_page_is_on_the_sign_in_and_sign_up_pages_only_if_configured(discord: StandInDiscord) -> None:
    for path in ("/accounts/login/", "/accounts/signup/"):
        assert "Continue with Discord" in text_of(Client().get(path))
        with configured(CLIENT_SECRET=""):
            assert "Continue with Discord" not in text_of(Client().get(path))
    with configured(CLIENT_SECRET=""):
        assert Client().post(LOGIN).status_code == 404
        assert Client().get(f"{LOGIN}callback/?code=1&state=2").status_code == 404
        assert Client().get(SIGN_UP).status_code == 404


class TestSigningUp:
    def test_it_needs_the_age(self, discord: StandInDiscord) -> None:
        grace = discord.world.make_user("grace")

        answer = sign_up_with(Client(), discord, grace, is_old_enough="")

        assert "13 and older" in text_of(answer)
        assert not User.objects.exists()

    def test_an_address_that_discord_has_not_confirmed_is_asked_for_and_confirmed(
        self, discord: StandInDiscord
    ) -> None:
        grace = discord.world.make_user("grace", verified=False)
        browser = Client()
        discord.sign_in(grace)
        walk(browser)
        form = text_of(browser.get(SIGN_UP))
        assert "grace@example.com" not in form
        assert "we send a link to this one" in form

        browser.post(SIGN_UP, {"email": "other@example.com", "is_old_enough": "on"})

        assert not EmailAddress.objects.get().verified
        assert browser.get(HOME).status_code == 302
        link = link_in(mails_to("other@example.com")[0])
        browser.post(link)
        assert EmailAddress.objects.get().verified
        assert browser.get(HOME).status_code == 200

    def test_without_an_address_one_is_asked_for(self, discord: StandInDiscord) -> None:
        answer = sign_up_with(Client(), discord, discord.world.make_user("grace", email=None))

        assert "This field is required" in text_of(answer)

    def test_another_address_than_discords_is_confirmed_by_a_link(self, discord: StandInDiscord) -> None:
        sign_up_with(Client(), discord, discord.world.make_user("grace"), email="other@example.com")

        address = EmailAddress.objects.get()
        assert (address.email, address.verified) == ("other@example.com", False)

    def test_an_address_of_somebody_else_gives_nothing_away(self, discord: StandInDiscord) -> None:
        person()
        browser = Client()

        answer = sign_up_with(browser, discord, discord.world.make_user("grace"), email="ada@example.com")

        assert answer["Location"] == "/accounts/confirm-email/"
        assert not Identity.objects.exists()
        assert "already" in mails_to()[-1].subject.lower()

    def test_nothing_of_discord_lies_in_the_session_in_the_clear(self, without_bot: StandInDiscord) -> None:
        discord = without_bot
        grace = discord.world.make_user("grace", global_name="Grace H.")
        discord.sign_in(grace)
        walk(Client())

        kept = json.dumps([session.get_decoded() for session in Session.objects.all()])

        assert "socialaccount_sociallogin" in kept
        pair = discord.book.pairs[-1]
        for secret in (pair.access_token, pair.refresh_token, "Grace H."):
            assert secret not in kept

    def test_the_library_keeps_nothing_but_the_id(self, discord: StandInDiscord) -> None:
        sign_up_with(Client(), discord, discord.world.make_user("grace"))

        assert SocialAccount.objects.get().extra_data == {}
        assert not SocialToken.objects.exists()


class TestComingBack:
    def test_somebody_signs_in_again(self, discord: StandInDiscord) -> None:
        grace = discord.world.make_user("grace")
        discord.join(discord.guild, grace)
        sign_up_with(Client(), discord, grace)
        discord.update_user(grace, username="grace.h", global_name="Grace")
        browser = Client()

        walk(browser)

        assert browser.get(HOME).status_code == 200
        assert User.objects.count() == 1
        assert Identity.objects.get().username == "grace.h"

    def test_a_new_browser_is_reported(self, discord: StandInDiscord) -> None:
        grace = discord.world.make_user("grace")
        sign_up_with(Client(), discord, grace)

        walk(Client())

        assert "new_device" in [kind for kind, _ in events_of(user_of("grace@example.com"))]

    def test_a_second_factor_is_asked_for(self, discord: StandInDiscord) -> None:
        person()
        browser = connected_browser(discord, discord.world.make_user("ada"))
        secret = re.search(r'<code id="secret">(\w+)</code>', text_of(browser.get("/accounts/2fa/totp/activate/")))
        assert secret
        browser.post("/accounts/2fa/totp/activate/", {"code": code_for(secret.group(1))})
        other = Client()

        answer = walk(other)

        assert answer["Location"] == "/accounts/2fa/authenticate/"
        assert other.get(HOME).status_code == 302

    def test_discord_down_for_members_lets_them_in_and_changes_nothing(self, discord: StandInDiscord) -> None:
        grace = discord.world.make_user("grace")
        discord.join(discord.guild, grace)
        sign_up_with(Client(), discord, grace)
        discord.fault("/guilds", status=500)
        discord.fault("/users/@me/guilds", status=500)
        browser = Client()

        walk(browser)

        assert browser.get(HOME).status_code == 200
        assert Identity.objects.get().verification == "verified"

    def test_leaving_is_noticed_at_the_sign_in(self, discord: StandInDiscord) -> None:
        grace = discord.world.make_user("grace")
        discord.join(discord.guild, grace)
        sign_up_with(Client(), discord, grace)
        discord.leave(discord.guild, grace)

        walk(Client())

        identity = Identity.objects.get()
        assert (identity.verification, identity.reason) == ("lapsed", "not_a_member")


class TestAnAddressThatHasAnAccount:
    def test_nobody_takes_it_over(self, discord: StandInDiscord) -> None:
        person()
        discord.sign_in(discord.world.make_user("mallory", email="ada@example.com"))
        browser = Client()

        answer = walk(browser)

        assert (answer.status_code, "Sign in first" in text_of(answer)) == (409, True)
        assert browser.get(HOME).status_code == 302
        assert not Identity.objects.exists()

    def test_its_owner_signs_in_and_has_it_connected(self, discord: StandInDiscord) -> None:
        user = person()
        discord.sign_in(discord.world.make_user("ada.l", email="Ada@example.com"))
        browser = Client()
        walk(browser)

        sign_in(browser)

        assert Identity.objects.get().user == user
        assert "ada.l on Discord is connected" in text_of(browser.get(HOME))

    def test_signing_in_to_another_account_connects_nothing(self, discord: StandInDiscord) -> None:
        person()
        person("bob@example.com")
        discord.sign_in(discord.world.make_user("ada.l", email="ada@example.com"))
        browser = Client()
        walk(browser)

        sign_in(browser, "bob@example.com")
        browser.post("/accounts/logout/")
        sign_in(browser)

        assert not Identity.objects.exists()

    def test_an_address_that_discord_has_not_confirmed_is_no_ones(self, discord: StandInDiscord) -> None:
        person()
        discord.sign_in(discord.world.make_user("mallory", email="ada@example.com", verified=False))

        answer = walk(Client())

        assert answer["Location"] == SIGN_UP

    def test_an_account_whose_address_is_not_confirmed_is_not_connected(self, discord: StandInDiscord) -> None:
        user = person()
        EmailAddress.objects.filter(user=user).update(verified=False)
        discord.sign_in(discord.world.make_user("ada.l", email="ada@example.com"))
        browser = Client()
        walk(browser)

        sign_in(browser)

        assert not Identity.objects.exists()
