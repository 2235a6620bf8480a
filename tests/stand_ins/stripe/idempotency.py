"""Answers kept by idempotency key for a day, so that a request that is sent again does nothing again."""

import json
from dataclasses import dataclass
from typing import Any

from tests.stand_ins.stripe.clock import DAY
from tests.stand_ins.stripe.errors import Refused

LONGEST = 255


@dataclass
class Kept:
    """The first request with a key, and its answer."""

    path: str
    fingerprint: str
    at: int
    status: int
    body: bytes


class Keys:
    """What was answered to which key."""

    def __init__(self) -> None:
        self._kept: dict[str, Kept] = {}

    def recall(self, key: str, path: str, params: dict[str, Any], now: int) -> Kept | None:
        """The answer of the same request before; a different request with the key is refused."""
        if len(key) > LONGEST:
            raise Refused(
                f"Idempotency keys are at most {LONGEST} characters long", type_="idempotency_error", saved=False
            )
        kept = self._kept.get(key)
        if kept is None or kept.at + DAY <= now:
            return None
        if kept.path != path:
            raise Refused(
                f"Keys for idempotent requests can only be used for the same endpoint they were first used for "
                f"('{kept.path}' vs '{path}'). Try using a key other than '{key}' if you meant to execute a different "
                "request.",
                type_="idempotency_error",
                saved=False,
            )
        if kept.fingerprint != _fingerprint(params):
            raise Refused(
                "Keys for idempotent requests can only be used with the same parameters they were first used with. "
                f"Try using a key other than '{key}' if you meant to execute a different request.",
                type_="idempotency_error",
                saved=False,
            )
        return kept

    def keep(self, key: str, path: str, params: dict[str, Any], now: int, status: int, body: bytes) -> None:
        self._kept[key] = Kept(path, _fingerprint(params), now, status, body)


def _fingerprint(params: dict[str, Any]) -> str:
    return json.dumps(params, sort_keys=True)
