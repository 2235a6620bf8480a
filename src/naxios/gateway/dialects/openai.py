"""OpenAI's chat completions: the request's few fields that the gateway uses, and the usage in plain answers.

The top level of a request is taken apart into raw slices and put together again, so that every value travels to the
provider as the bytes that the client sent. Putting it together also leaves one of each name: a body that says
``model`` twice cannot be limited as one model and served as another.

Source: https://platform.openai.com/docs/api-reference/chat
"""

import re
from typing import Any, TypeVar

import msgspec

from naxios.domain.usage import ReportedUsage
from naxios.gateway.refusal import bad_request

CHAT_PATH = "/chat/completions"

MAX_CHOICES = 128
MAX_OUTPUT_TOKENS = 2**31 - 1
"""More than any model writes; times choices and the largest multiplier it stays within the integers of a double."""
MAX_MODEL_NAME = 200
SMALLEST_ATTACHMENT = 1024
_ATTACHMENT = re.compile(rb"[A-Za-z0-9+/]{%d,}={0,2}" % SMALLEST_ATTACHMENT)
"""A long run of base64: an image, a sound or a file inside the body, which is not text to be counted by size."""

_NULL = b"null"
T = TypeVar("T")
_fields_decoder = msgspec.json.Decoder(dict[str, msgspec.Raw])


class ChatRequest(msgspec.Struct):
    """A chat completion request as far as the gateway looks into it.

    Attributes
    ----------
    fields : every top-level field with its bytes, in the order that the client sent.
    max_output : the most output tokens a choice may have, ``None`` if the client did not say.
    body_bytes, prompt_bytes, attachments : the size of the body, its size without inlined attachments, and how many
        of these there are.
    """

    fields: dict[str, msgspec.Raw]
    model: str
    stream: bool
    wants_usage: bool
    max_output: int | None
    choices: int
    body_bytes: int
    prompt_bytes: int
    attachments: int


def parse_chat_request(body: bytes) -> ChatRequest:
    """Look into ``body``.

    Raises
    ------
    Refusal
        400, naming the field that is at fault.
    """
    try:
        if not body.isascii():
            body.decode()
        fields = _fields_decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise bad_request(f"The body is not a JSON object: {_where(error)}.", code="invalid_json") from None

    model = _field(fields, "model", str, "a string, the name of a model")
    if not model or len(model) > MAX_MODEL_NAME:
        raise bad_request("`model` is missing: name one that GET /v1/models lists.", param="model")
    messages = bytes(fields.get("messages", b"")).lstrip()
    if not messages.startswith(b"[") or messages[1:].lstrip().startswith(b"]"):
        raise bad_request("`messages` has to be a list with at least one message.", param="messages")

    stream = bool(_field(fields, "stream", bool, "true or false"))
    options = _field(fields, "stream_options", dict[str, msgspec.Raw], "an object") or {}
    max_output = None
    for name in ("max_completion_tokens", "max_tokens"):
        limit = _field(fields, name, int, "a whole number of at least 1")
        if limit is not None and not 1 <= limit <= MAX_OUTPUT_TOKENS:
            raise bad_request(f"`{name}` has to be a whole number from 1 to {MAX_OUTPUT_TOKENS}.", param=name)
        if limit is not None:  # providers differ in which of the two they obey: the larger one counts
            max_output = max(limit, max_output or 0)
    choices = _field(fields, "n", int, "a whole number")
    if choices is not None and not 1 <= choices <= MAX_CHOICES:
        raise bad_request(f"`n` has to be between 1 and {MAX_CHOICES}.", param="n")

    prompt_bytes, attachments = _measure(body)
    return ChatRequest(
        fields=fields,
        model=model,
        stream=stream,
        wants_usage=bytes(options.get("include_usage", b"")) == b"true",
        max_output=max_output,
        choices=choices or 1,
        body_bytes=len(body),
        prompt_bytes=prompt_bytes,
        attachments=attachments,
    )


def upstream_body(request: ChatRequest, upstream_model: str) -> bytes:
    """The body for a provider: the client's values as they came, under the provider's name of the model.

    A stream always asks for usage; :class:`naxios.gateway.dialects.openai_stream.ChatStream` keeps it from a client
    that did not.
    """
    replaced: dict[str, Any] = {"model": upstream_model}
    if request.stream and not request.wants_usage:
        options = request.fields.get("stream_options")
        inner = {} if options is None or bytes(options) == _NULL else _fields_decoder.decode(options)
        replaced["stream_options"] = {**inner, "include_usage": True}
    return msgspec.json.encode({**request.fields, **replaced})  # raw values are written as they are


class _PromptDetails(msgspec.Struct):
    cached_tokens: int | None = None


class _CompletionDetails(msgspec.Struct):
    reasoning_tokens: int | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _PromptDetails | None = None
    completion_tokens_details: _CompletionDetails | None = None


class Text(msgspec.Struct):
    """The parts of a message or a delta that are tokens, as raw slices of which only the length is read."""

    content: msgspec.Raw = msgspec.Raw()
    reasoning_content: msgspec.Raw = msgspec.Raw()
    refusal: msgspec.Raw = msgspec.Raw()
    tool_calls: msgspec.Raw = msgspec.Raw()

    def size(self) -> int:
        """Bytes of text in it, JSON quotes not counted."""
        size = _text_size(self.content) if self.content else 0
        for part in (self.reasoning_content, self.refusal, self.tool_calls):
            if part:  # rare, and this runs for every chunk of every stream
                size += _text_size(part)
        return size


class _Choice(msgspec.Struct):
    message: Text | None = None


class _Completion(msgspec.Struct):
    choices: list[_Choice]
    usage: msgspec.Raw = msgspec.Raw()


_completion_decoder = msgspec.json.Decoder(_Completion)
_usage_decoder = msgspec.json.Decoder(_Usage)


def read_completion(body: bytes) -> tuple[ReportedUsage | None, int] | None:
    """Reported usage and bytes of text of a plain answer; ``None`` if ``body`` is not a chat completion."""
    try:
        completion = _completion_decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    size = sum(choice.message.size() for choice in completion.choices if choice.message is not None)
    return read_usage(completion.usage), size


def read_usage(raw: msgspec.Raw) -> ReportedUsage | None:
    """A provider's usage object, or ``None`` if it is missing or its counts are not integers."""
    if not raw or bytes(raw) == _NULL:
        return None
    try:
        usage = _usage_decoder.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    prompt, completion = usage.prompt_tokens_details, usage.completion_tokens_details
    return ReportedUsage(
        usage.prompt_tokens,
        usage.completion_tokens,
        prompt.cached_tokens if prompt else None,
        completion.reasoning_tokens if completion else None,
    )


def _text_size(raw: msgspec.Raw) -> int:
    size = len(memoryview(raw))
    return 0 if size <= 2 or (size == 4 and bytes(raw) == _NULL) else size - 2


def _field(fields: dict[str, msgspec.Raw], name: str, type: type[T], expected: str) -> T | None:
    """The decoded value of ``name``; ``None`` if it is missing or null.

    Raises
    ------
    Refusal
        400: it is of another type.
    """
    raw = fields.get(name)
    if raw is None or bytes(raw) == _NULL:
        return None
    try:
        return msgspec.json.decode(raw, type=type)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise bad_request(f"`{name}` has to be {expected}.", param=name) from None


def _measure(body: bytes) -> tuple[int, int]:
    if len(body) < SMALLEST_ATTACHMENT:
        return len(body), 0
    sizes = [len(match.group()) for match in _ATTACHMENT.finditer(body)]
    return len(body) - sum(sizes), len(sizes)


def _where(error: Exception) -> str:
    """The decoder's complaint without anything of the body: it says where, and never quotes."""
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start} is not UTF-8"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return str(error).rstrip(".")
