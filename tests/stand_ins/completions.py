"""Chat completions as an OpenAI-compatible provider writes them, plain and as a stream, made up from the request.

Tools, JSON mode, ``n`` and log probabilities are answered in the shapes of OpenAI's API reference.
"""

import json
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

_HEAD = {"id": "chatcmpl-stand-in", "created": 1_700_000_000, "system_fingerprint": "fp_stand_in"}


def completion(wanted: Json, words: list[str], usage: Any = ...) -> Json:
    """The plain answer to ``wanted``; ``usage`` replaces the honest one, ``None`` leaves it out."""
    answer = {
        **_HEAD,
        "object": "chat.completion",
        "model": wanted["model"],
        "choices": [_choice(wanted, words, index) for index in range(wanted.get("n") or 1)],
    }
    counted = honest_usage(wanted, words) if usage is ... else usage
    return answer if counted is None else {**answer, "usage": counted}


def events(wanted: Json, words: list[str], usage: Any = ..., *, done: bool = True) -> Iterator[bytes]:
    """The same answer as a stream: usage comes if it was asked for, ``[DONE]`` if ``done``."""
    head = {**_HEAD, "object": "chat.completion.chunk", "model": wanted["model"]}
    asked = bool((wanted.get("stream_options") or {}).get("include_usage"))
    null = {"usage": None} if asked else {}
    for index in range(wanted.get("n") or 1):
        choice = _choice(wanted, words, index)
        for delta, logprobs in _deltas(choice["message"], words, choice["logprobs"]):
            part = {"index": index, "delta": delta, "finish_reason": None, "logprobs": logprobs}
            yield event({**head, "choices": [part], **null})
        end = {"index": index, "delta": {}, "finish_reason": choice["finish_reason"], "logprobs": None}
        yield event({**head, "choices": [end], **null})
    counted = honest_usage(wanted, words) if usage is ... else usage
    if asked and counted is not None:
        yield event({**head, "choices": [], "usage": counted})
    if done:
        yield DONE


def event(chunk: Json) -> bytes:
    """``chunk`` as one server-sent event."""
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


DONE = b"data: [DONE]\n\n"


def honest_usage(wanted: Json, words: list[str]) -> Json:
    """A token for four bytes of prompt, and one for each word of each choice."""
    prompt = max(1, len(json.dumps(wanted["messages"])) // 4)
    written = len(words) * (wanted.get("n") or 1)
    return {"prompt_tokens": prompt, "completion_tokens": written, "total_tokens": prompt + written}


def _choice(wanted: Json, words: list[str], index: int) -> Json:
    tool = _demanded_tool(wanted)
    if tool is not None:
        message: Json = {"role": "assistant", "content": None, "tool_calls": [_tool_call(tool)]}
    elif wanted.get("response_format", {}).get("type") in ("json_object", "json_schema"):
        message = {"role": "assistant", "content": json.dumps(_example(_schema(wanted)))}
    else:
        message = {"role": "assistant", "content": "".join(words)}
    logprobs = {"content": [_logprob(word) for word in words], "refusal": None} if wanted.get("logprobs") else None
    finish_reason = "tool_calls" if tool is not None else "stop"
    return {"index": index, "message": message, "finish_reason": finish_reason, "logprobs": logprobs}


def _deltas(message: Json, words: list[str], logprobs: Json | None) -> Iterator[tuple[Json, Json | None]]:
    if "tool_calls" in message:
        (call,) = message["tool_calls"]
        function = {"name": call["function"]["name"], "arguments": ""}
        first = {"index": 0, "id": call["id"], "type": "function", "function": function}
        yield {"role": "assistant", "content": None, "tool_calls": [first]}, None
        for character in call["function"]["arguments"]:
            yield {"tool_calls": [{"index": 0, "function": {"arguments": character}}]}, None
        return
    pieces = words if message["content"] == "".join(words) else [message["content"]]
    for number, piece in enumerate(pieces):
        role = {"role": "assistant"} if number == 0 else {}
        yield {**role, "content": piece}, {"content": [logprobs["content"][number]]} if logprobs else None


def _demanded_tool(wanted: Json) -> Json | None:
    functions = [tool["function"] for tool in wanted.get("tools") or ()]
    choice = wanted.get("tool_choice")
    if isinstance(choice, dict):
        return next(function for function in functions if function["name"] == choice["function"]["name"])
    return functions[0] if functions and choice == "required" else None


def _tool_call(function: Json) -> Json:
    arguments = json.dumps(_example(function["parameters"]))
    return {
        "id": "call_stand_in",
        "type": "function",
        "function": {"name": function["name"], "arguments": arguments},
    }


def _schema(wanted: Json) -> Json:
    plain = {"type": "object", "properties": {"answer": {"type": "string"}}}
    schema: Json = wanted["response_format"].get("json_schema", {}).get("schema", plain)
    return schema


def _example(schema: Json) -> Any:
    """A value that fits ``schema``, as far as the tests use JSON schema."""
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            return {name: _example(inner) for name, inner in schema["properties"].items()}
        case "array":
            return [_example(schema["items"])]
        case "boolean":
            return True
        case "integer" | "number":
            return 1
    return "something"


def _logprob(word: str) -> Json:
    return {"token": word, "logprob": -0.5, "bytes": list(word.encode()), "top_logprobs": []}
