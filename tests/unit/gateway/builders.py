"""Principals and models as tests need them: complete, unlimited and unremarkable unless told otherwise."""

from typing import Any

from naxios.domain.catalogue import Model
from naxios.domain.limits import Limits
from naxios.domain.principal import Principal, Standing
from naxios.domain.tokens import MILLION


def principal(**fields: Any) -> Principal:
    """An active key of account 17 with id 42, without limits."""
    usual: dict[str, Any] = {
        "key_id": 42,
        "account_id": 17,
        "key_name": "laptop",
        "key_prefix": "nx_12345678",
        "standing": Standing.ACTIVE,
        "plan": "free",
        "plan_limits": Limits(),
        "key_limits": Limits(),
    }
    return Principal(**{**usual, **fields})


def model(**fields: Any) -> Model:
    """A model that counts every token once."""
    usual: dict[str, Any] = {"name": "m", "display_name": "The Model", "multiplier": MILLION, "created": 1_700_000_000}
    return Model(**{**usual, **fields})
