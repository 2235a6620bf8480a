"""Signing in with the stand-in, as a browser and a server do it."""

import base64
import hashlib
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.stand_ins.discord import StandInDiscord, User
from tests.unit.stand_ins.discord.conftest import Client

REDIRECT = "http://127.0.0.1:8000/accounts/discord/login/callback/"
VERIFIER = "a-verifier-of-at-least-forty-three-characters-0123"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


@pytest.fixture
def ada(discord: StandInDiscord) -> User:
    user = discord.world.make_user("ada", global_name="Ada L.")
    discord.application.redirect_uris.append(REDIRECT)
    discord.sign_in(user)
    return user


def request(discord: StandInDiscord, **changes: str) -> dict[str, str]:
    wanted = {
        "client_id": discord.application.client_id,
        "redirect_uri": REDIRECT,
        "response_type": "code",
        "scope": "identify email",
        "state": "s<1>&",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    return wanted | changes


def page(discord: StandInDiscord, **changes: str) -> requests.Response:
    return requests.get(discord.authorize_url, request(discord, **changes), allow_redirects=False, timeout=5)


def press(discord: StandInDiscord, button: str, **changes: str) -> dict[str, str]:
    """Press a button of the page as a browser does; what the application is told."""
    html = page(discord, **changes).text
    fields = {unescape(k): unescape(v) for k, v in re.findall(r'type="hidden" name="(.*?)" value="(.*?)"', html)}
    url = discord.url + unescape(re.findall(r'action="(.*?)"', html)[0])
    answer = requests.post(url, fields | {"decision": button}, allow_redirects=False, timeout=5)
    assert answer.status_code == 303
    return told(answer)


def told(answer: requests.Response) -> dict[str, str]:
    assert answer.headers["Location"].startswith(REDIRECT)
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def exchange(discord: StandInDiscord, code: str, **changes: str) -> requests.Response:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, "code_verifier": VERIFIER}
    return token(discord, **(form | changes))


def token(discord: StandInDiscord, **form: str) -> requests.Response:
    basic = (discord.application.client_id, discord.application.client_secret)
    return requests.post(f"{discord.api_url}/oauth2/token", form, auth=basic, timeout=5)


def test_a_user_signs_in(discord: StandInDiscord, client: Client, ada: User) -> None:
    answer = press(discord, "authorize")
    assert answer["state"] == "s<1>&"
    pair = exchange(discord, answer["code"]).json()
    assert (pair["token_type"], pair["scope"]) == ("Bearer", "email identify")
    me = client.as_user(pair["access_token"], "GET", "/users/@me").json()
    assert (me["id"], me["username"], me["global_name"]) == (str(ada.id), "ada", "Ada L.")
    assert (me["email"], me["verified"], me["discriminator"]) == ("ada@example.com", True, "0")


def test_the_page_names_who_asks_for_what(discord: StandInDiscord, ada: User) -> None:
    html = page(discord).text
    assert "Naxios wants to access" in html
    assert "ada" in html
    assert "email address" in html
    assert "servers you belong to" not in html


def test_no_is_an_answer(discord: StandInDiscord, ada: User) -> None:
    assert press(discord, "cancel")["error"] == "access_denied"


def test_prompt_none_spares_the_question_once_it_was_answered(discord: StandInDiscord, ada: User) -> None:
    assert "Authorize" in page(discord, prompt="none").text
    press(discord, "authorize")
    assert "code" in told(page(discord, prompt="none"))
    assert "Authorize" in page(discord, prompt="none", scope="identify email guilds.members.read").text


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"client_id": "1"}, "Unknown Application"),
        ({"client_id": "x"}, "Unknown Application"),
        ({"redirect_uri": "https://example.com/elsewhere"}, "Invalid OAuth2 redirect_uri"),
        ({"response_type": "token"}, "Invalid response_type"),
        ({"code_challenge_method": "plain"}, "Invalid code_challenge_method"),
    ],
)
def test_a_wrong_request_is_told_on_a_page(
    discord: StandInDiscord, ada: User, changes: dict[str, str], message: str
) -> None:
    answer = page(discord, **changes)
    assert answer.status_code == 400
    assert message in answer.text


def test_an_unknown_scope_is_told_to_the_application(discord: StandInDiscord, ada: User) -> None:
    assert told(page(discord, scope="identify everything"))["error"] == "invalid_scope"


def test_nobody_signed_in_is_told_so(discord: StandInDiscord, ada: User) -> None:
    discord.sign_in(None)
    assert "not signed in" in page(discord).text


def test_a_code_is_good_once(discord: StandInDiscord, ada: User) -> None:
    code = press(discord, "authorize")["code"]
    assert exchange(discord, code).status_code == 200
    again = exchange(discord, code)
    assert again.status_code == 400
    assert again.json() == {"error": "invalid_grant", "error_description": 'Invalid "code" in request.'}


def test_a_code_expires(discord: StandInDiscord, ada: User) -> None:
    code = press(discord, "authorize")["code"]
    discord.world.clock.skip(101)
    assert exchange(discord, code).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": "wrong"}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_request"),
        ({"redirect_uri": "http://127.0.0.1:8000/other"}, "invalid_grant"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_a_wrong_exchange_is_refused(discord: StandInDiscord, ada: User, changes: dict[str, str], error: str) -> None:
    answer = exchange(discord, press(discord, "authorize")["code"], **changes)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_a_wrong_secret_is_refused(discord: StandInDiscord, ada: User) -> None:
    form = {"client_id": discord.application.client_id, "client_secret": "wrong", "grant_type": "refresh_token"}
    answer = requests.post(f"{discord.api_url}/v10/oauth2/token", form, timeout=5)
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})


def test_refreshing_ends_both_old_tokens(discord: StandInDiscord, client: Client, ada: User) -> None:
    old = exchange(discord, press(discord, "authorize")["code"]).json()
    new = token(discord, grant_type="refresh_token", refresh_token=old["refresh_token"]).json()
    assert client.as_user(new["access_token"], "GET", "/users/@me").status_code == 200
    assert client.as_user(old["access_token"], "GET", "/users/@me").status_code == 401
    again = token(discord, grant_type="refresh_token", refresh_token=old["refresh_token"])
    assert (again.status_code, again.json()) == (400, {"error": "invalid_grant"})


def test_an_access_token_expires(discord: StandInDiscord, client: Client, ada: User) -> None:
    pair = exchange(discord, press(discord, "authorize")["code"]).json()
    discord.world.clock.skip(pair["expires_in"] + 1)
    answer = client.as_user(pair["access_token"], "GET", "/users/@me")
    assert (answer.status_code, answer.json()) == (401, {"message": "401: Unauthorized", "code": 0})


def test_revoking_either_token_ends_the_authorization(discord: StandInDiscord, client: Client, ada: User) -> None:
    pair = exchange(discord, press(discord, "authorize")["code"]).json()
    basic = (discord.application.client_id, discord.application.client_secret)
    form = {"token": pair["refresh_token"]}
    assert requests.post(f"{discord.api_url}/oauth2/token/revoke", form, auth=basic, timeout=5).json() == {}
    assert client.as_user(pair["access_token"], "GET", "/users/@me").status_code == 401
    assert "Authorize" in page(discord, prompt="none").text


def test_an_email_needs_its_scope(discord: StandInDiscord, client: Client, ada: User) -> None:
    pair = exchange(discord, press(discord, "authorize", scope="identify")["code"]).json()
    assert "email" not in client.as_user(pair["access_token"], "GET", "/users/@me").json()
