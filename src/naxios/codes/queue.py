"""Days of a plan that several codes give are had one after the other, so that none is lost."""

from datetime import datetime

from naxios.codes.models import Redemption
from naxios.domain.entitlements import Source
from naxios.plans import queries as plans
from naxios.plans import services as plan_services


def start(*, user_id: int, plan_id: int, now: datetime) -> datetime:
    """When the days of another code for the plan begin: where those of its other codes end, or now."""
    ends = [
        entitlement.ends_at
        for entitlement in plans.of_user(user_id)
        if entitlement.source == Source.CODE and entitlement.plan_id == plan_id
        if entitlement.ends_at is not None and entitlement.ends_at > entitlement.starts_at  # else taken back unused
    ]
    return max([now, *ends])


def close_gap(*, user_id: int, plan_id: int, now: datetime) -> None:
    """Let days that were to begin later begin sooner, once those before them are taken back."""
    redemptions = Redemption.objects.filter(user_id=user_id, batch__plan_id=plan_id, undone_at=None)
    end = now
    for redemption in redemptions.order_by("plan_from", "pk"):
        entitlement = plans.by_reference(Source.CODE, redemption.reference)
        if entitlement is None or entitlement.ends_at is None or entitlement.ends_at <= max(now, entitlement.starts_at):
            continue  # over, or taken back otherwise
        if entitlement.starts_at > end:
            length = entitlement.ends_at - entitlement.starts_at
            redemption.plan_from, redemption.plan_until = end, end + length
            redemption.save(update_fields=["plan_from", "plan_until"])
            entitlement = plan_services.put_entitlement(
                user=entitlement.user,
                plan=entitlement.plan,
                source=Source.CODE,
                reference=redemption.reference,
                starts_at=end,
                ends_at=end + length,
            )
        end = max(end, entitlement.ends_at or end)
