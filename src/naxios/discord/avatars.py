"""Pictures of Discord accounts, fetched by this server: no visitor's browser ever asks Discord."""

from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

from naxios import config
from naxios.discord import rest

MOST_BYTES = 256 * 1024
SIZE = 128
_KINDS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
"""How pictures begin. What a server calls them does not count."""


class Picture(NamedTuple):
    """A picture and its type."""

    data: bytes
    type: str


class NoPicture(Exception):
    """There is none, or it cannot be had now, or it is something else."""


@lru_cache(maxsize=64)
def fetch(discord_id: str, picture: str) -> Picture:
    """The picture of ``discord_id`` that goes by this hash; both come from Discord and have been checked.

    Raises
    ------
    NoPicture
        It cannot be shown.
    """
    url = f"{_server()}/avatars/{discord_id}/{picture}.png?size={SIZE}"
    try:
        status, _, body = rest.fetch("GET", url, {"User-Agent": rest.USER_AGENT}, most=MOST_BYTES)
    except rest.Unanswered:
        raise NoPicture from None
    kind = next((kind for sign, kind in _KINDS.items() if body.startswith(sign)), None)
    if status != 200 or kind is None:
        raise NoPicture
    return Picture(body, kind)


def _server() -> str:
    """Discord has one for pictures; others, such as those of tests, have them where the API is."""
    api = config.load().discord_api_url
    return "https://cdn.discordapp.com" if urlsplit(api).hostname == "discord.com" else config.origin_of(api)
