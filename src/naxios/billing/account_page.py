"""``/dashboard/billing/`` put together: the plan and why, how much is used, what was paid, and what can be bought."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.auth.base_user import AbstractBaseUser

from naxios.billing import items, queries
from naxios.billing.models import Invoice, TokenPack
from naxios.billing.providers import PaymentProvider
from naxios.billing.providers.truth import SubscriptionState
from naxios.billing.queries import Overview
from naxios.domain import clock, limits
from naxios.domain.entitlements import Decision, Source, State
from naxios.domain.moments import microseconds
from naxios.plans import listing
from naxios.plans import queries as plans
from naxios.plans.listing import ListedEntitlement
from naxios.plans.queries import Bonus, Lapse
from naxios.usage import queries as usage
from naxios.usage.periods import DAY, Period, floor

if TYPE_CHECKING:
    from naxios.plans.models import Plan

MOST_INVOICES = 24


@dataclass(frozen=True)
class Today:
    """How much of the day's tokens is used; ``limit`` with the bonus, ``None`` if there is none."""

    used: int
    limit: int | None
    ends_at: datetime


@dataclass(frozen=True)
class BillingPage:
    """The page.

    Attributes
    ----------
    why : why the account has the plan, in a sentence.
    ends : what the account loses when the present entitlement ends, if it does.
    lapse : what it is refused for, if it is.
    entitlements : those that are not over.
    spent : money of this month by currency, less what was given back.
    """

    plan: "Plan"
    decision: Decision
    why: str
    ends: Lapse | None
    lapse: Lapse | None
    entitlements: list[ListedEntitlement]
    today: Today
    bonus: Bonus
    overview: Overview
    invoices: list[Invoice]
    spent: list[tuple[str, int]]
    providers: list[PaymentProvider]
    plans: "list[Plan]"
    packs: list[TokenPack]

    @property
    def renews(self) -> bool:
        """Whether the account has a subscription that can be changed, and not only be bought again."""
        found = self.overview.subscription
        if found is None or not found.is_live:
            return False
        return any(provider.name == found.customer.provider and provider.renews for provider in self.providers)

    @property
    def is_past_due(self) -> bool:
        """Whether the subscription goes on only if its last payment is made."""
        found = self.overview.subscription
        return found is not None and found.state == SubscriptionState.PAST_DUE

    @property
    def portal(self) -> str:
        """The provider at which one changes how one pays; empty if there is none."""
        names = {provider.name for provider in self.providers if provider.has_portal}
        return next((one.provider for one in self.overview.customers if one.provider in names), "")


def billing_page(user: AbstractBaseUser, now: datetime) -> BillingPage:
    """The page of ``user``."""
    plan, decision = plans.entitled(user.pk, now=microseconds(now))
    bonus = plans.bonus_of(user.pk, microseconds(now))
    overview = queries.overview(user)
    bought = overview.subscription
    listed = [one for one in listing.entitlements(user.pk, decision, now) if not one.is_over]
    counting = next((one.entitlement for one in listed if one.counts), None)
    return BillingPage(
        plan=plan,
        decision=decision,
        why=_why(decision, on_trial=bought is not None and bought.state == SubscriptionState.TRIALING),
        ends=None if counting is None or counting.ends_at is None else plans.loss_by_end(counting, now),
        lapse=plans.lapsed(user.pk),
        entitlements=listed,
        today=_today(user.pk, plan, bonus, now),
        bonus=bonus,
        overview=overview,
        invoices=list(queries.invoices_of(user)[:MOST_INVOICES]),
        spent=queries.spent_since(user.pk, floor(Period.MONTH, now)),
        providers=queries.providers(),
        plans=items.plans_for_sale(),
        packs=queries.packs(),
    )


_WHY = {
    Source.SUBSCRIPTION: "You have bought it.",
    Source.CODE: "You have redeemed a code for it.",
    Source.STAFF: "It was given to you by whoever runs this server.",
}


def _why(decision: Decision, *, on_trial: bool) -> str:
    match decision.state:
        case State.UNVERIFIED:
            return "It is for verified members of the Discord server, and you are not verified yet."
        case State.LAPSED:
            return "Your plan has ended, and requests are refused until you renew it or choose the free one."
        case State.FREE if decision.grant is not None:
            return "You are a verified member of the Discord server."
        case State.FREE:
            return "Everybody who has no other plan is on it."
    if on_trial and decision.grant is not None and decision.grant.source is Source.SUBSCRIPTION:
        return "You are trying it for free."
    return _WHY[decision.grant.source] if decision.grant and decision.grant.source in _WHY else ""


def _today(user_id: int, plan: "Plan", bonus: Bonus, now: datetime) -> Today:
    used = usage.tokens_of_today([f"account:{user_id}"])[f"account:{user_id}"]
    ends_at = floor(Period.DAY, now) + DAY
    if plan.tokens_per_day is None:
        return Today(used, None, ends_at)
    of_bonus = usage.bonus_tokens_in_records(clock.day_of(microseconds(now)), [user_id]).get(user_id, 0)
    return Today(used, limits.limit_of_day(plan.tokens_per_day, of_bonus, bonus.left), ends_at)
