"""Accounts, keys and limits as the management API tells them."""

from typing import TYPE_CHECKING, Any

import msgspec
from django.utils import timezone

from naxios.dashboard import limits
from naxios.keys import listing
from naxios.plans import queries as plans

if TYPE_CHECKING:
    from naxios.accounts.models import User
    from naxios.keys.models import ApiKey


def account(user: "User") -> dict[str, Any]:
    """An account with its plan's limits."""
    plan = plans.plan_of(user.pk)
    return {
        "id": user.pk,
        "email": user.email,
        "name": user.name,
        "plan": plan.name,
        "limits": msgspec.to_builtins(plan.limits),
        "created_at": user.created_at,
    }


def key(described: "ApiKey") -> dict[str, Any]:
    """A key without its secret."""
    return {
        "id": described.pk,
        "name": described.name,
        "prefix": listing.secrets_of(described)[0].prefix,
        "standing": listing.standing(described),
        "tags": described.tags,
        "limits": msgspec.to_builtins(described.limits),
        "models": described.allowed_models,
        "created_at": described.created_at,
        "expires_at": described.expires_at,
        "last_used_at": described.last_used_at,
    }


def limit_states(user_id: int) -> list[dict[str, Any]]:
    """Each limit of the account and of its working keys, with what is used of it now."""
    standing = limits.standing(user_id, timezone.now())
    of_scopes = [(f"account:{user_id}", standing.account)]
    of_scopes += [(f"key:{limited.key.pk}", limited.limits) for limited in standing.keys]
    return [
        {
            "scope": scope,
            "limit": limit.name,
            "value": limit.value,
            "used": limit.used,
            "remaining": limit.left,
            "resets_at": limit.resets_at,
        }
        for scope, of_scope in of_scopes
        for limit in of_scope
        if limit.value is not None
    ]
