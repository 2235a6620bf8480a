"""ASGI in and out: the body within its limits of size and time, the client's leaving, and plain answers."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import msgspec

from naxios.domain import clock
from naxios.domain.principal import Principal
from naxios.gateway.refusal import Headers, Refusal

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
WhenGone = Callable[[Callable[[], None] | None], None]

WHEN_GONE = "naxios.when_gone"
"""Our server's ASGI extension: a function that takes a function, which is called once the client has gone, or ``None``.

ASGI itself tells it only to those who wait for it. That takes a second task for every request, a tenth of what a plain
one costs in all.
"""


class Call(msgspec.Struct):
    """One HTTP request on its way through the gateway.

    ``started`` says whether an answer has begun, ``admitted`` whether a usage record will tell of it.
    """

    id: str
    headers: Headers
    receive: Receive
    send: Send
    when_gone: WhenGone
    received_at: int
    principal: Principal | None = None
    started: bool = False
    admitted: bool = False


def new_id() -> str:
    """A request id; it ties an answer to a log line and a usage record."""
    return f"req_{secrets.token_hex(12)}"


def id_headers(request_id: str) -> Headers:
    """The request id as OpenAI's and Anthropic's SDKs look for it."""
    value = request_id.encode()
    return [(b"x-request-id", value), (b"request-id", value)]


class ClientGone(Exception):
    """The client left before its request was whole; there is nobody to answer."""


async def read_body(receive: Receive, headers: Headers, *, most: int, seconds: int) -> bytes:
    """The request's JSON body.

    Raises
    ------
    Refusal
        415 for another content type, 413 for more than ``most`` bytes, 408 if it takes longer than ``seconds``.
    ClientGone
        The connection ended first.
    """
    for name, value in headers:
        if name == b"content-length" and value.isdigit() and int(value) > most:
            raise _too_large(most)
        if name == b"content-type" and value.split(b";", 1)[0].strip().lower() != b"application/json":
            raise Refusal(
                415, "unsupported_media_type", "Send JSON, with `content-type: application/json`.", retry=False
            )
        if name == b"content-encoding" and value.strip().lower() not in (b"", b"identity"):
            raise Refusal(415, "unsupported_encoding", "Send the body without a content-encoding.", retry=False)
    message = await _receive(receive, seconds)
    body: bytes = message.get("body", b"")
    if message.get("more_body"):
        body = await _rest(receive, body, most, seconds)
    if len(body) > most:
        raise _too_large(most)
    return body


async def _rest(receive: Receive, first: bytes, most: int, seconds: int) -> bytes:
    parts, size = [first], len(first)
    deadline = clock.now() + seconds * clock.SECOND
    more = True
    while more:
        message = await _receive(receive, (deadline - clock.now()) / clock.SECOND)
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > most:
            raise _too_large(most)
        more = message.get("more_body", False)
    return b"".join(parts)


async def _receive(receive: Receive, seconds: float) -> Message:
    try:
        async with asyncio.timeout(seconds):
            message = await receive()
    except TimeoutError:
        raise Refusal(
            408,
            "body_timeout",
            "The body did not arrive in time. Send it faster or smaller.",
            retry=False,
            headers=[(b"connection", b"close")],
        ) from None
    if message["type"] == "http.disconnect":
        raise ClientGone
    return message


class ClientWatch:
    """Cancels the request's task when the client leaves; ``gone`` then tells that from any other cancellation."""

    def __init__(self, when_gone: WhenGone) -> None:
        self.gone = False
        self._task = asyncio.current_task()
        self._when_gone: WhenGone | None = when_gone
        when_gone(self._left)

    def stop(self) -> None:
        """Stop watching; call it before the answer's last byte, after which the connection may serve another."""
        if self._when_gone is not None:
            self._when_gone(None)
            self._when_gone = None

    def _left(self) -> None:
        self.gone = True
        if self._task is not None:
            self._task.cancel()


async def start(call: Call, status: int, headers: Headers) -> None:
    """The status line and headers of an answer, its request id among them."""
    call.started = True
    await call.send({"type": "http.response.start", "status": status, "headers": [*headers, *id_headers(call.id)]})


async def respond(call: Call, status: int, headers: Headers, body: bytes) -> None:
    """A whole answer of JSON."""
    await start(
        call, status, [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body)), *headers]
    )
    await call.send({"type": "http.response.body", "body": body})


def _too_large(most: int) -> Refusal:
    return Refusal(
        413,
        "body_too_large",
        f"The body is larger than {most / 1024 / 1024:.4g} MiB, the most that this server takes.",
        retry=False,
    )
