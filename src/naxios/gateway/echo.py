"""The built-in `naxios/echo`: a demonstration model that answers with what it was told, without any third party.

It speaks OpenAI's chat completions like a provider would, so that a newcomer's first request, and the tests of every
SDK, walk the same way through the gateway as real traffic. Its usage is honest by a simple rule of its own: a prompt
counts one token for four bytes of text, an answer one token for each word or sign that it is streamed in.
"""

import asyncio
import re
import time
from collections import deque
from typing import Any

import msgspec

from naxios.domain.catalogue import Provider
from naxios.domain.usage import estimate_input

MOST_ECHOED = 2_000
DEEPEST_SCHEMA = 8
_INTRODUCTION = "This is naxios/echo, a demonstration built into Naxios; no model was asked. You wrote: "
_PIECE = re.compile(r"\s*(?:\w+|[^\w\s])|\s+")

Json = dict[str, Any]


class EchoUpstream:
    """An :class:`naxios.gateway.upstream.Upstream` without a network."""

    async def post(self, provider: Provider, path: str, body: bytes) -> "EchoAnswer":
        try:
            request = _decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return EchoAnswer(400, [_error("a message has to be an object with a role and content")])
        if isinstance(request.stream_options, dict) and not request.stream:
            return EchoAnswer(400, [_error("`stream_options` is only allowed with `stream`")])
        completion = _complete(request)
        if request.stream:
            return EchoAnswer(200, _events(request, completion), "text/event-stream; charset=utf-8")
        return EchoAnswer(200, [msgspec.json.encode(completion)])


class EchoAnswer:
    """An :class:`naxios.gateway.upstream.Answer` that is known from the start."""

    retry_after: int | None = None

    def __init__(self, status: int, chunks: list[bytes], content_type: str = "application/json") -> None:
        self.status = status
        self.content_type = content_type
        self._chunks = deque(chunks)

    async def chunk(self) -> bytes:
        await asyncio.sleep(0)
        return self._chunks.popleft() if self._chunks else b""

    async def read(self) -> bytes:
        body = b"".join(self._chunks)
        self._chunks.clear()
        return body

    def close(self) -> None:
        self._chunks.clear()


class _Message(msgspec.Struct):
    role: str
    content: str | list[Json] | None = None


class _Request(msgspec.Struct):
    model: str
    messages: list[_Message]
    stream: bool | None = None
    stream_options: Json | None = None
    n: int | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    tools: list[Json] | None = None
    tool_choice: str | Json | None = None
    response_format: Json | None = None
    logprobs: bool | None = None


_decode = msgspec.json.Decoder(_Request).decode


def _complete(request: _Request) -> Json:
    """The whole answer, as a chat completion."""
    said, prompt_tokens = _read(request.messages)
    call = _tool_call(request, said)
    pieces = _PIECE.findall(call["function"]["arguments"] if call else _text(request, said))
    limit = request.max_completion_tokens or request.max_tokens
    cut_off = call is None and limit is not None and len(pieces) > limit
    if cut_off:
        pieces = pieces[:limit]
    content = None if call else "".join(pieces)
    message: Json = {"role": "assistant", "content": content, "refusal": None}
    if call:
        message["tool_calls"] = [call]
    finish_reason = "tool_calls" if call else "length" if cut_off else "stop"
    choice = {"message": message, "finish_reason": finish_reason, "logprobs": _logprobs(request, pieces)}
    choices = request.n or 1
    return {
        "id": f"chatcmpl-echo-{time.time_ns():x}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": request.model,
        "choices": [{"index": index, **choice} for index in range(choices)],
        "usage": {
            "prompt_tokens": prompt_tokens,
            "completion_tokens": len(pieces) * choices,
            "total_tokens": prompt_tokens + len(pieces) * choices,
            "prompt_tokens_details": {"cached_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0},
        },
    }


def _events(request: _Request, completion: Json) -> list[bytes]:
    """The same answer as a stream: the role, the pieces, the reason to finish, the usage if asked for."""
    head = {key: completion[key] for key in ("id", "created", "model")} | {"object": "chat.completion.chunk"}
    asked = bool((request.stream_options or {}).get("include_usage"))
    usage = {"usage": None} if asked else {}
    chunks: list[Json] = []
    for choice in completion["choices"]:
        chunks += [{**head, "choices": [part], **usage} for part in _deltas(choice)]
    if asked:
        chunks.append({**head, "choices": [], "usage": completion["usage"]})
    return [b"data: " + msgspec.json.encode(chunk) + b"\n\n" for chunk in chunks] + [b"data: [DONE]\n\n"]


def _deltas(choice: Json) -> list[Json]:
    index, message = choice["index"], choice["message"]
    deltas: list[Json] = [{"role": "assistant", "content": "" if message["content"] is not None else None}]
    for call in message.get("tool_calls", ()):
        name = {"name": call["function"]["name"], "arguments": ""}
        deltas.append({"tool_calls": [{"index": 0, "id": call["id"], "type": "function", "function": name}]})
        pieces = _PIECE.findall(call["function"]["arguments"])
        deltas += [{"tool_calls": [{"index": 0, "function": {"arguments": piece}}]} for piece in pieces]
    deltas += [{"content": piece} for piece in _PIECE.findall(message["content"] or "")]
    parts: list[Json] = [{"index": index, "delta": delta, "finish_reason": None, "logprobs": None} for delta in deltas]
    if choice["logprobs"] is not None:
        for part, token in zip(parts[1:], choice["logprobs"]["content"], strict=False):
            part["logprobs"] = {"content": [token]}
    return [*parts, {"index": index, "delta": {}, "finish_reason": choice["finish_reason"], "logprobs": None}]


def _read(messages: list[_Message]) -> tuple[str, int]:
    """What the last message says, and the tokens of all."""
    text_bytes = attachments = 0
    said = ""
    for message in messages:
        parts = message.content if isinstance(message.content, list) else [{"text": message.content or ""}]
        texts = [part["text"] for part in parts if isinstance(part.get("text"), str)]
        attachments += len(parts) - len(texts)
        said = " ".join(texts)
        text_bytes += len(said.encode())
    return said[:MOST_ECHOED], estimate_input(text_bytes, attachments)


def _text(request: _Request, said: str) -> str:
    wanted = request.response_format or {}
    if wanted.get("type") == "json_schema":
        schema = wanted.get("json_schema")
        return msgspec.json.encode(_example(schema.get("schema") if isinstance(schema, dict) else {}, said)).decode()
    if wanted.get("type") == "json_object":
        return msgspec.json.encode({"model": "naxios/echo", "echo": said}).decode()
    return _INTRODUCTION + said


def _tool_call(request: _Request, said: str) -> Json | None:
    """A call of the tool that was demanded, or of one that the last message names."""
    functions = [tool["function"] for tool in request.tools or () if isinstance(tool.get("function"), dict)]
    choice = request.tool_choice
    if not functions or choice == "none":
        return None
    if isinstance(choice, dict):
        demanded = choice.get("function")
        name = demanded.get("name") if isinstance(demanded, dict) else None
        chosen = next((function for function in functions if function.get("name") == name), None)
    elif choice == "required":
        chosen = functions[0]
    else:
        chosen = next((function for function in functions if str(function.get("name")) in said), None)
    if chosen is None:
        return None
    arguments = msgspec.json.encode(_example(chosen.get("parameters"), said)).decode()
    return {
        "id": f"call_{time.time_ns():x}",
        "type": "function",
        "function": {"name": str(chosen.get("name")), "arguments": arguments},
    }


def _example(schema: Any, said: str, depth: int = 0) -> Any:
    """A value that fits a plain JSON schema: what was said where a string is wanted."""
    if not isinstance(schema, dict) or depth > DEEPEST_SCHEMA:
        return None
    if isinstance(schema.get("enum"), list) and schema["enum"]:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            properties = schema.get("properties")
            items = properties.items() if isinstance(properties, dict) else ()
            return {name: _example(inner, said, depth + 1) for name, inner in items}
        case "array":
            return [_example(schema.get("items"), said, depth + 1)]
        case "string":
            return said
        case "integer" | "number":
            return 1
        case "boolean":
            return True
    return None


def _logprobs(request: _Request, pieces: list[str]) -> Json | None:
    if not request.logprobs:
        return None
    return {
        "content": [
            {"token": piece, "logprob": 0.0, "bytes": list(piece.encode()), "top_logprobs": []} for piece in pieces
        ],
        "refusal": None,
    }


def _error(message: str) -> bytes:
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": "invalid_request"}
    return msgspec.json.encode({"error": error})
