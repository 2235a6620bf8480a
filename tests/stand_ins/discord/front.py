"""What every request passes first: it is written down, spoilt by faults, counted by limits, and its errors worded."""

from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler as AiohttpHandler

from tests.stand_ins.discord.core import Asked, Core, bare
from tests.stand_ins.discord.errors import ApiError, not_found
from tests.stand_ins.discord.limits import Spent, refusal


def middleware(core: Core) -> Any:
    @web.middleware
    async def pass_on(request: web.Request, handler: AiohttpHandler) -> web.StreamResponse:
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await handler(request)
        asked = await _written_down(core, request)
        for fault in [fault for fault in core.faults if fault.takes(request.method, asked.path)]:
            spoilt = await fault.spoil(request)
            if spoilt is not None:
                asked.status = None if fault.hang_up else spoilt.status
                return _signed(spoilt)
        response = await _answered(core, request, handler)
        asked.status = response.status
        return _signed(response)

    return pass_on


async def _written_down(core: Core, request: web.Request) -> Asked:
    as_whom = request.headers.get("Authorization", "").partition(" ")[0]
    asked = Asked(request.method, bare(request.path), dict(request.query), as_whom, await request.read())
    core.asked.append(asked)
    return asked


async def _answered(core: Core, request: web.Request, handler: AiohttpHandler) -> web.StreamResponse:
    spent = _spent(core, request)
    if spent is not None and spent.refused_for:
        response: web.StreamResponse = refusal(spent.retry_after, spent.refused_for)
    else:
        response = await _worded(request, handler)
    if spent is not None:
        response.headers.update(spent.headers())
    return response


def _spent(core: Core, request: web.Request) -> Spent | None:
    """Pages and pictures are not limited."""
    resource = request.match_info.route.resource
    if resource is None or not resource.canonical.startswith("/api/"):
        return None
    return core.limits.spend(request, f"{request.method} {bare(resource.canonical)}")


async def _worded(request: web.Request, handler: AiohttpHandler) -> web.StreamResponse:
    try:
        return await handler(request)
    except ApiError as error:
        return error.response()
    except web.HTTPNotFound:
        return not_found().response()
    except web.HTTPMethodNotAllowed:
        return ApiError(405, 0, "405: Method Not Allowed").response()
    except web.HTTPException as error:
        return web.Response(text=error.text, status=error.status)


def _signed(response: web.StreamResponse) -> web.StreamResponse:
    """discord.py takes a 429 without ``Via`` for a ban by Discord's proxy, and JSON with a charset for text."""
    response.headers["Via"] = "1.1 google"
    if response.content_type == "application/json":
        response.headers["Content-Type"] = "application/json"
    return response
