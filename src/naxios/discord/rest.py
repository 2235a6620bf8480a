"""Discord's REST API, for bots' and users' tokens: the one client. It neither retries nor waits; who asks decides that.

Whatever Discord answers, a call returns what it is for or raises :class:`Unanswered` or :class:`Refusal`. No token is
ever part of an exception or a log line.
"""

import hashlib
import time
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import msgspec
import urllib3

from naxios import config
from naxios.discord.pace import Pace, seconds_in
from naxios.discord.rest_shapes import ErrorBody, Guild, Me, Member, Profile, TokenPair, TooMany

CONNECT_SECONDS = 5.0
READ_SECONDS = 5.0
LONGEST_SECONDS = 10.0
"""For a whole answer, however slowly it drips."""
MOST_BYTES = 1024 * 1024
USER_AGENT = "DiscordBot (https://github.com/naxios/naxios, 1)"

T = TypeVar("T")


class Unanswered(Exception):
    """Discord cannot be asked now, or said nothing that can be relied on. ``retry_after`` is in seconds."""

    def __init__(self, why: str, retry_after: float | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.retry_after = retry_after


class Denial(StrEnum):
    """What Discord says no to, and means it."""

    TOKEN = "token"  # noqa: S105
    UNKNOWN_GUILD = "unknown_guild"
    UNKNOWN_MEMBER = "unknown_member"
    UNKNOWN_USER = "unknown_user"
    NO_ACCESS = "no_access"
    GRANT = "grant"


class Refusal(Exception):
    """A definite answer that is not what was asked for."""

    def __init__(self, denial: Denial) -> None:
        super().__init__(denial.value)
        self.denial = denial


_DENIALS = {
    10004: Denial.UNKNOWN_GUILD,
    10007: Denial.UNKNOWN_MEMBER,
    10013: Denial.UNKNOWN_USER,
    50001: Denial.NO_ACCESS,
}
_pool = urllib3.PoolManager(num_pools=4, maxsize=8)
pace = Pace()


def me(access_token: str) -> Me:
    """Who a user's token belongs to."""
    return _get("/users/@me", "GET /users/@me", Me, bearer=access_token)


def my_membership(access_token: str, guild_id: str) -> Member:
    """How a token's user stands to a guild. ``UNKNOWN_GUILD`` also means that they are not in it."""
    path = f"/users/@me/guilds/{guild_id}/member"
    return _get(path, f"GET /users/@me/guilds/{guild_id}/member", Member, bearer=access_token)


def member(guild_id: str, user_id: str) -> Member:
    """How a user stands to a guild that the bot is in."""
    return _get(f"/guilds/{guild_id}/members/{user_id}", f"GET /guilds/{guild_id}/members", Member)


def guild(guild_id: str) -> Guild:
    """A guild that the bot is in."""
    return _get(f"/guilds/{guild_id}", f"GET /guilds/{guild_id}", Guild)


def user(user_id: str) -> Profile:
    """Any user, asked by the bot."""
    return _get(f"/users/{user_id}", "GET /users", Profile)


def exchange(*, code: str, redirect_uri: str, verifier: str) -> TokenPair:
    """The tokens that a sign-in's code stands for."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, "code_verifier": verifier}
    return _token(form)


def renew(refresh_token: str) -> TokenPair:
    """New tokens; the old ones end with this call."""
    return _token({"grant_type": "refresh_token", "refresh_token": refresh_token})


def revoke(token: str) -> None:
    """End everything that belongs to a token's authorization."""
    body = _ask("POST", "/oauth2/token/revoke", "POST /oauth2/token/revoke", form=_client({"token": token}))[1]
    del body


def decoded(body: bytes, shape: type[T]) -> T:
    """``body`` as ``shape``.

    Raises
    ------
    Unanswered
        It is nothing of the kind.
    """
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Unanswered("Discord's answer could not be read") from None


def refused(status: int, headers: Mapping[str, str], body: bytes, *, asker: str, route: str) -> Exception:
    """What an answer that is no success means."""
    if status == 429:
        told = _attempted(body, TooMany) or TooMany(retry_after=seconds_in(headers.get("retry-after"), 1.0))
        is_global = told.is_global or headers.get("x-ratelimit-scope", "") == "global"
        waits = pace.note_refusal(asker, route, told.retry_after, is_global=is_global)
        return Unanswered("Discord asks us to wait", waits)
    if status == 401:
        return Refusal(Denial.TOKEN)
    if 400 <= status < 500:
        denial = _DENIALS.get((_attempted(body, ErrorBody) or ErrorBody()).code)
        if denial is not None:
            return Refusal(denial)
        if b"invalid_grant" in body[:1000]:
            return Refusal(Denial.GRANT)
    return Unanswered(f"Discord answered {status}")


def _get(path: str, route: str, shape: type[T], *, bearer: str = "") -> T:
    return decoded(_ask("GET", path, route, bearer=bearer)[1], shape)


def _token(form: dict[str, str]) -> TokenPair:
    return decoded(_ask("POST", "/oauth2/token", "POST /oauth2/token", form=_client(form))[1], TokenPair)


def _client(form: dict[str, str]) -> dict[str, str]:
    loaded = config.load()
    return {**form, "client_id": loaded.discord_client_id, "client_secret": loaded.discord_client_secret}


def _ask(
    method: str, path: str, route: str, *, bearer: str = "", form: dict[str, str] | None = None
) -> tuple[Mapping[str, str], bytes]:
    """A successful answer's headers and body."""
    asker = hashlib.sha256(bearer.encode()).hexdigest()[:16] if bearer else "form" if form else "bot"
    waits = pace.wait_of(asker, route)
    if waits > 0:
        raise Unanswered("Discord asks us to wait", waits)
    headers = {"User-Agent": USER_AGENT, "Accept": "application/json"}
    if form is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    else:
        headers["Authorization"] = f"Bearer {bearer}" if bearer else f"Bot {config.load().discord_bot_token}"
    url = config.load().discord_api_url + _version(path) + path
    status, answered, body = fetch(method, url, headers, urlencode(form).encode() if form is not None else None)
    pace.note_headers(asker, route, answered)
    if not 200 <= status < 300:
        raise refused(status, answered, body, asker=asker, route=route)
    return answered, body


def fetch(
    method: str, url: str, headers: Mapping[str, str], body: bytes | None = None, *, most: int = MOST_BYTES
) -> tuple[int, Mapping[str, str], bytes]:
    """One exchange, without redirects: status, headers in lower case, and a body of at most ``most`` bytes.

    Raises
    ------
    Unanswered
        There was no answer in time, or it was too long.
    """
    deadline = time.monotonic() + LONGEST_SECONDS
    try:
        response: Any = _pool.request(
            method,
            url,
            headers=dict(headers),
            body=body,
            timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
            retries=False,
            redirect=False,
            preload_content=False,
        )
        try:
            parts, size = [], 0
            while chunk := response.read1(65536):
                parts.append(chunk)
                size += len(chunk)
                if size > most or time.monotonic() > deadline:
                    raise Unanswered("Discord's answer is too long or too slow")
        except BaseException:
            response.close()
            raise
        response.release_conn()
    except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        raise Unanswered(f"Discord did not answer ({type(error).__name__})") from None
    return response.status, {name.lower(): value for name, value in response.headers.items()}, b"".join(parts)


def _version(path: str) -> str:
    """The API's version, but for the addresses of OAuth, which have none; and only if the address names none."""
    named = urlsplit(config.load().discord_api_url).path.rsplit("/", 1)[-1]
    return "" if path.startswith("/oauth2/") or (named[:1] == "v" and named[1:].isdigit()) else "/v10"


def _attempted(body: bytes, shape: type[T]) -> T | None:
    try:
        return decoded(body, shape)
    except Unanswered:
        return None
