"""An OpenAI-compatible model provider over a real socket, as well-behaved or as broken as a test wants it.

What it does is decided by the upstream model's name: ``provider.models["slow"] = Behaviour(delay=5)``. A model that
nobody described behaves well. Every request it gets is kept in ``provider.asked``.
"""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.stand_ins import completions

WORDS = ["Hello", " there", ",", " how", " can", " I", " help", "?"]


@dataclass
class Behaviour:
    """How one model answers.

    Attributes
    ----------
    status, headers : of the answer; an error status answers with ``body`` or an error of OpenAI's shape.
    body : sent as it is instead of a completion or a stream.
    chunks : sent as they are, one by one, as the body of a stream.
    words : the text, one chunk of a stream each.
    usage : the usage object; ``None`` sends none, ``...`` counts honestly.
    delay, chunk_delay : seconds before the status line, and before each chunk.
    hold : nothing is answered before it is set.
    cut_after : chunks after which the connection is cut without an end; any number cuts a ``body`` in half.
    stall_after : chunks after which nothing more comes.
    hang_up : close the connection without any answer.
    done : whether a stream ends with ``[DONE]``.
    """

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    chunks: list[bytes] | None = None
    content_type: str = "application/json"
    words: list[str] = field(default_factory=lambda: list(WORDS))
    usage: Any = ...
    delay: float = 0
    chunk_delay: float = 0
    hold: threading.Event | None = None
    cut_after: int | None = None
    stall_after: int | None = None
    hang_up: bool = False
    done: bool = True


@dataclass
class Asked:
    """One request as it arrived. ``left`` is set when the gateway closed the connection before the answer's end."""

    path: str
    headers: dict[str, str]
    body: bytes
    left: threading.Event = field(default_factory=threading.Event)
    answered: threading.Event = field(default_factory=threading.Event)

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.body)


class StandInProvider:
    """Runs in a thread of its own between :meth:`start` and :meth:`stop`."""

    def __init__(self) -> None:
        self.models: dict[str, Behaviour] = {}
        self.asked: list[Asked] = []
        self.credential = "sk-stand-in-credential-0123"
        self.url = ""
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self, port: int = 0) -> None:
        self._port = port
        self._thread.start()
        assert self._ready.wait(10)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(10)

    def forget(self) -> None:
        """Behave well again, and forget what was asked."""
        self.models.clear()
        self.asked.clear()

    def wait_for_asked(self, count: int, seconds: float = 30) -> list[Asked]:
        """The requests so far, once there are ``count`` of them."""
        end = time.monotonic() + seconds
        while len(self.asked) < count and time.monotonic() < end:
            time.sleep(0.01)
        assert len(self.asked) >= count, f"{len(self.asked)} requests arrived, not {count}"
        return self.asked

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._stopped = asyncio.Event()
        app = web.Application(client_max_size=256 * 1024 * 1024)
        app.router.add_get("/v1/models", self._list_models)
        app.router.add_post("/v1/{path:.*}", self._answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self._port)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
        self._ready.set()
        await self._stopped.wait()
        await runner.cleanup()

    async def _list_models(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("authorization") != f"Bearer {self.credential}":
            return web.json_response({"error": {"message": "Incorrect API key provided"}}, status=401)
        data = [
            {"id": name, "object": "model", "created": 0, "owned_by": "stand-in"} for name in ["good", *self.models]
        ]
        return web.json_response({"object": "list", "data": data})

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        asked = Asked(request.path, {name.lower(): value for name, value in request.headers.items()}, body)
        self.asked.append(asked)
        wanted = json.loads(body)
        behaviour = self.models.get(wanted.get("model"), Behaviour())
        try:
            return await self._behave(request, wanted, behaviour)
        except ConnectionResetError:
            asked.left.set()
            return web.Response()  # to nobody
        finally:
            asked.answered.set()

    async def _behave(self, request: web.Request, wanted: dict[str, Any], behaviour: Behaviour) -> web.StreamResponse:
        await self._sleep(request, behaviour.delay)
        while behaviour.hold is not None and not behaviour.hold.is_set():
            await self._sleep(request, 0.02)
        if behaviour.hang_up:
            _cut(request)
            return web.Response()
        if behaviour.body is not None and behaviour.cut_after is not None:
            return await self._half(request, behaviour, behaviour.body)
        if behaviour.body is not None:
            return web.Response(
                body=behaviour.body,
                status=behaviour.status,
                headers={**behaviour.headers, "content-type": behaviour.content_type},
            )
        if behaviour.status >= 400:
            error = {"message": f"stand-in error {behaviour.status}", "type": "stand_in", "param": None, "code": None}
            return web.json_response({"error": error}, status=behaviour.status, headers=behaviour.headers)
        if wanted.get("stream"):
            return await self._stream(request, wanted, behaviour)
        answer = completions.completion(wanted, behaviour.words, behaviour.usage)
        return web.json_response(answer, headers=behaviour.headers)

    async def _half(self, request: web.Request, behaviour: Behaviour, body: bytes) -> web.StreamResponse:
        headers = {"content-type": behaviour.content_type, "content-length": str(len(body))}
        response = web.StreamResponse(status=behaviour.status, headers=headers)
        await response.prepare(request)
        await response.write(body[: len(body) // 2])
        _cut(request)
        return response

    async def _stream(self, request: web.Request, wanted: dict[str, Any], behaviour: Behaviour) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": "text/event-stream", **behaviour.headers})
        await response.prepare(request)
        chunks = behaviour.chunks
        if chunks is None:
            chunks = list(completions.events(wanted, behaviour.words, behaviour.usage, done=behaviour.done))
        for number, event in enumerate(chunks):
            if number == behaviour.cut_after:
                _cut(request)
                return response
            if number == behaviour.stall_after:
                await self._sleep(request, 3600)
            await self._sleep(request, behaviour.chunk_delay)
            await response.write(event)
        if behaviour.cut_after == len(chunks):
            _cut(request)
            return response
        await response.write_eof()
        return response

    async def _sleep(self, request: web.Request, seconds: float) -> None:
        """Sleep, but notice a peer that leaves: a server reads nothing while it thinks."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            await asyncio.sleep(min(left, 0.02))
            if request.transport is None or request.transport.is_closing():
                raise ConnectionResetError


def _cut(request: web.Request) -> None:
    assert request.transport is not None
    request.transport.abort()


@contextmanager
def running_provider() -> Iterator[StandInProvider]:
    """A provider for as long as the context lasts."""
    provider = StandInProvider()
    provider.start()
    try:
        yield provider
    finally:
        provider.stop()
