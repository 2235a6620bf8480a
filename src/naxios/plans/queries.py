"""What can be asked of plans."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from django.db.models import F, Sum

from naxios import config
from naxios.domain import clock
from naxios.domain.entitlements import FREE, BonusSource, Decision, Grant, Source, State, decide, loss
from naxios.domain.moments import microseconds, moment
from naxios.errors import Refused
from naxios.plans.models import BonusGrant, Entitlement, Plan


class Entitled(NamedTuple):
    """What an account has now. ``plan`` is the one whose limits are shown: while unverified or lapsed, ``free``."""

    plan: Plan
    decision: Decision


class Lapse(NamedTuple):
    """What has ended or will: of ``plan``, at ``ends_at``. ``after`` is what the account has from then on, with
    ``plan_after``."""

    plan: Plan
    ends_at: datetime
    after: Decision
    plan_after: Plan


def entitled(user_id: int, *, now: int | None = None) -> Entitled:
    """What an account has at ``now`` (microseconds since the epoch; the present moment if left out)."""
    entitlements = list(Entitlement.objects.filter(user_id=user_id).select_related("plan"))
    plans = {entitlement.plan.name: entitlement.plan for entitlement in entitlements}
    free = plans.get(FREE) or Plan.objects.get(name=FREE)
    decision = decide(
        [_grant(entitlement) for entitlement in entitlements],
        clock.now() if now is None else now,
        free_is_open=is_open(free),
    )
    return Entitled(plans[decision.plan] if decision.is_usable and decision.plan != FREE else free, decision)


def loss_by_end(entitlement: Entitlement, now: datetime) -> Lapse | None:
    """What its owner loses once ``entitlement`` has ended, ``None`` if nothing."""
    free = Plan.objects.get(name=FREE)
    grants = [_grant(other) for other in of_user(entitlement.user_id)]
    after = loss(grants, _grant(entitlement), microseconds(now), free_is_open=is_open(free))
    if after is None or entitlement.ends_at is None:
        return None
    plan_after = by_name(after.plan) if after.is_usable else free
    return Lapse(entitlement.plan, entitlement.ends_at, after, plan_after)


def lapsed(user_id: int) -> Lapse | None:
    """The plan whose end an account is refused for; ``None`` if it is not."""
    free, decision = entitled(user_id)
    if decision.state is not State.LAPSED or decision.grant is None or decision.grant.ends_at is None:
        return None
    return Lapse(by_name(decision.plan), moment(decision.grant.ends_at), decision, free)


def plan_of(user_id: int) -> Plan:
    """The plan that an account is on now, or would be on if it were verified or accepted a lapse: ``free``."""
    return entitled(user_id).plan


def is_open(free: Plan) -> bool:
    """Whether everybody has ``free``: unless it is for verified members and Discord is set up."""
    return not (free.requires_discord and config.load().discord_is_configured)


def of_user(user_id: int) -> list[Entitlement]:
    """Every entitlement that an account has or had, newest first, with its plan at hand."""
    return list(Entitlement.objects.filter(user_id=user_id).select_related("plan").order_by("-pk"))


def entitlement(*, user_id: int, number: int) -> Entitlement | None:
    """One entitlement of an account."""
    return Entitlement.objects.filter(pk=number, user_id=user_id).select_related("plan", "user").first()


def bonus_grant(*, user_id: int, number: int) -> BonusGrant | None:
    """One bonus of an account."""
    return BonusGrant.objects.filter(pk=number, user_id=user_id).select_related("user").first()


def by_reference(source: Source, reference: str) -> Entitlement | None:
    """The entitlement that ``reference`` of ``source`` gave."""
    return Entitlement.objects.filter(source=source, reference=reference).select_related("plan", "user").first()


class Bonus(NamedTuple):
    """An account's bonus tokens.

    Attributes
    ----------
    total : those that count: grants in force in full, others only with what was used of them.
    used : those that usage records have taken.
    grants : every grant that the account has or had, newest first.
    changes_at : microseconds since the epoch at which time alone takes some away, ``None`` for never.
    """

    total: int
    used: int
    grants: list[BonusGrant]
    changes_at: int | None

    @property
    def left(self) -> int:
        """How many can still be used."""
        return self.total - self.used

    @property
    def ends_at(self) -> datetime | None:
        """When the first of those that are left end."""
        return None if self.changes_at is None else moment(self.changes_at)


def bonus_of(user_id: int, now: int | None = None) -> Bonus:
    """The bonus tokens of an account at ``now`` (microseconds since the epoch; the present moment if left out)."""
    at = moment(clock.now() if now is None else now)
    grants = list(BonusGrant.objects.filter(user_id=user_id).order_by("-pk"))
    ends = [grant.over_at() for grant in grants if grant.used < grant.tokens]
    return Bonus(
        total=sum(grant.tokens if grant.is_in_force(at) else grant.used for grant in grants),
        used=sum(grant.used for grant in grants),
        grants=grants,
        changes_at=min((microseconds(end) for end in ends if end is not None and end > at), default=None),
    )


def bonus_tokens_drawn(user_ids: Collection[int] | None = None) -> dict[int, int]:
    """Bonus tokens that usage records have taken, of every account that has or had a bonus, or of ``user_ids``."""
    grants = BonusGrant.objects.all()
    if user_ids is not None:
        grants = grants.filter(user_id__in=user_ids)
    return dict(grants.values_list("user_id").annotate(Sum("used")).order_by())


def bonus_by_reference(source: BonusSource, reference: str) -> BonusGrant | None:
    """The bonus that ``reference`` of ``source`` gave."""
    return BonusGrant.objects.filter(source=source, reference=reference).select_related("user").first()


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
    return [plan for plan in all_plans() if plan.is_free or plan.price_minor is not None]


def all_plans() -> list[Plan]:
    """Every plan, cheapest first."""
    return list(Plan.objects.order_by(F("price_minor").asc(nulls_first=True), "name"))


def _grant(entitlement: Entitlement) -> Grant:
    plan = entitlement.plan
    return Grant(
        id=entitlement.pk,
        plan=plan.name,
        source=Source(entitlement.source),
        starts_at=microseconds(entitlement.starts_at),
        ends_at=None if entitlement.ends_at is None else microseconds(entitlement.ends_at),
        priority=entitlement.priority,
        rank=plan.price_minor or 0,
        paused_at=None if entitlement.paused_at is None else microseconds(entitlement.paused_at),
        refuses_after=plan.after_lapse == Plan.AfterLapse.REFUSE and entitlement.lapse_accepted_at is None,
    )
