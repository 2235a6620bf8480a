"""The page of revenue put together: what was earned, from whom it goes on coming, and what went wrong. For staff.

Subscriptions are counted by the plan and the price that they have now, or had at their end: what they had before a
change is not kept.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db.models import Q, Sum

from naxios.billing import earnings, events
from naxios.billing.earnings import Earned, Kind
from naxios.billing.models import Invoice, Payment, Subscription
from naxios.billing.providers.manual.models import ManualInvoice
from naxios.billing.providers.truth import InvoiceState, PaymentState, SubscriptionState
from naxios.usage.charts import Chart, Row, step_label
from naxios.usage.periods import Period, Window, floor

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SHOWN_PLANS = 5
ROWS = 50
NOTHING = "Nothing in this time"


class Event(NamedTuple):
    """Money that went back: when, of which payment, how much, and whether a bank took it."""

    at: datetime
    payment: Payment
    amount_minor: int
    is_dispute: bool


@dataclass(frozen=True)
class CurrencyRevenue:
    """Everything in one currency, in minor units. ``monthly`` is what subscriptions that are paid bring in a month."""

    currency: str
    earned: int
    given_back: int
    received: int
    monthly: int
    chart: Chart
    monthly_chart: Chart


@dataclass(frozen=True)
class Movement:
    """How many subscriptions there are, and how many came, went and could not be collected in the time."""

    active: int
    on_trial: int
    past_due: int
    new: int
    ended: int
    failed: int


@dataclass(frozen=True)
class RevenuePage:
    """The page. ``waiting`` and ``failed_events`` are things for staff to do."""

    window: Window
    currencies: list[CurrencyRevenue]
    movement: Movement
    plans: Chart
    went_back: list[Event]
    waiting: int
    failed_events: int


def revenue_page(window: Window, now: datetime) -> RevenuePage:
    """Revenue and subscriptions of ``window``."""
    found = earnings.by_day(window.start, window.end)
    subscriptions = list(Subscription.objects.exclude(state=SubscriptionState.INCOMPLETE).select_related("plan"))
    received = _received(window)
    names = {one.currency for one in found} | {one.currency for one in subscriptions} | received.keys()
    return RevenuePage(
        window=window,
        currencies=[
            _of_currency(name, found, subscriptions, received.get(name, 0), window, now) for name in sorted(names)
        ],
        movement=_movement(subscriptions, window, now),
        plans=_plans(subscriptions, window, now),
        went_back=_went_back(window),
        waiting=ManualInvoice.objects.filter(state=ManualInvoice.State.OPEN).count(),
        failed_events=len(events.failed()),
    )


def _of_currency(
    currency: str,
    found: list[Earned],
    subscriptions: list[Subscription],
    received: int,
    window: Window,
    now: datetime,
) -> CurrencyRevenue:
    mine = [one for one in found if one.currency == currency]
    steps: dict[tuple[datetime, Kind], int] = defaultdict(int)
    for one in mine:
        steps[floor(window.by, EPOCH + timedelta(days=one.day)), one.kind] += one.amount_minor
    rows = [
        Row(
            step, step_label(step, window.by), tuple(steps[step, kind] * 100 for kind in (Kind.SUBSCRIPTION, Kind.ONCE))
        )
        for step in window.steps
    ]
    paying = [one for one in subscriptions if one.currency == currency]
    monthly = [
        Row(step, step_label(step, window.by), (_monthly(paying, _end_of(step, window.by, now)) * 100,))
        for step in window.steps
    ]
    return CurrencyRevenue(
        currency=currency,
        earned=sum(one.amount_minor for one in mine if one.kind is not Kind.GIVEN_BACK),
        given_back=-sum(one.amount_minor for one in mine if one.kind is Kind.GIVEN_BACK),
        received=received,
        monthly=_monthly(paying, now),
        chart=_chart(f"earned-{currency}", "Revenue", "bars", ("Subscriptions", "Token packs"), rows, currency),
        monthly_chart=_chart(
            f"monthly-{currency}", "Monthly, from subscriptions", "lines", ("A month",), monthly, currency
        ),
    )


def _chart(id: str, title: str, kind: str, series: tuple[str, ...], rows: list[Row], currency: str) -> Chart:
    title = f"{title}, {currency.upper()}"
    return Chart(id, title, kind, "", series, rows, legend=len(series) > 1, currency=currency, empty=NOTHING)


def _plans(subscriptions: list[Subscription], window: Window, now: datetime) -> Chart:
    """How many subscriptions each plan had at the end of each step."""
    counted = Counter(_plan_of(one) for one in subscriptions if any(_is_active(one, at) for at in _ends(window, now)))
    names = [name for name, _ in counted.most_common(SHOWN_PLANS)]
    others = [name for name in counted if name not in names]
    groups = [{name} for name in names] + ([set(others)] if others else [])
    labels = names + ([f"{len(others)} others"] if others else [])
    rows = []
    for step in window.steps:
        at = _end_of(step, window.by, now)
        active = Counter(_plan_of(one) for one in subscriptions if _is_active(one, at))
        rows.append(Row(step, step_label(step, window.by), tuple(sum(active[n] for n in group) for group in groups)))
    if not groups:
        labels, rows = ["Subscriptions"], [Row(row.start, row.label, (0,)) for row in rows]
    return Chart("plans", "Active subscriptions by plan", "bars", "", tuple(labels), rows, empty="No subscription yet")


def _movement(subscriptions: list[Subscription], window: Window, now: datetime) -> Movement:
    active = [one for one in subscriptions if _is_active(one, now)]
    states = Counter(one.state for one in active)
    return Movement(
        active=len(active),
        on_trial=states[SubscriptionState.TRIALING],
        past_due=states[SubscriptionState.PAST_DUE] + states[SubscriptionState.UNPAID],
        new=sum(window.start <= one.started_at < window.end for one in subscriptions),
        ended=sum(one.ended_at is not None and window.start <= one.ended_at < window.end for one in subscriptions),
        failed=Invoice.objects.filter(
            attempts__gt=0, state__in=(InvoiceState.OPEN, InvoiceState.UNCOLLECTIBLE), issued_at__gte=window.start
        ).count(),
    )


def _received(window: Window) -> dict[str, int]:
    """The money that came, with its taxes, by currency."""
    came = Payment.objects.filter(state=PaymentState.SUCCEEDED, at__gte=window.start, at__lt=window.end)
    return dict(came.values_list("currency").annotate(Sum("amount_minor")).order_by("currency"))


def _went_back(window: Window) -> list[Event]:
    lately = Q(refunded_at__gte=window.start, refunded_at__lt=window.end)
    lately |= Q(disputed_at__gte=window.start, disputed_at__lt=window.end)
    payments = Payment.objects.filter(lately).select_related("customer__user", "invoice__subscription__plan")
    found = [
        Event(at, payment, amount, is_dispute=at == payment.disputed_at)
        for payment in payments
        for at, amount in earnings.went_back(payment)
    ]
    return sorted(found, key=lambda event: event.at, reverse=True)[:ROWS]


def _monthly(subscriptions: Iterable[Subscription], at: datetime) -> int:
    paying = (one for one in subscriptions if _is_active(one, at) and (one.trial_end is None or one.trial_end <= at))
    return sum(one.price_minor for one in paying)


def _is_active(subscription: Subscription, at: datetime) -> bool:
    return subscription.started_at <= at and (subscription.ended_at is None or subscription.ended_at > at)


def _plan_of(subscription: Subscription) -> str:
    return str(subscription.plan or "another plan")


def _ends(window: Window, now: datetime) -> list[datetime]:
    return [_end_of(step, window.by, now) for step in window.steps]


def _end_of(step: datetime, by: Period, now: datetime) -> datetime:
    """The end of a step, or the present moment if it is not over."""
    following = floor(by, step + timedelta(days=32)) if by is Period.MONTH else step + timedelta(days=1)
    return min(following, now)
