"""The stand-in's REST API: memberships, faults and limits."""

import time
from datetime import UTC, datetime, timedelta

import pytest
import requests

from tests.stand_ins.discord import Limit, StandInDiscord, User, made_at
from tests.unit.stand_ins.discord.conftest import Client


@pytest.fixture
def ada(discord: StandInDiscord) -> User:
    return discord.world.make_user("ada", age=timedelta(days=30))


def access_token(discord: StandInDiscord, user: User, *scopes: str) -> str:
    return discord.do(lambda: discord.book.issue(discord.application, user, frozenset(scopes)).access_token)


def error(answer: requests.Response) -> tuple[int, int]:
    return answer.status_code, answer.json()["code"]


def test_an_id_tells_the_age_of_an_account(ada: User) -> None:
    assert abs(datetime.now(UTC) - timedelta(days=30) - made_at(ada.id)) < timedelta(seconds=5)


def test_a_user_reads_their_own_membership(discord: StandInDiscord, client: Client, ada: User) -> None:
    token, path = access_token(discord, ada, "guilds.members.read"), f"/users/@me/guilds/{discord.guild.id}/member"
    assert error(client.as_user(token, "GET", path)) == (404, 10004)
    role = discord.add_role(discord.guild, "Supporter")
    discord.join(discord.guild, ada, roles=[role], pending=True)
    membership = client.as_user(token, "GET", path).json()
    assert (membership["roles"], membership["pending"]) == ([str(role.id)], True)
    assert membership["user"]["username"] == "ada"
    assert error(client.as_user(access_token(discord, ada, "identify"), "GET", path)) == (401, 0)


def test_a_bot_reads_members(discord: StandInDiscord, client: Client, ada: User) -> None:
    guild = discord.guild
    assert error(client.as_bot("GET", f"/guilds/{guild.id}/members/{ada.id}")) == (404, 10007)
    assert error(client.as_bot("GET", f"/guilds/{guild.id}/members/1")) == (404, 10013)
    assert error(client.as_bot("GET", f"/guilds/{guild.id}/members/ada")) == (400, 50035)
    discord.join(guild, ada)
    assert client.as_bot("GET", f"/guilds/{guild.id}/members/{ada.id}").json()["user"]["id"] == str(ada.id)
    first = client.as_bot("GET", f"/guilds/{guild.id}/members", params={"limit": 2}).json()
    after = first[-1]["user"]["id"]
    rest = client.as_bot("GET", f"/guilds/{guild.id}/members", params={"limit": 1000, "after": after}).json()
    assert [int(one["user"]["id"]) for one in first + rest] == sorted(guild.members)
    discord.application.privileged_intents.discard("members")
    assert error(client.as_bot("GET", f"/guilds/{guild.id}/members")) == (403, 50001)


def test_a_guild_is_closed_to_a_bot_that_was_kicked(discord: StandInDiscord, client: Client) -> None:
    guild = discord.guild
    assert client.as_bot("GET", f"/guilds/{guild.id}").json()["name"] == guild.name
    discord.kick_bot(guild, discord.application)
    assert error(client.as_bot("GET", f"/guilds/{guild.id}")) == (403, 50001)
    discord.world.kicked_status = 404
    assert error(client.as_bot("GET", f"/guilds/{guild.id}/roles")) == (404, 10004)


def test_a_deleted_guild_is_unknown_and_one_in_an_outage_is_not(discord: StandInDiscord, client: Client) -> None:
    discord.outage(discord.guild)
    assert client.as_bot("GET", f"/guilds/{discord.guild.id}").status_code == 503
    discord.end_outage(discord.guild)
    discord.delete_guild(discord.guild)
    assert error(client.as_bot("GET", f"/guilds/{discord.guild.id}")) == (404, 10004)


def test_a_bot_reads_about_itself_and_others(discord: StandInDiscord, client: Client, ada: User) -> None:
    assert client.as_bot("GET", "/users/@me").json()["bot"] is True
    assert client.as_bot("GET", f"/users/{ada.id}").json()["username"] == "ada"
    assert error(client.as_bot("GET", "/users/5")) == (404, 10013)
    for path in ("/applications/@me", "/oauth2/applications/@me"):
        assert client.as_bot("GET", path).json()["id"] == discord.application.client_id
    assert client.as_bot("GET", "/gateway/bot").json()["url"] == discord.gateway_url
    assert requests.get(f"{discord.api_url}/users/@me", timeout=5).json() == {"message": "401: Unauthorized", "code": 0}
    assert error(client.as_bot("GET", "/nowhere")) == (404, 0)


def test_every_answer_tells_of_its_bucket(discord: StandInDiscord, client: Client) -> None:
    discord.limits.every_route = Limit(2, 0.2)
    headers = client.as_bot("GET", "/users/@me").headers
    assert (headers["X-RateLimit-Limit"], headers["X-RateLimit-Remaining"]) == ("2", "1")
    assert 0 < float(headers["X-RateLimit-Reset-After"]) <= 0.2
    assert float(headers["X-RateLimit-Reset"]) > time.time() - 1
    client.as_bot("GET", "/users/@me")
    refused = client.as_bot("GET", "/users/@me")
    assert (refused.status_code, refused.headers["X-RateLimit-Scope"]) == (429, "user")
    assert refused.headers["X-RateLimit-Bucket"] == headers["X-RateLimit-Bucket"]
    assert refused.json()["message"] == "You are being rate limited."
    assert refused.json()["global"] is False
    assert client.as_bot("GET", "/applications/@me").status_code == 200
    time.sleep(refused.json()["retry_after"] + 0.01)
    assert client.as_bot("GET", "/users/@me").status_code == 200


def test_guilds_have_buckets_of_their_own(discord: StandInDiscord, client: Client) -> None:
    discord.limits.routes["GET /guilds/{guild}"] = Limit(1, 5)
    other = discord.world.make_guild("Other", discord.application)
    assert client.as_bot("GET", f"/guilds/{discord.guild.id}").status_code == 200
    assert client.as_bot("GET", f"/guilds/{other.id}").status_code == 200
    assert client.as_bot("GET", f"/guilds/{other.id}").status_code == 429


def test_there_is_a_limit_over_everything(discord: StandInDiscord, client: Client) -> None:
    discord.limits.everything = Limit(2, 0.2)
    client.as_bot("GET", "/users/@me")
    client.as_bot("GET", "/applications/@me")
    refused = client.as_bot("GET", f"/guilds/{discord.guild.id}")
    assert (refused.status_code, refused.headers["X-RateLimit-Scope"]) == (429, "global")
    assert (refused.headers["X-RateLimit-Global"], refused.json()["global"]) == ("true", True)


def test_faults_spoil_as_many_answers_as_they_say(discord: StandInDiscord, client: Client) -> None:
    discord.fault("/guilds", status=502, times=1)
    assert client.as_bot("GET", "/users/@me").status_code == 200
    assert client.as_bot("GET", f"/guilds/{discord.guild.id}").status_code == 502
    assert client.as_bot("GET", f"/guilds/{discord.guild.id}").status_code == 200
    discord.fault("/users", status=429, retry_after=64.57)
    assert client.as_bot("GET", "/users/@me").json()["retry_after"] == 64.57
    discord.mend()
    discord.fault("/users", malformed=True, times=1)
    with pytest.raises(requests.JSONDecodeError):
        client.as_bot("GET", "/users/@me").json()
    discord.fault("/users", hang_up=True, times=1)
    with pytest.raises(requests.ConnectionError):
        client.as_bot("GET", "/users/@me")
    statuses = [asked.status for asked in discord.requests("GET", "/users/@me")]
    assert statuses == [200, 429, 200, None]


def test_nothing_is_answered_while_discord_is_down(discord: StandInDiscord, client: Client) -> None:
    client.as_bot("GET", "/users/@me")
    with discord.down(), pytest.raises(requests.ConnectionError):
        client.as_bot("GET", "/users/@me")
    assert client.as_bot("GET", "/users/@me").status_code == 200


def test_pictures_are_pictures(discord: StandInDiscord) -> None:
    ada = discord.world.make_user("ada", avatar="a1b2")
    for path in (f"/avatars/{ada.id}/a1b2.png", "/embed/avatars/3.png"):
        answer = requests.get(discord.url + path, timeout=5)
        assert (answer.headers["Content-Type"], answer.content[:4]) == ("image/png", b"\x89PNG")
    assert requests.get(f"{discord.url}/avatars/{ada.id}/other.png", timeout=5).status_code == 404
    assert [asked.status for asked in discord.requests("GET", f"/avatars/{ada.id}/a1b2.png")] == [200]
