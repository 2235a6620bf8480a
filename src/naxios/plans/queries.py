"""What can be asked of plans."""

from django.db.models import F

from naxios.domain import clock
from naxios.domain.entitlements import Grant, plan_at
from naxios.domain.moments import microseconds
from naxios.errors import Refused
from naxios.plans.models import Entitlement, Plan

FREE = "free"


def plan_of(user_id: int) -> Plan:
    """The plan that an account is on now."""
    entitlements = Entitlement.objects.filter(user_id=user_id).select_related("plan")
    grants = [
        Grant(
            entitlement.plan.name,
            microseconds(entitlement.starts_at),
            microseconds(entitlement.ends_at) if entitlement.ends_at else None,
        )
        for entitlement in entitlements
    ]
    return Plan.objects.get(name=plan_at(grants, clock.now()))


def by_name(name: str) -> Plan:
    """The plan called ``name``.

    Raises
    ------
    Refused
        There is none.
    """
    plan = Plan.objects.filter(name=name).first()
    if plan is None:
        names = ", ".join(Plan.objects.order_by("name").values_list("name", flat=True))
        raise Refused(f"There is no plan {name!r}. There are: {names}.")
    return plan


def offered_plans() -> list[Plan]:
    """Plans that anybody can have: the free one and those with a price, cheapest first."""
    return [plan for plan in all_plans() if plan.name == FREE or plan.price_minor is not None]


def all_plans() -> list[Plan]:
    """Every plan, cheapest first."""
    return list(Plan.objects.order_by(F("price_minor").asc(nulls_first=True), "name"))
