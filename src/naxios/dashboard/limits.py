"""What the page of limits shows: each limit of an account and of its keys, what is used and when it is whole again."""

import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from naxios.domain.limits import LimitName, Limits, LimitState, Scope, account_scope, key_scope
from naxios.domain.moments import microseconds, moment
from naxios.keys import listing
from naxios.plans import queries as plans
from naxios.plans.queries import Bonus
from naxios.usage import live

if TYPE_CHECKING:
    from naxios.catalogue.models import Model
    from naxios.keys.models import ApiKey
    from naxios.plans.models import Plan

LABELS = {
    LimitName.TOKENS_PER_DAY: "Standard tokens per day",
    LimitName.REQUESTS_PER_MINUTE: "Requests per minute",
    LimitName.TOKENS_PER_MINUTE: "Standard tokens per minute",
    LimitName.CONCURRENCY: "Requests at the same time",
}
MEANINGS = {
    LimitName.TOKENS_PER_DAY: "Counts the UTC day. A running request holds the most that it may use; what it did not "
    "use comes back when it ends.",
    LimitName.REQUESTS_PER_MINUTE: "Fills up again evenly, not all at once at the full minute.",
    LimitName.TOKENS_PER_MINUTE: "Fills up again evenly. A request takes its prompt and the most output that it may "
    "have; what it did not use comes back when it ends.",
    LimitName.CONCURRENCY: "Counts what runs right now. A request that ends makes room at once.",
}


class Limit(NamedTuple):
    """One limit. ``value`` is ``None`` if there is none, ``used`` if that cannot be known here."""

    name: LimitName
    value: int | None
    used: int | None
    resets_at: datetime | None

    @property
    def label(self) -> str:
        """What it is called."""
        return LABELS[self.name]

    @property
    def meaning(self) -> str:
        """How it counts, in words."""
        return MEANINGS[self.name]

    @property
    def left(self) -> int | None:
        """How much is left of it."""
        return None if self.value is None or self.used is None else self.value - self.used

    @property
    def is_of_the_day(self) -> bool:
        """Whether it starts again at midnight rather than filling up."""
        return self.name is LimitName.TOKENS_PER_DAY


class KeyLimits(NamedTuple):
    """The limits that a key's owner gave it."""

    key: "ApiKey"
    limits: list[Limit]


@dataclass(frozen=True)
class Standing:
    """The page. ``complete`` says whether the present minute is known; ``stamp`` changes with what is shown."""

    stamp: str
    complete: bool
    plan: "Plan"
    bonus: Bonus
    account: list[Limit]
    keys: list[KeyLimits]
    unlimited_keys: "list[ApiKey]"
    models: "list[Model]"
    all_models: bool


def standing(user_id: int, now: datetime) -> Standing:
    """How an account and its working keys stand."""
    plan = plans.plan_of(user_id)
    keys = [listed.key for listed in listing.of_user(user_id) if listed.standing == "active"]
    bonus = plans.bonus_of(user_id, microseconds(now))
    of_account = account_scope(user_id, plan.limits, bonus.total)
    limited = [(key, key_scope(key.pk, key.limits)) for key in keys if key.limits != Limits()]
    known = live.standing((of_account, *(scope for _, scope in limited)), microseconds(now))
    states = {(state.scope, state.name): state for state in known.states}
    figures = [
        *sorted((*place, state.limit, state.remaining) for place, state in states.items()),
        bonus.total,
        bonus.used,
    ]
    shown = zlib.crc32(repr(figures).encode())
    return Standing(
        stamp=f"{shown:08x}",
        complete=known.complete,
        plan=plan,
        bonus=bonus,
        account=_limits(of_account, states, now),
        keys=[
            KeyLimits(key, [limit for limit in _limits(scope, states, now) if limit.value is not None])
            for key, scope in limited
        ],
        unlimited_keys=[key for key in keys if key.limits == Limits()],
        models=listing.models_of_plan(plan),
        all_models="*" in plan.allowed_models,
    )


def _limits(scope: Scope, states: dict[tuple[str, LimitName], LimitState], now: datetime) -> list[Limit]:
    limits = []
    for name in LimitName:
        state = states.get((scope.id, name))
        if state is None:
            limits.append(Limit(name, getattr(scope.limits, name), None, None))
        else:
            resets_at = moment(microseconds(now) + state.reset) if state.reset else None
            limits.append(Limit(name, state.limit, state.limit - state.remaining, resets_at))
    return limits
