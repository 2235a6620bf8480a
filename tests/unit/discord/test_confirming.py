"""Who has nothing but Discord confirms that it is them by signing in with it once more."""

import pytest
from django.test import Client

from naxios.accounts.models import User
from tests.stand_ins.discord import StandInDiscord
from tests.unit.accounts.people import ADA, PASSWORD, confirm, link_in, mails_to, person, text_of
from tests.unit.discord.signing_in import HOME, connected_browser, sign_up_with, user_of, walk

CONFIRM = "/accounts/discord/confirm/"
SET_PASSWORD = "/accounts/password/set/"
DANGEROUS = [
    SET_PASSWORD,
    "/dashboard/settings/email/",
    "/dashboard/discord/disconnect/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/webauthn/add/",
]


@pytest.fixture
def grace(discord: StandInDiscord) -> Client:
    """A browser in which Grace has signed up with Discord, longer ago than counts."""
    browser = Client()
    sign_up_with(browser, discord, discord.world.make_user("grace"))
    grow_old(browser)
    return browser


def grow_old(browser: Client, seconds: float = 601) -> None:
    """Let what was confirmed in ``browser`` lie so much further back."""
    session, key = browser.session, "account_authentication_methods"
    session[key] = [{**record, "at": record["at"] - seconds} for record in session[key]]
    session.save()


@pytest.mark.parametrize("path", DANGEROUS)
def test_a_session_alone_is_not_enough(grace: Client, path: str) -> None:
    asked = grace.get(path)

    assert asked["Location"] == f"{CONFIRM}?next={path.replace('/', '%2F')}"
    page = text_of(grace.get(asked["Location"]))
    assert "Continue with Discord" in page
    assert f'value="{path}"' in page


def test_a_form_alone_sets_no_password(grace: Client) -> None:
    grace.post(SET_PASSWORD, {"password1": "four unrelated words"})

    assert not user_of("grace@example.com").has_usable_password()


def test_signing_in_once_more_leads_back_and_is_no_new_sign_in(grace: Client) -> None:
    session = grace.session.session_key

    answer = walk(grace, CONFIRM, next=SET_PASSWORD)

    assert answer["Location"] == SET_PASSWORD
    assert grace.get(SET_PASSWORD).status_code == 200
    assert grace.session.session_key == session
    grow_old(grace)
    assert grace.get(SET_PASSWORD).status_code == 302


def test_a_sign_in_counts_for_the_same_ten_minutes(discord: StandInDiscord) -> None:
    browser = Client()
    sign_up_with(browser, discord, discord.world.make_user("grace"))

    assert browser.get(SET_PASSWORD).status_code == 200


def test_another_discord_account_does_not_do(grace: Client, discord: StandInDiscord) -> None:
    discord.sign_in(discord.world.make_user("mallory"))

    answer = walk(grace, CONFIRM, next=SET_PASSWORD)

    assert answer["Location"] == f"{CONFIRM}?next=%2Faccounts%2Fpassword%2Fset%2F"
    assert "mallory is not the Discord account that is connected here" in text_of(grace.get(answer["Location"]))
    assert grace.get(SET_PASSWORD).status_code == 302
    assert not User.objects.filter(email="mallory@example.com").exists()


@pytest.mark.parametrize("decision", ["cancel", "authorize"])
def test_without_discords_word_nothing_is_confirmed(grace: Client, discord: StandInDiscord, decision: str) -> None:
    discord.book.consents.clear()
    discord.fault("/oauth2/token", status=500)

    answer = walk(grace, CONFIRM, decision, next=SET_PASSWORD)

    assert "Discord did not confirm that it is you" in text_of(grace.get(answer["Location"]))
    assert grace.get(SET_PASSWORD).status_code == 302


def test_it_leads_to_no_other_site(grace: Client) -> None:
    assert walk(grace, CONFIRM, next="https://evil.example.com/")["Location"] == "/dashboard/security/"


def test_it_does_not_stand_in_for_a_password(discord: StandInDiscord) -> None:
    person()
    browser = connected_browser(discord, discord.world.make_user("ada"))
    grow_old(browser)

    asked = browser.post(CONFIRM, {"next": HOME})

    assert asked["Location"] == "/accounts/reauthenticate/?next=%2Fdashboard%2Fdiscord%2F"
    assert browser.get("/dashboard/discord/disconnect/")["Location"].startswith("/accounts/reauthenticate/")
    confirm(browser)
    assert browser.get("/dashboard/discord/disconnect/").status_code == 200


def test_who_has_not_even_discord_is_shown_the_way_by_mail(discord: StandInDiscord) -> None:
    browser = Client()
    browser.force_login(person(password=None))

    asked = browser.get(SET_PASSWORD)

    page = text_of(browser.get(asked["Location"]))
    assert "/accounts/password/reset/" in page
    assert "Continue with Discord" not in page
    assert browser.post(CONFIRM).status_code == 200

    browser.post("/accounts/password/reset/", {"email": ADA})
    form = browser.get(link_in(mails_to()[-1]), follow=True)
    browser.post(form.redirect_chain[-1][0], {"password1": PASSWORD})

    assert user_of(ADA).has_usable_password()
