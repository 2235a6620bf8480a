"""What plans store, declared."""

from naxios.domain.inventory import Category, Declaration, Deletion, Fields, Retention, configuration


def _entitlement(purpose: str) -> Declaration:
    return Declaration(Category.ACCOUNT, purpose, Retention.ACCOUNT_LIFE, True, Deletion.ERASE)


_LIMIT = configuration("a limit of the plan")

MODELS: dict[str, Fields] = {
    "plans.Plan": {
        "id": configuration("names the plan"),
        "name": configuration("what files and commands call it"),
        "display_name": configuration("what pages call it"),
        "tokens_per_day": _LIMIT,
        "requests_per_minute": _LIMIT,
        "tokens_per_minute": _LIMIT,
        "concurrency": _LIMIT,
        "allowed_models": _LIMIT,
        "requires_discord": configuration("whether it is for verified members"),
        "price_minor": configuration("its price"),
        "currency": configuration("its price's currency"),
        "trial_days": configuration("how long a first subscription to it is free"),
        "stripe_price": configuration("which of the operator's prices at Stripe it is sold for"),
        "after_lapse": configuration("what becomes of an account once it has ended"),
    },
    "plans.Entitlement": {
        "id": _entitlement("names the entitlement"),
        "user": _entitlement("whose it is"),
        "plan": _entitlement("which plan it gives"),
        "source": _entitlement("why they have it"),
        "reference": _entitlement("what gave it, so that nothing gives it twice"),
        "starts_at": _entitlement("from when"),
        "ends_at": _entitlement("until when"),
        "priority": _entitlement("which one counts when there are several"),
        "paused_at": _entitlement("since when it does not count"),
        "pause_reason": _entitlement("why it does not count"),
        "note": _entitlement("why staff gave it"),
        "created_at": _entitlement("when it was given"),
        "renews": _entitlement("whether its owner has to be told that it ends"),
        "end_told_at": _entitlement("whether its owner was told that it has ended"),
        "lapse_told_at": _entitlement("whether its owner was told that it ends"),
        "lapse_accepted_at": _entitlement("whether its owner chose the free plan afterwards"),
    },
    "plans.BonusGrant": {
        "id": _entitlement("names the bonus"),
        "user": _entitlement("whose it is"),
        "tokens": _entitlement("how many tokens it gave"),
        "used": _entitlement("how many of them are used"),
        "source": _entitlement("why they have it"),
        "reference": _entitlement("what gave it, so that nothing gives it twice"),
        "created_at": _entitlement("when it was given"),
        "ends_at": _entitlement("until when it can be used"),
        "ended_at": _entitlement("when it was taken back"),
        "note": _entitlement("why staff gave it"),
    },
}
