"""A provider's answer to the client: plain or as a stream, settled before its last byte is sent."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec

from naxios.domain import clock
from naxios.domain.catalogue import Model
from naxios.gateway.admit import standing_headers
from naxios.gateway.dialects import openai
from naxios.gateway.dialects.errors import openai_error
from naxios.gateway.dialects.openai_stream import ChatStream, error_event
from naxios.gateway.forward import Forwarded
from naxios.gateway.limits import LimitState
from naxios.gateway.receive import Call, respond, start
from naxios.gateway.refusal import Refusal, server_stopped
from naxios.gateway.settle import Outcome
from naxios.gateway.upstream import Answer, UpstreamError, UpstreamTimeout

SECONDS_FOR_END = 0.2
"""After ``[DONE]`` a provider has this long to end its answer, so that its connection can be used again."""

Settle = Callable[[], Awaitable[list[LimitState]]]


async def deliver(
    call: Call,
    forwarded: Forwarded,
    request: openai.ChatRequest,
    model: Model,
    outcome: Outcome,
    settle: Settle,
    standing: list[LimitState],
) -> None:
    """Send ``forwarded`` on and note in ``outcome`` what came of it.

    ``settle`` is called before the last byte goes out: whoever has the whole answer is on record. It returns how the
    limits stand afterwards; ``standing`` is how they stood at admission, for streams, whose headers go out first.
    """
    outcome.first_byte = clock.now()
    outcome.status = forwarded.status
    if forwarded.status >= 400:
        outcome.error = "provider_refused"
        await respond(call, forwarded.status, standing_headers(await settle()), _client_error(forwarded))
    elif forwarded.answer is None:
        outcome.reported, outcome.delivered_bytes, outcome.delivered = forwarded.usage, forwarded.text_bytes, True
        await respond(call, 200, standing_headers(await settle()), forwarded.body)
    else:
        stream = ChatStream(show_usage=request.wants_usage)
        await _Delivery(call, forwarded.answer, stream, model.name, outcome, settle).run(forwarded.body, standing)


async def break_off(call: Call, model: Model) -> None:
    """End a stream that a stopping server cuts: with an error event, not in silence."""
    event = error_event(server_stopped(), call.id, model.name, clock.now() // clock.SECOND)
    await call.send({"type": "http.response.body", "body": event})


class _Delivery:
    """One stream on its way out."""

    def __init__(
        self, call: Call, answer: Answer, stream: ChatStream, model: str, outcome: Outcome, settle: Settle
    ) -> None:
        self._call = call
        self._answer = answer
        self._stream = stream
        self._model = model
        self._outcome = outcome
        self._settle = settle

    async def run(self, first: bytes, standing: list[LimitState]) -> None:
        send = self._call.send
        headers = [
            (b"content-type", b"text/event-stream; charset=utf-8"),
            (b"cache-control", b"no-cache"),
            (b"x-accel-buffering", b"no"),  # nginx would hold events back
            *standing_headers(standing),
        ]
        self._outcome.delivered = True
        await start(self._call, 200, headers)
        try:
            last = await self._pass_on(first)
        except UpstreamError as error:
            last = self._broke_off(error)
        await self._settle()
        await send({"type": "http.response.body", "body": last})
        await self._let_the_provider_end()

    async def _pass_on(self, data: bytes) -> bytes:
        """Send events as they come; returns the last, which is not sent yet."""
        stream, outcome, send = self._stream, self._outcome, self._call.send
        while data:
            events = stream.feed(data)
            outcome.delivered_bytes, outcome.reported = stream.delivered_bytes, stream.usage
            if stream.failed:
                outcome.status, outcome.error = 502, "provider_error"
            if stream.done:
                return events
            if events:
                await send(_part(events))
            data = await self._answer.chunk()
        last = stream.finish()
        outcome.delivered_bytes, outcome.reported = stream.delivered_bytes, stream.usage
        if not (stream.done or stream.failed):
            if last:
                await send(_part(last))
            raise UpstreamError
        return last

    def _broke_off(self, error: UpstreamError) -> bytes:
        if isinstance(error, UpstreamTimeout):
            refusal = Refusal(504, "provider_timeout", "The provider stopped sending. What came so far is all.")
        else:
            refusal = Refusal(502, "provider_disconnected", "The provider broke off. What came so far is all.")
        self._outcome.status, self._outcome.error = refusal.status, refusal.code
        return self._error_event(refusal)

    def _error_event(self, refusal: Refusal) -> bytes:
        return error_event(refusal, self._call.id, self._model, clock.now() // clock.SECOND)

    async def _let_the_provider_end(self) -> None:
        try:
            async with asyncio.timeout(SECONDS_FOR_END):
                while await self._answer.chunk():
                    pass
        except (TimeoutError, UpstreamError):
            pass  # close() cuts the connection then


def _part(data: bytes) -> dict[str, object]:
    return {"type": "http.response.body", "body": data, "more_body": True}


class _ErrorBody(msgspec.Struct):
    error: dict[str, msgspec.Raw]


def _client_error(forwarded: Forwarded) -> bytes:
    """A provider's complaint about the request: as it came, if it has the shape that clients expect."""
    try:
        msgspec.json.decode(forwarded.body, type=_ErrorBody)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        refusal = Refusal(
            forwarded.status, "provider_refused", f"The provider refused the request (status {forwarded.status})."
        )
        return msgspec.json.encode({"error": openai_error(refusal)})
    return forwarded.body
