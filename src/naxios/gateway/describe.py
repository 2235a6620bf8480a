"""Answers about models and keys: ``/v1/models``, ``/v1/models/{id}`` and ``/v1/key``."""

from typing import Any

import msgspec

from naxios.domain import clock, limits
from naxios.domain.catalogue import Model
from naxios.domain.principal import Principal
from naxios.domain.tokens import format_multiplier
from naxios.gateway.limits import LimitState


def model_list(models: list[Model]) -> bytes:
    """One body that OpenAI's and Anthropic's SDKs both read."""
    data = [_model(model) for model in sorted(models, key=lambda model: model.name)]
    ends = {"first_id": data[0]["id"], "last_id": data[-1]["id"]} if data else {"first_id": None, "last_id": None}
    return msgspec.json.encode({"object": "list", "data": data, "has_more": False, **ends})


def model(described: Model) -> bytes:
    """One model."""
    return msgspec.json.encode(_model(described))


def key(principal: Principal, standing: list[LimitState], bonus_used: int, now: int) -> bytes:
    """A key's name, plan and limits: what is used, what remains, when it resets; and its account's bonus tokens."""
    granted = principal.bonus_tokens
    expires_at = None if principal.expires_at is None else clock.format_instant(principal.expires_at)
    return msgspec.json.encode(
        {
            "object": "key",
            "name": principal.key_name,
            "prefix": principal.key_prefix,
            "plan": principal.plan,
            "expires_at": expires_at,
            "models": {"plan": principal.plan_models, "key": principal.key_models},
            "limits": [_limit(state, now) for state in standing],
            "bonus": {"granted": granted, "used": bonus_used, "remaining": limits.bonus_left(granted, bonus_used)},
        }
    )


def _model(described: Model) -> dict[str, Any]:
    return {
        "id": described.name,
        "object": "model",
        "type": "model",
        "created": described.created,
        "created_at": clock.format_instant(described.created * clock.SECOND),
        "owned_by": "naxios" if described.demonstration else "provider",
        "display_name": described.display_name or described.name,
        "lifecycle": "active",  # Anthropic's SDK types it as always there
        "context_tokens": described.context_tokens,
        "max_output_tokens": described.max_output_tokens,
        "multiplier": format_multiplier(described.multiplier),
        "demonstration": described.demonstration,
    }


def _limit(state: LimitState, now: int) -> dict[str, Any]:
    return {
        "limit": state.name,
        "scope": state.scope.partition(":")[0],
        "value": state.limit,
        "used": state.limit - state.remaining,
        "remaining": state.remaining,
        "reset": clock.format_duration(state.reset),
        "resets_at": clock.format_instant(now + state.reset + clock.SECOND - 1),  # rounded up, like every wait
    }
