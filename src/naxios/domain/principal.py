"""Who a request acts for: a key, its account and the plan that the account is on."""

from enum import StrEnum

import msgspec

from naxios.domain.catalogue import is_allowed
from naxios.domain.limits import Limits, Scopes, account_scope, key_scope


class Standing(StrEnum):
    """Whether a key may be used; everything but ``ACTIVE`` is a refusal with that reason."""

    ACTIVE = "active"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    HELD = "held"
    LAPSED = "lapsed"
    UNVERIFIED = "unverified"


class Principal(msgspec.Struct, frozen=True):
    """One key as the gateway sees it.

    Attributes
    ----------
    expires_at : microseconds since the epoch after which the key is refused, ``None`` for never. A rotated key
        expires when its grace time ends.
    changes_at : microseconds since the epoch at which time alone may give the account another plan, ``None`` for never.
    bonus_tokens : the account's bonus tokens of all time; of those that are over, only what was used.
    why : for a standing that is not active, what a person is told besides: what happened and what to do.
    plan_models, key_models : patterns of allowed models; a model must match both.
    """

    key_id: int
    account_id: int
    key_name: str
    key_prefix: str
    standing: Standing
    plan: str
    plan_limits: Limits
    key_limits: Limits
    plan_models: tuple[str, ...] = ("*",)
    key_models: tuple[str, ...] = ("*",)
    expires_at: int | None = None
    changes_at: int | None = None
    bonus_tokens: int = 0
    why: str = ""

    def may_use(self, model: str) -> bool:
        """Whether both the plan and the key allow ``model``."""
        return is_allowed(model, self.plan_models) and is_allowed(model, self.key_models)

    def has_expired(self, now: int) -> bool:
        """Whether the key's end, if it has one, is at or before ``now``."""
        return self.expires_at is not None and self.expires_at <= now


def scopes_of(principal: Principal) -> Scopes:
    """The account under its plan's limits and with its bonus, and the key under its own limits."""
    return (
        account_scope(principal.account_id, principal.plan_limits, principal.bonus_tokens),
        key_scope(principal.key_id, principal.key_limits),
    )
