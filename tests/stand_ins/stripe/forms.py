"""What Stripe's libraries send: forms whose keys nest as in ``items[0][price]=price_1``."""

import re
from typing import Any
from urllib.parse import parse_qsl

_PART = re.compile(r"\[([^\[\]]*)\]")


def decode(encoded: str) -> dict[str, Any]:
    """The parameters as nested dictionaries of texts. A list is a dictionary whose keys count from nought."""
    found: dict[str, Any] = {}
    for key, value in parse_qsl(encoded, keep_blank_values=True):
        name, bracket, rest = key.partition("[")
        _put(found, [name, *_PART.findall(bracket + rest)], value)
    return found


def _put(inside: dict[str, Any], parts: list[str], value: str) -> None:
    for part in parts[:-1]:
        part = part or str(len(inside))
        if not isinstance(inside.get(part), dict):
            inside[part] = {}
        inside = inside[part]
    inside[parts[-1] or str(len(inside))] = value
