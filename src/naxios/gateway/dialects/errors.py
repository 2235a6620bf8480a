"""Refusals as each vendor's SDK expects them. Source: wire.md's measurements of the official SDKs."""

import msgspec

from naxios.gateway.refusal import Headers, Refusal

_OPENAI_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
    503: "overloaded_error",
    504: "timeout_error",
}
_ANTHROPIC_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    503: "overloaded_error",
    504: "timeout_error",
}


def error_body(refusal: Refusal, request_id: str, headers: Headers) -> bytes:
    """The JSON of ``refusal`` in the dialect of whoever sent ``headers``: Anthropic's SDKs name their version."""
    if any(name == b"anthropic-version" for name, _ in headers):
        kind = _ANTHROPIC_TYPES.get(refusal.status, _fallback(refusal.status))
        return msgspec.json.encode(
            {"type": "error", "error": {"type": kind, "message": refusal.message}, "request_id": request_id}
        )
    return msgspec.json.encode({"error": openai_error(refusal)})


def openai_error(refusal: Refusal) -> dict[str, str | None]:
    """The object behind ``error`` in OpenAI's dialect."""
    return {
        "message": refusal.message,
        "type": _OPENAI_TYPES.get(refusal.status, _fallback(refusal.status)),
        "param": refusal.param,
        "code": refusal.code,
    }


def _fallback(status: int) -> str:
    return "invalid_request_error" if status < 500 else "api_error"
