"""Days of a plan that several codes give are had one after the other, so that none is lost."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from naxios.codes.models import Redemption
from naxios.domain.entitlements import Source
from naxios.plans import queries as plans
from naxios.plans import services as plan_services

if TYPE_CHECKING:
    from naxios.plans.models import Entitlement


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
    end = now
    for redemption, entitlement, ends_at in _days_left(user_id, plan_id, now):
        if entitlement.starts_at > end:
            _move(redemption, entitlement, end, end + (ends_at - entitlement.starts_at))
        end = max(end, entitlement.ends_at or end)


def make_room(*, user_id: int, plan_id: int, resumed: str, now: datetime) -> None:
    """Let days be had after each other again, once those of the redemption ``resumed`` count again after a pause.

    While they stood still, others may have begun: the rest of ``resumed`` comes after those, and days that are yet to
    begin after all of them.
    """
    left = [days for days in _days_left(user_id, plan_id, now) if days[1].paused_at is None]
    begun = [days for days in left if days[1].starts_at <= now]
    end = max([now, *(ends_at for redemption, _, ends_at in begun if redemption.reference != resumed)])
    for redemption, entitlement, ends_at in begun:
        if redemption.reference == resumed:
            end += ends_at - now
            _move(redemption, entitlement, entitlement.starts_at, end)
    for redemption, entitlement, ends_at in left:
        if entitlement.starts_at > now:
            start = max(end, entitlement.starts_at)
            end = start + (ends_at - entitlement.starts_at)
            _move(redemption, entitlement, start, end)


def _days_left(user_id: int, plan_id: int, now: datetime) -> "Iterator[tuple[Redemption, Entitlement, datetime]]":
    """What is not over of an account's codes for a plan, in the order in which it is had, and when each ends."""
    redemptions = Redemption.objects.filter(user_id=user_id, batch__plan_id=plan_id, undone_at=None)
    for redemption in redemptions.order_by("plan_from", "pk"):
        entitlement = plans.by_reference(Source.CODE, redemption.reference)
        if entitlement is None or entitlement.ends_at is None or entitlement.ends_at <= max(now, entitlement.starts_at):
            continue  # over, or taken back otherwise
        yield redemption, entitlement, entitlement.ends_at


def _move(redemption: Redemption, entitlement: "Entitlement", start: datetime, end: datetime) -> None:
    redemption.plan_from, redemption.plan_until = start, end
    redemption.save(update_fields=["plan_from", "plan_until"])
    entitlement.starts_at, entitlement.ends_at = start, end
    plan_services.put_entitlement(
        user=entitlement.user,
        plan=entitlement.plan,
        source=Source.CODE,
        reference=redemption.reference,
        starts_at=start,
        ends_at=end,
    )
