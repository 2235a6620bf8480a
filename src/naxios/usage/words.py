"""What statuses and reasons of refusals are called on pages."""

from http import HTTPStatus

_STATUSES = {
    200: "answered",
    499: "client left",
    500: "failed inside",
    502: "provider error",
    503: "no provider",
    504: "provider timeout",
}
_REASONS = {
    "tokens_per_day": "Tokens per day used up",
    "requests_per_minute": "Too many requests per minute",
    "tokens_per_minute": "Too many tokens per minute",
    "concurrency": "Too many requests at the same time",
    "key_revoked": "Key revoked",
    "key_expired": "Key expired",
    "account_suspended": "Account suspended",
    "account_held": "Account held for a review",
    "plan_lapsed": "Plan ended",
    "verification_required": "Not verified with Discord",
    "model_not_found": "No such model",
    "model_not_allowed": "Model not allowed by plan or key",
    "unknown_endpoint": "No such endpoint",
    "invalid_request": "Malformed request",
    "invalid_json": "Body is not JSON",
    "body_too_large": "Body too large",
    "body_timeout": "Body took too long to arrive",
    "provider_error": "Provider error",
    "provider_timeout": "Provider timeout",
    "provider_unavailable": "No provider available",
    "metering_unavailable": "Usage could not be recorded",
    "internal_error": "Failed inside Naxios",
}


def of_status(status: int) -> str:
    """``200 answered``, ``502 provider error``; other statuses by their standard names."""
    if status in _STATUSES:
        return f"{status} {_STATUSES[status]}"
    try:
        return f"{status} {HTTPStatus(status).phrase.lower()}"
    except ValueError:
        return str(status)


def tone_of_status(status: int) -> str:
    """How a badge shows ``status``: what a provider or this server failed at is worse than what a client did."""
    return "danger" if status >= 500 else "warn" if status >= 400 else ""


def of_reason(code: str) -> str:
    """What a refusal's code means, in a few words."""
    return _REASONS.get(code, code.replace("_", " ").capitalize())
