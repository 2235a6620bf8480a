"""What people do in a browser, and what Discord tells, is seen."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from naxios.abuse.models import Sighting
from naxios.accounts.models import User
from naxios.discord import signals as discord
from tests.unit.abuse.people import PASSWORD, decided, person, signs_of

pytestmark = pytest.mark.usefixtures("database", "pages")


def sign_in(browser: Client, email: str) -> None:
    answer = browser.post("/accounts/login/", {"login": email, "password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()


def test_two_accounts_that_sign_in_with_one_browser_are_noticed() -> None:
    ada, bob, browser = person("ada@example.com"), person("bob@example.com"), Client()
    sign_in(browser, "ada@example.com")
    assert signs_of(ada) == {}
    browser.post("/accounts/logout/")

    sign_in(browser, "bob@example.com")

    assert signs_of(ada) == signs_of(bob) == {"shared_browser": 2}


def test_two_browsers_of_one_network_are_two_browsers() -> None:
    decided(shared_network_accounts=2)
    ada, bob = person("ada@example.com"), person("bob@example.com")
    sign_in(Client(REMOTE_ADDR="8.8.8.1"), "ada@example.com")
    sign_in(Client(REMOTE_ADDR="8.8.8.2"), "bob@example.com")

    assert (signs_of(ada), signs_of(bob)) == ({}, {"shared_network": 2})


def test_sign_ups_from_one_network_are_noticed() -> None:
    for number in range(3):
        fields = {"email": f"person{number}@example.com", "password1": PASSWORD, "is_old_enough": "on"}
        answer = Client(REMOTE_ADDR="2606:4700:1::1").post("/accounts/signup/", fields)
        assert answer.status_code == 302

    assert all(signs_of(user) == {"network_burst": 3} for user in User.objects.all())
    assert Sighting.objects.exclude(signed_up_at=None).count() == 3


def test_what_discord_tells_is_noticed() -> None:
    decided(departures=1)
    ada = person("ada@example.com")
    facts = {"user_id": ada.pk, "discord_id": "80351110224678912"}
    answers = [
        discord.connected.send_robust(sender=None, **facts, made_at=timezone.now() - timedelta(days=2)),
        discord.member_left.send_robust(sender=None, **facts, guild_id="1"),
    ]

    assert [answer for told in answers for _, answer in told if answer] == []
    assert signs_of(ada) == {"young_discord": 2, "departures": 1}
