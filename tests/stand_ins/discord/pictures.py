"""The pictures' server, so that a test can see whether a browser ever asked it."""

import struct
import zlib

from aiohttp import web

from tests.stand_ins.discord.core import Core, Routes


async def get_avatar(core: Core, request: web.Request) -> web.Response:
    user_id = request.match_info["user"]
    user = core.world.users.get(int(user_id)) if user_id.isdecimal() else None
    if user is None or user.avatar != request.match_info["hash"]:
        return web.Response(status=404)
    return _picture()


async def get_default_avatar(core: Core, request: web.Request) -> web.Response:
    return _picture() if request.match_info["number"] in "012345" else web.Response(status=404)


ROUTES: Routes = [
    ("GET", "/avatars/{user}/{hash}.png", get_avatar),
    ("GET", "/embed/avatars/{number}.png", get_default_avatar),
]


def _picture() -> web.Response:
    return web.Response(body=PNG, content_type="image/png", headers={"Cache-Control": "public, max-age=31536000"})


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


# One blurple pixel.
PNG = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress(b"\x00\x58\x65\xf2"))
    + _chunk(b"IEND", b"")
)
