"""What can be bought: plans with a price, and packs of tokens."""

from typing import TYPE_CHECKING

from naxios.billing.models import TokenPack
from naxios.billing.providers import Item
from naxios.errors import Refused
from naxios.plans import queries as plans

if TYPE_CHECKING:
    from naxios.plans.models import Plan


def plan_item(plan: "Plan", *, with_trial: bool = False) -> Item:
    """A plan by the month.

    Raises
    ------
    Refused
        It has no price.
    """
    if plan.is_free or plan.price_minor is None:
        raise Refused(f"{plan} is not for sale: it has no price.")
    trial_days = plan.trial_days if with_trial else 0
    return Item(plan.name, str(plan), plan.price_minor, plan.currency, 0, trial_days, plan.stripe_price)


def pack_item(pack: TokenPack) -> Item:
    """A pack of tokens, once."""
    return Item(pack.name, str(pack), pack.price_minor, pack.currency, pack.tokens, 0, pack.stripe_price)


def plans_for_sale() -> "list[Plan]":
    """The plans that can be bought, cheapest first."""
    return [plan for plan in plans.offered_plans() if not plan.is_free and plan.price_minor is not None]


def packs() -> list[TokenPack]:
    """The packs that can be bought, cheapest first."""
    return list(TokenPack.objects.order_by("price_minor", "name"))


def pack_by_name(name: str) -> TokenPack:
    """The pack called ``name``.

    Raises
    ------
    Refused
        There is none.
    """
    pack = TokenPack.objects.filter(name=name).first()
    if pack is None:
        names = ", ".join(TokenPack.objects.order_by("name").values_list("name", flat=True)) or "none"
        raise Refused(f"There is no token pack {name!r}. There are: {names}.")
    return pack
