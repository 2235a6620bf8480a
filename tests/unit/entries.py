"""Usage as the gateway writes it to the journal: complete, plausible and unremarkable unless told otherwise."""

from typing import Any

from naxios.domain.journal import UsageEntry
from naxios.domain.usage import UsageSource

NOON = 1_767_268_800_000_000
"""2026-01-01T12:00:00Z."""


def used(number: int = 1, **fields: Any) -> UsageEntry:
    """A request of account 17 with key 42; ``number`` makes its request id."""
    usual: dict[str, Any] = {
        "request_id": f"req_{number:024x}",
        "account_id": 17,
        "key_id": 42,
        "model": "m",
        "provider": "p",
        "endpoint": "chat.completions",
        "status": 200,
        "error": "",
        "streamed": False,
        "input_tokens": 100,
        "output_tokens": 50,
        "cached_tokens": 10,
        "reasoning_tokens": 5,
        "standard_tokens": 150,
        "usage_source": UsageSource.REPORTED,
        "admitted_at": NOON,
        "duration": 2_000_000,
        "first_byte": 500_000,
        "attempts": 1,
    }
    return UsageEntry(**{**usual, **fields})
