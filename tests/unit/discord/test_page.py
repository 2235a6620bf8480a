"""The dashboard's Discord page: every state says what is so, why, and what to do."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from naxios.accounts.models import User
from naxios.discord import avatars, free_tier, services
from naxios.discord.models import FreeTierClaim, Identity
from naxios.keys import queries as keys
from naxios.keys import services as key_services
from naxios.plans import queries as plans
from naxios.plans import services as plan_services
from tests.stand_ins.discord import StandInDiscord
from tests.unit.accounts.people import person, signed_in, text_of
from tests.unit.discord.members import (
    ADA,
    GUILD,
    LEFT,
    UNKNOWN,
    configured,
    connected,
    id_made,
    settings_of,
)
from tests.unit.discord.signing_in import HOME, connected_browser
from tests.unit.usage.histories import drain, used

KEY = "/dashboard/discord/key/"
CHECK = "/dashboard/discord/check/"
KEY_PAGES = ("/dashboard/", "/dashboard/keys/", "/dashboard/limits/")
NOT_A_MEMBER = "You are not a member of our Discord server."

pytestmark = pytest.mark.usefixtures("pages")


@pytest.fixture
def browser(ada: object) -> Client:
    return signed_in()


def page(browser: Client) -> str:
    return " ".join(text_of(browser.get(HOME)).split())


def token_on(browser: Client) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', text_of(browser.get(HOME)))
    assert found
    return found.group(1)


def test_it_is_for_who_has_signed_in(ada: object) -> None:
    assert Client().get(HOME)["Location"].startswith("/accounts/login/")


def test_not_configured_it_says_which_settings_are_missing(browser: Client) -> None:
    with configured(CLIENT_ID=""):
        text = page(browser)

    for name in ("NAXIOS_DISCORD_CLIENT_ID", "NAXIOS_DISCORD_CLIENT_SECRET", "NAXIOS_DISCORD_GUILD_ID"):
        assert name in text
    assert "there is nothing for you to do" in text


@pytest.mark.parametrize("path", [KEY, CHECK])
def test_not_configured_there_is_nothing_to_send(browser: Client, path: str) -> None:
    with configured(CLIENT_ID=""):
        assert browser.post(path).status_code == 404


def test_not_connected_it_says_what_for_and_how(browser: Client) -> None:
    with configured(INVITE_URL="https://discord.gg/example"):
        text = page(browser)

    assert "Connect Discord" in text
    assert 'href="https://discord.gg/example"' in text
    assert "The free tier is for verified members" in text


class TestConnected:
    def test_verified(self, ada: object, browser: Client) -> None:
        connected(person("eve@example.com"), id_made(100), username="eve")
        text = page(signed_in("eve@example.com"))

        assert "verified" in text
        assert "Get your free key" in text
        assert "eve, id" in text

    @pytest.mark.parametrize(
        ("seen", "words"),
        [(LEFT, "You are not a member of our Discord server."), (UNKNOWN, "Discord has not told whether")],
    )
    def test_not_verified(self, ada: object, browser: Client, seen: object, words: str) -> None:
        connected(person("eve@example.com"), id_made(100), seen, username="eve")  # type: ignore[arg-type]

        text = page(signed_in("eve@example.com"))

        assert words in text
        assert "Get your free key" not in text

    def test_lapsed(self, browser: Client) -> None:
        connected(User.objects.get())
        services.note_left(discord_id=ADA, guild_id=GUILD)

        assert '<span class="badge warn">lapsed</span>' in page(browser)

    def test_lapsed_pages_of_keys_say_why_they_do_not_work(self, browser: Client) -> None:
        user = User.objects.get()
        connected(user)
        key, _ = key_services.create(user=user, name="mine")
        for path in KEY_PAGES:
            assert NOT_A_MEMBER not in text_of(browser.get(path))
        drain([used(timezone.now(), account=user.pk, key=key.pk)])
        services.note_left(discord_id=ADA, guild_id=GUILD)

        for path in KEY_PAGES:
            text = text_of(browser.get(path))
            assert NOT_A_MEMBER in text
            assert "Until then, requests with your keys are refused." in text

        plan_services.put(name="pro", fields={"tokens_per_day": 5})
        plan_services.grant(user=user, plan=plans.by_name("pro"))
        for path in KEY_PAGES:
            assert NOT_A_MEMBER not in text_of(browser.get(path))

    def test_settings_name_it(self, browser: Client) -> None:
        assert "Not connected." in text_of(browser.get("/dashboard/settings/"))

        connected(User.objects.get(), username="ada.l")

        assert 'Connected as <strong class="breakable">ada.l</strong>, verified.' in text_of(
            browser.get("/dashboard/settings/")
        )
        with configured(CLIENT_ID=""):
            assert "ada.l" not in text_of(browser.get("/dashboard/settings/"))

    def test_the_first_steps_follow_by_themselves(self, browser: Client) -> None:
        connected(User.objects.get(), ADA, LEFT)
        live = text_of(browser.get("/dashboard/")).split('hx-get="')[1].split('"')[0].replace("&amp;", "&")
        assert browser.get(live).status_code == 204

        services.note_member(discord_id=ADA, guild_id=GUILD, roles=(), pending=False)

        assert '<li class="done"><h3>Be a verified member' in text_of(browser.get(live))

    def test_in_grace(self, browser: Client) -> None:
        connected(User.objects.get())
        services.note_not_told(discord_id=ADA)

        text = page(browser)
        assert "Discord has not told about you since" in text
        assert "Connect once more" in text


class TestTheFreeKey:
    def test_it_works(self, browser: Client) -> None:
        user = User.objects.get()
        connected(user)

        answer = browser.post(KEY, {"form_token": token_on(browser)})

        assert "nx_" in text_of(answer)
        assert "Copy it now" in text_of(answer)
        assert [key.name for key in keys.of_user(user.pk)] == ["free key"]
        assert "Get your free key" not in page(browser)

    def test_the_same_form_twice_makes_one(self, browser: Client) -> None:
        user = User.objects.get()
        connected(user)
        token = token_on(browser)
        browser.post(KEY, {"form_token": token})

        answer = browser.post(KEY, {"form_token": token})

        assert answer.status_code in (302, 422)
        assert len(keys.of_user(user.pk)) == 1

    def test_not_verified_it_is_refused(self, browser: Client) -> None:
        connected(User.objects.get(), ADA, LEFT)

        answer = browser.post(KEY, {"form_token": "6f1b1c52-6f0e-4f57-9a6a-000000000001"})

        assert answer.status_code == 422
        assert "verified members" in text_of(answer)

    def test_a_form_without_its_token_leads_back(self, browser: Client) -> None:
        assert browser.post(KEY)["Location"] == HOME

    def test_with_a_paid_plan_it_is_not_offered(self, browser: Client) -> None:
        user = User.objects.get()
        connected(user)
        plan_services.put(name="pro", fields={"display_name": "Pro"})
        plan_services.grant(user=user, plan=plans.by_name("pro"))

        text = page(browser)
        assert "Get your free key" not in text
        assert "The free tier counts when no other plan does" in text


def test_a_free_tier_that_is_elsewhere_is_explained(ada: object, bob: object) -> None:
    connected(User.objects.get(email="ada@example.com"))
    services.disconnect(user=User.objects.get(email="ada@example.com"))
    connected(User.objects.get(email="bob@example.com"))

    text = page(signed_in("bob@example.com"))
    assert "belongs to another account here" in text
    assert "ask the operator to move it here" in text


def test_a_free_tier_that_was_moved_says_from_when_it_counts(ada: object, bob: object) -> None:
    owner, other = User.objects.get(email="ada@example.com"), User.objects.get(email="bob@example.com")
    connected(owner)
    services.disconnect(user=owner)
    connected(other)
    free_tier.move(claim=FreeTierClaim.objects.get(), to=other, actor=None, why="lost")

    assert "begins at" in page(signed_in("bob@example.com"))


class TestCheckingAgain:
    def test_it_works(self, discord: StandInDiscord) -> None:
        person()
        member = discord.world.make_user("ada.l")
        browser = connected_browser(discord, member)
        assert "not a member" in page(browser)
        discord.join(discord.guild, member)

        browser.post(CHECK)

        assert "you are a verified member" in page(browser)

    def test_a_discord_that_does_not_tell(self, discord: StandInDiscord) -> None:
        person()
        browser = connected_browser(discord, discord.world.make_user("ada.l"))
        discord.fault("/guilds", status=500)

        browser.post(CHECK)

        assert "Discord did not tell" in page(browser)

    def test_a_bot_that_was_refused(self, discord: StandInDiscord) -> None:
        person()
        browser = connected_browser(discord, discord.world.make_user("ada.l"))

        with configured(**settings_of(discord) | {"BOT_TOKEN": "wrong"}):
            browser.post(CHECK)

        assert "The operator sees it" in page(browser)

    def test_it_can_be_asked_for_so_often(self, browser: Client) -> None:
        answers = [browser.post(CHECK).status_code for _ in range(4)]

        assert answers == [302, 302, 302, 429]


class TestPictures:
    @pytest.fixture(autouse=True)
    def _fresh(self) -> None:
        avatars.fetch.cache_clear()

    def test_it_comes_from_here(self, discord: StandInDiscord) -> None:
        person()
        browser = connected_browser(discord, discord.world.make_user("ada.l", avatar="a" * 32))
        path = f"/dashboard/discord/avatar/{'a' * 32}"
        assert f'src="{path}"' in page(browser)

        answer = browser.get(path)

        assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
        assert answer["Cache-Control"] == "private, max-age=86400"
        assert answer.content.startswith(b"\x89PNG")

    def test_nobody_elses_is_fetched(self, discord: StandInDiscord) -> None:
        person()
        browser = connected_browser(discord, discord.world.make_user("ada.l", avatar="a" * 32))

        assert browser.get(f"/dashboard/discord/avatar/{'b' * 32}").status_code == 404
        assert not discord.requests("GET", f"/avatars/{'b' * 32}")

    @pytest.mark.parametrize("how", [{"status": 500}, {"malformed": True}, {"hang_up": True}], ids=str)
    def test_what_is_no_picture_is_not_shown(self, discord: StandInDiscord, how: dict[str, object]) -> None:
        person()
        browser = connected_browser(discord, discord.world.make_user("ada.l", avatar="a" * 32))
        discord.fault("/avatars", **how)

        assert browser.get(f"/dashboard/discord/avatar/{'a' * 32}").status_code == 404


def test_the_security_page_names_it(browser: Client) -> None:
    assert "Connect Discord" in text_of(browser.get("/dashboard/security/"))
    connected(User.objects.get(), username="ada.lovelace")
    assert "ada.lovelace" in text_of(browser.get("/dashboard/security/"))
    with configured(CLIENT_ID=""):
        assert "on Discord can sign in here" not in text_of(browser.get("/dashboard/security/"))


def test_the_first_steps_name_it_where_it_is_needed(browser: Client) -> None:
    step = "Be a verified member of our Discord server"
    assert step in text_of(browser.get("/dashboard/"))
    assert "Create key" not in text_of(browser.get("/dashboard/")).split("To your first answer")[1].split("</ol>")[0]
    connected(User.objects.get())
    assert f'<li class="done"><h3>{step}' in text_of(browser.get("/dashboard/"))
    with configured(CLIENT_ID=""):
        assert step not in text_of(browser.get("/dashboard/"))


def test_the_time_of_grace_is_told_to_the_minute(browser: Client) -> None:
    connected(User.objects.get())
    Identity.objects.update(failing_since=timezone.now())
    ends_at = timezone.now() + timedelta(hours=72)

    assert f"{ends_at:%Y-%m-%d %H:}" in page(browser)
