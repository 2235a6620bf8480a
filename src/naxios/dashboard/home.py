"""What the start page of an account shows: today, the last two weeks, and for newcomers what comes next."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from naxios.billing import queries as billing
from naxios.discord import queries as discord
from naxios.domain import clock, limits
from naxios.domain.catalogue import ECHO_MODEL
from naxios.domain.moments import microseconds
from naxios.keys import listing
from naxios.keys import queries as keys
from naxios.plans import queries as plans
from naxios.plans.queries import Bonus
from naxios.usage import charts, explore, filters, recent
from naxios.usage import queries as usage
from naxios.usage.charts import Chart
from naxios.usage.explore import NOTHING, Figures
from naxios.usage.periods import DAY, Period, floor
from naxios.usage.shown import ShownRequest, shown

if TYPE_CHECKING:
    from naxios.keys.models import ApiKey
    from naxios.plans.models import Plan

DAYS = 14
MOST_ROWS = 5


class ModelToday(NamedTuple):
    """What one model was used for today."""

    name: str
    figures: Figures


class Steps(NamedTuple):
    """How far a newcomer has come. ``model`` is one for a first request; ``is_verified`` is ``None`` if nobody asks."""

    has_key: bool
    has_request: bool
    model: str
    is_verified: bool | None


@dataclass(frozen=True)
class Home:
    """The page. ``stamp`` is different whenever something on it may be; ``spent`` is the month's money by currency."""

    stamp: str
    plan: "Plan"
    today: Figures
    limit_today: int | None
    left_today: int | None
    bonus: Bonus
    ends_at: datetime
    spent: list[tuple[str, int]]
    chart: Chart
    models: list[ModelToday]
    requests: list[ShownRequest]
    keys: "list[ApiKey]"
    steps: Steps | None


def home(user_id: int, now: datetime, *, with_steps: bool) -> Home:
    """The start page of an account; newcomers see the steps, others if they began ``with_steps``."""
    current = stamp(user_id, now)
    asked = filters.last_days(DAYS, user_id=user_id, now=now)
    report = explore.report(asked)
    midnight = floor(Period.DAY, now)
    models = [ModelToday(group.label, report.cells.get((midnight, group.id), NOTHING)) for group in report.groups]
    models = sorted((model for model in models if model.figures.requests), key=_most_tokens_first)
    today = report.by_step.get(midnight, NOTHING)
    plan, bonus = plans.plan_of(user_id), plans.bonus_of(user_id)
    last_used = keys.last_used(user_id, MOST_ROWS)
    newest = recent.page(asked, size=MOST_ROWS).requests
    is_used = bool(report.total.requests) or explore.has_been_used(user_id)
    return Home(
        stamp=current,
        plan=plan,
        today=today,
        **_allowance(user_id, plan, bonus, today.standard_tokens, now),
        bonus=bonus,
        ends_at=midnight + DAY,
        spent=billing.spent_since(user_id, floor(Period.MONTH, now)),
        chart=charts.totals(report, "days", f"Standard tokens of the last {DAYS} days"),
        models=models[:MOST_ROWS],
        requests=list(shown(newest, explore.key_names(user_id))),
        keys=last_used,
        steps=_steps(user_id, plan, bool(last_used), is_used) if with_steps or not is_used else None,
    )


def stamp(user_id: int, now: datetime) -> str:
    """Cheap to tell, and different whenever the page may be: after a request, a refusal, a bonus, a new key or plan."""
    of_usage = explore.stamp(filters.last_days(1, user_id=user_id, now=now), now)
    bonus, entitled = plans.bonus_of(user_id), plans.entitled(user_id)
    has_now = f"{bonus.total}-{bonus.used}-{entitled.plan.pk}-{entitled.decision.state}"
    return ".".join([of_usage, has_now, *(str(key.pk) for key in keys.last_used(user_id, MOST_ROWS))])


def _allowance(user_id: int, plan: "Plan", bonus: Bonus, used: int, now: datetime) -> dict[str, int | None]:
    """What the day comes to with the bonus, and what is left of it; running requests are not known here."""
    if plan.tokens_per_day is None:
        return {"limit_today": None, "left_today": None}
    bonus_today = usage.bonus_tokens_in_records(clock.day_of(microseconds(now)), [user_id]).get(user_id, 0)
    return {
        "limit_today": limits.limit_of_day(plan.tokens_per_day, bonus_today, bonus.left),
        "left_today": limits.left_of_day(plan.tokens_per_day, used, bonus_today, bonus.left, 0),
    }


def _steps(user_id: int, plan: "Plan", has_key: bool, is_used: bool) -> Steps:
    return Steps(has_key, is_used, _first_model(plan), discord.verification_step(user_id))


def _most_tokens_first(model: ModelToday) -> tuple[int, int, str]:
    return -model.figures.standard_tokens, -model.figures.requests, model.name


def _first_model(plan: "Plan") -> str:
    allowed = listing.models_of_plan(plan)
    real = [model.name for model in allowed if not model.is_demonstration]
    return next(iter(real), ECHO_MODEL)
