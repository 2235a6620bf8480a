"""Signing in with Discord without a browser: our pages by Django's client, Discord's over real sockets."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2 as httpx
from django.test import Client

from naxios.accounts.models import User
from tests.stand_ins.discord import StandInDiscord
from tests.stand_ins.discord import User as DiscordUser
from tests.unit.accounts.people import confirm, signed_in

CALLBACK = "/accounts/discord/login/callback/"
LOGIN = "/accounts/discord/login/"
CONNECT = "/dashboard/discord/connect/"
SIGN_UP = "/accounts/3rdparty/signup/"
HOME = "/dashboard/discord/"

_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def to_discord(browser: Client, path: str = LOGIN, **fields: str) -> str:
    """Where a button of ours leads: an address of Discord's."""
    answer = browser.post(path, fields)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def decide(location: str, decision: str = "authorize") -> str:
    """What Discord's page answers to somebody who presses a button: an address of ours."""
    answer = httpx.get(location)
    if answer.status_code == 200:
        fields = {name: value.replace("&amp;", "&") for name, value in _HIDDEN.findall(answer.text)}
        url = f"{urlsplit(location).scheme}://{urlsplit(location).netloc}/oauth2/authorize"
        answer = httpx.post(url, data={**fields, "decision": decision})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def back(browser: Client, location: str) -> Any:
    """Come back from Discord."""
    parts = urlsplit(location)
    assert parts.path == CALLBACK
    return browser.get(f"{parts.path}?{parts.query}")


def walk(browser: Client, path: str = LOGIN, decision: str = "authorize", **fields: str) -> Any:
    """From a button of ours through Discord back to us."""
    return back(browser, decide(to_discord(browser, path, **fields), decision))


def query_of(location: str) -> dict[str, str]:
    """The query of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def sign_up_with(browser: Client, discord: StandInDiscord, who: DiscordUser, **fields: str) -> Any:
    """A first sign-in, and the form that follows it."""
    discord.sign_in(who)
    answer = walk(browser)
    assert answer.status_code == 302, answer.content.decode()
    assert answer["Location"] == SIGN_UP
    form = {"email": who.email or "", "is_old_enough": "on", **fields}
    return browser.post(SIGN_UP, {name: value for name, value in form.items() if value})


def connected_browser(discord: StandInDiscord, who: DiscordUser, email: str = "ada@example.com") -> Client:
    """A browser of an account with a password, which has connected ``who``."""
    browser = signed_in(email)
    confirm(browser)
    discord.sign_in(who)
    answer = walk(browser, CONNECT)
    assert answer["Location"] == HOME, answer.content.decode()
    return browser


def user_of(email: str) -> User:
    """An account."""
    return User.objects.get(email=email)
