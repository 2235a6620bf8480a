"""Plans end with a notice before and one after, each once."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from naxios import config
from naxios.accounts import events, notices
from naxios.domain.entitlements import State
from naxios.plans.models import Entitlement
from naxios.plans.queries import Lapse, loss_by_end
from naxios.plans.words import where_to_renew

_TOLD_ELSEWHERE = [Entitlement.Source.FREE_TIER, Entitlement.Source.SUBSCRIPTION]
"""Of the end of these, those parts tell that know why."""


def tell_what_ends(*, now: datetime | None = None) -> int:
    """Mail those whose plan ends within ``NAXIOS_LAPSE_NOTICE_DAYS``; returns how many. Renewals are not told of."""
    now, days = now or timezone.now(), config.load().lapse_notice_days
    ending = Entitlement.objects.filter(
        ends_at__gt=now, ends_at__lte=now + timedelta(days=days), lapse_told_at=None, paused_at=None, renews=False
    ).exclude(source=Entitlement.Source.FREE_TIER)
    # What was given for little longer than the notice is told once it is half over, not at once.
    due = [entitlement for entitlement in _with_owners(ending) if now >= _half_of(entitlement)]
    return sum(_tell(entitlement, "plan_ends", now) for entitlement in due)


def tell_what_has_ended(*, now: datetime | None = None) -> int:
    """Mail those whose plan has ended by time, and record it for them; returns how many."""
    now = now or timezone.now()
    ended = Entitlement.objects.filter(ends_at__lte=now, end_told_at=None, paused_at=None)
    return sum(
        _tell(entitlement, "plan_ended", now) for entitlement in _with_owners(ended.exclude(source__in=_TOLD_ELSEWHERE))
    )


def tell_ended_by_staff(*, entitlement: Entitlement, note: str) -> None:
    """Tell the owner of ``entitlement`` that staff have ended it, as part of the present transaction."""
    events.record(user=entitlement.user, kind=events.Kind.PLAN_ENDED, detail=_detail(entitlement))
    lapse = loss_by_end(entitlement, timezone.now())
    if lapse is not None:
        notices.send(user=entitlement.user, notice="plan_ended", context=_context(lapse, note))


@transaction.atomic
def _tell(entitlement: Entitlement, notice: str, now: datetime) -> bool:
    field = {"plan_ends": "lapse_told_at", "plan_ended": "end_told_at"}[notice]
    lapse = loss_by_end(entitlement, now)
    if lapse is None and notice == "plan_ends":
        return False  # looked at again next time: what it does not matter for may end sooner
    told = Entitlement.objects.filter(pk=entitlement.pk, ends_at=entitlement.ends_at, **{field: None})
    if not told.update(**{field: now}) or lapse is None:
        return False
    if notice == "plan_ended":
        events.record(user=entitlement.user, kind=events.Kind.PLAN_ENDED, detail=_detail(entitlement))
    notices.send(user=entitlement.user, notice=notice, context=_context(lapse))
    return True


def _context(lapse: Lapse, note: str = "") -> dict[str, object]:
    return {
        "plan": lapse.plan,
        "ends_at": lapse.ends_at,
        "plan_after": lapse.plan_after,
        "is_refused": lapse.after.state is State.LAPSED,
        "is_unverified": lapse.after.state is State.UNVERIFIED,
        "where": where_to_renew(),
        "note": note,
    }


def _detail(entitlement: Entitlement) -> str:
    return f"{entitlement.plan} ({entitlement.get_source_display().lower()})"


def _half_of(entitlement: Entitlement) -> datetime:
    assert entitlement.ends_at is not None  # noqa: S101
    return entitlement.starts_at + (entitlement.ends_at - entitlement.starts_at) / 2


def _with_owners(entitlements: "QuerySet[Entitlement]") -> "QuerySet[Entitlement]":
    return entitlements.select_related("plan", "user").order_by("pk")
