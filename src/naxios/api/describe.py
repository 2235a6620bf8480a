"""Accounts, keys and limits as the management API tells them."""

from typing import TYPE_CHECKING, Any

import msgspec

from naxios.domain import clock
from naxios.domain.limits import account_scope, key_scope
from naxios.domain.moments import moment
from naxios.keys import listing
from naxios.plans import queries as plans
from naxios.usage import live

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
    of_account = account_scope(user_id, plans.plan_of(user_id).limits)
    keys = [listed.key for listed in listing.of_user(user_id) if listed.standing == "active"]
    scopes = (of_account, *(key_scope(key.pk, key.limits) for key in keys))
    now = clock.now()
    known = {(state.scope, state.name): state for state in live.standing(scopes, now).states}
    rows = []
    for scope in scopes:
        for name, value in msgspec.to_builtins(scope.limits).items():
            if value is None:
                continue
            state = known.get((scope.id, name))
            rows.append(
                {
                    "scope": scope.id,
                    "limit": name,
                    "value": value,
                    "used": None if state is None else state.limit - state.remaining,
                    "remaining": None if state is None else state.remaining,
                    "resets_at": None if state is None else moment(now + state.reset),
                }
            )
    return rows
