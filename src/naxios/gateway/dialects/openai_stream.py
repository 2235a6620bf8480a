"""A chat completion's stream on its way through: usage read, delivered text counted, whole events passed on.

Source: https://platform.openai.com/docs/api-reference/chat-streaming and the WHATWG's server-sent events.
"""

import re

import msgspec

from naxios.domain.usage import ReportedUsage
from naxios.gateway.dialects.errors import openai_error
from naxios.gateway.dialects.openai import Text, read_usage
from naxios.gateway.refusal import Refusal

LARGEST_HELD = 1024 * 1024
"""Bytes of an unfinished event that are held back; a larger one is passed on unread."""

_END_OF_EVENT = re.compile(rb"\n\r?\n|\r\r")
"""A blank line: two line ends in a row, each of which may be LF, CRLF or CR."""

_DONE = b"[DONE]"


class _StreamChoice(msgspec.Struct):
    delta: Text | None = None
    finish_reason: msgspec.Raw = msgspec.Raw()


class _Chunk(msgspec.Struct):
    choices: list[_StreamChoice] | None = None
    usage: msgspec.Raw = msgspec.Raw()
    error: msgspec.Raw = msgspec.Raw()


_chunk_decoder = msgspec.json.Decoder(_Chunk)


class ChatStream:
    """Feed it the provider's bytes, send on what it returns.

    Attributes
    ----------
    usage : the provider's latest usage numbers, if it sent any.
    delivered_bytes : bytes of text in everything returned so far.
    done : whether ``[DONE]`` was among what was returned.
    finished : whether a choice gave its reason to finish, so that an end without ``[DONE]`` is no truncation.
    failed : whether the provider reported an error inside the stream.
    """

    def __init__(self, *, show_usage: bool) -> None:
        self.usage: ReportedUsage | None = None
        self.delivered_bytes = 0
        self.done = False
        self.finished = False
        self.failed = False
        self._show_usage = show_usage
        self._held = b""

    def feed(self, data: bytes) -> bytes:
        """The whole events in what has arrived so far, without those that the client did not ask for."""
        if self._held:
            data = self._held + data
            self._held = b""
        if not data.endswith((b"\n\n", b"\n\r\n")):
            end = max((match.end() for match in _END_OF_EVENT.finditer(data)), default=0)
            if not end and len(data) > LARGEST_HELD:
                self.delivered_bytes += len(data)
                return data
            data, self._held = data[:end], data[end:]
        return self._pass_on(data)

    def finish(self) -> bytes:
        """What is left when the provider has ended its answer: a last event without its blank line, ``[DONE]``.

        An event that the end has torn is left out: to a client it would be a syntax error instead of an end.
        """
        rest = self._pass_on(self._held + b"\n\n") if _is_whole(self._held) else b""
        self._held = b""
        if self.finished and not self.done and not self.failed:
            self.done = True
            rest += b"data: [DONE]\n\n"
        return rest

    def _pass_on(self, data: bytes) -> bytes:
        if data.startswith(b"data:") and data.find(b"\n\n") == len(data) - 2 and b"\r" not in data:
            return data if self._read(data) else b""  # one event alone, as most of them come
        kept = []
        start = 0
        for match in _END_OF_EVENT.finditer(data):
            event = data[start : match.end()]
            if self._read(event):
                kept.append(event)
            if self.done:
                return b"".join(kept)  # nothing comes after that, so nothing that does is believed
            start = match.end()
        kept.append(data[start:])
        return b"".join(kept)

    def _read(self, event: bytes) -> bool:
        """Take note of ``event``; False if it is the usage event that the client did not ask for."""
        payload = _payload(event)
        if not payload:
            return True
        if payload.startswith(_DONE):
            self.done = True
            return True
        try:
            chunk = _chunk_decoder.decode(payload)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            self.delivered_bytes += len(payload)  # not a chunk, but the client gets it
            return True
        usage = read_usage(chunk.usage)
        if usage is not None:
            self.usage = usage
        for choice in chunk.choices or ():
            if choice.delta is not None:
                self.delivered_bytes += choice.delta.size()
            if bytes(choice.finish_reason) not in (b"", b"null"):
                self.finished = True
        if bytes(chunk.error) not in (b"", b"null"):
            self.failed = True
            return True
        return self._show_usage or bool(chunk.choices) or usage is None


def error_event(refusal: Refusal, request_id: str, model: str, created: int) -> bytes:
    """An error inside a stream that has begun: raises in every SDK, and keeps strict clients from crashing."""
    body = {
        "id": request_id,
        "object": "chat.completion.chunk",
        "created": created,
        "model": model,
        "choices": [{"index": 0, "delta": {}, "finish_reason": "error"}],
        "error": openai_error(refusal),
    }
    return b"data: " + msgspec.json.encode(body) + b"\n\n"


def _is_whole(event: bytes) -> bool:
    payload = _payload(event)
    if payload.startswith(_DONE):
        return True
    try:
        _chunk_decoder.decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _payload(event: bytes) -> bytes:
    """The data of one event, its lines joined."""
    if event.startswith(b"data:") and event.count(b"\n") == 2:
        return event[5:].strip()
    return b"\n".join(line[5:].strip() for line in event.splitlines() if line.startswith(b"data:"))
