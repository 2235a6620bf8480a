"""Whatever people buy, redeem, get back and have undone: the entitlements, what the gateway is told, and what a limiter
admits by it agree with a list kept by hand, at every moment from then on.

Everything is done by the services that pages, the bot and commands call. Time is what is looked at, since the services
go by the clock: days lie a quarter of a day away from every end.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from naxios.accounts import services as accounts
from naxios.accounts.models import User
from naxios.billing import services as billing
from naxios.billing.models import Payment
from naxios.codes import queries as code_queries
from naxios.codes import services as codes
from naxios.domain import keys as secrets
from naxios.domain.entitlements import Source
from naxios.domain.moments import microseconds
from naxios.domain.principal import scopes_of
from naxios.gateway.limits import Admitted
from naxios.gateway.limits.memory import MemoryLimiter
from naxios.keys import queries as keys
from naxios.keys import services as key_services
from naxios.plans import queries, services
from tests.unit.codes.making import one

pytestmark = pytest.mark.usefixtures("manual")

PER_DAY = {"free": 300, "pro": 5_000, "max": 20_000}
RANKS = {"pro": 1_500, "max": 5_000}
LOOKS = (0.25, 4.25, 11.25, 19.25, 29.25, 30.25, 44.25, 59.25, 61.25, 95.25, 200.25)
MONTH = 30
PACK = 1_000_000

_plans = st.sampled_from(sorted(RANKS))
_which = st.integers(0, 4)
_comes = st.one_of(
    st.tuples(st.just("redeem"), _plans, st.sampled_from([1, 5, 12, 30]), st.sampled_from([0, 700])),
    st.tuples(st.just("pay")),
    st.tuples(st.just("buy_tokens")),
    st.tuples(st.just("grant"), _plans, st.sampled_from([3, 20])),
)
_goes = st.one_of(
    st.tuples(st.just("undo"), _which),
    st.tuples(st.just("refund"), _which),
    st.tuples(st.just("refund_a_part"), _which),
    st.tuples(st.just("end"), _which),
)
# Much comes before something goes, so that there is something that can.
_histories = st.tuples(
    st.lists(_comes, min_size=4, max_size=7), st.lists(_goes, min_size=2, max_size=4), st.lists(_comes, max_size=2)
).map(lambda parts: [step for part in parts for step in part])


@dataclass
class Given:
    """Days of a plan from ``start`` on, tokens, or both; in days from the beginning."""

    number: str
    source: Source
    plan: str = ""
    days: int = 0
    start: int = 0
    tokens: int = 0
    counts: bool = True


@dataclass
class History:
    """An account, and the list kept by hand."""

    user: User
    digest: bytes
    listed: list[Given] = field(default_factory=list)

    def redeem(self, plan: str, days: int, tokens: int) -> None:
        terms = {"plan_name": plan, "days": days, **({"tokens": tokens} if tokens else {})}
        redeemed = codes.redeem(user=self.user, code=one(**terms))
        self.listed.append(Given(str(redeemed.number), Source.CODE, plan, days, tokens=tokens))
        self._queue()

    def undo(self, which: int) -> None:
        if (found := self._pick(which, Source.CODE)) is not None:
            redemption = code_queries.redemption(int(found.number))
            assert redemption is not None
            for _ in range(2):
                codes.undo_redemption(redemption=redemption, actor=None, why="a test")
            found.counts = False
            self._queue()

    def pay(self) -> None:
        checkout = billing.start_for_plan(user=self.user, plan_name="pro", provider_name="manual", anyway=True)
        mine = [other for other in self.listed if other.source is Source.SUBSCRIPTION and other.days and other.counts]
        self._paid(checkout.reference)
        start = max([0, *(other.start + other.days for other in mine)])
        self.listed.append(Given(checkout.reference, Source.SUBSCRIPTION, "pro", MONTH, start))

    def buy_tokens(self) -> None:
        checkout = billing.start_for_pack(user=self.user, pack_name="million", provider_name="manual")
        self._paid(checkout.reference)
        self.listed.append(Given(checkout.reference, Source.SUBSCRIPTION, tokens=PACK))

    def refund(self, which: int) -> None:
        if (found := self._pick(which, Source.SUBSCRIPTION)) is not None:
            billing.refund(payment=Payment.objects.get(reference=found.number), actor=None)
            found.counts = False

    def refund_a_part(self, which: int) -> None:
        if (found := self._pick(which, Source.SUBSCRIPTION)) is not None:
            billing.refund(payment=Payment.objects.get(reference=found.number), amount_minor=1, actor=None)

    def grant(self, plan: str, days: int) -> None:
        ends_at = timezone.now() + timedelta(days=days)
        entitlement = services.grant(user=self.user, plan=queries.by_name(plan), ends_at=ends_at)
        self.listed.append(Given(str(entitlement.pk), Source.STAFF, plan, days))

    def end(self, which: int) -> None:
        if (found := self._pick(which, Source.STAFF)) is not None:
            entitlement = queries.entitlement(user_id=self.user.pk, number=int(found.number))
            assert entitlement is not None
            services.end(entitlement=entitlement)
            found.counts = False

    def agree(self) -> None:
        began = timezone.now()
        for days in LOOKS:
            now = microseconds(began + timedelta(days=days))
            plan, tokens = self._plan(days), sum(each.tokens for each in self.listed if each.counts)
            principal = keys.principal(self.digest, now=now)
            assert principal is not None
            assert queries.entitled(self.user.pk, now=now).plan.name == plan, (days, self.listed)
            assert (principal.plan, principal.plan_limits.tokens_per_day) == (plan, PER_DAY[plan])
            assert principal.bonus_tokens == tokens
            limiter, scopes, room = MemoryLimiter(), scopes_of(principal), PER_DAY[plan] + tokens
            assert not isinstance(asyncio.run(limiter.admit(scopes, room + 1, now)), Admitted)
            assert isinstance(asyncio.run(limiter.admit(scopes, room, now)), Admitted)

    def _plan(self, day: float) -> str:
        """By hand: what staff gave goes before what was bought, then the dearest."""
        now = [each for each in self.listed if each.counts and each.plan and each.start <= day < each.start + each.days]
        of_staff = [each for each in now if each.source is Source.STAFF]
        return max((each.plan for each in of_staff or now), key=RANKS.__getitem__, default="free")

    def _queue(self) -> None:
        """Days of codes for a plan are had one after the other."""
        ends = dict.fromkeys(RANKS, 0)
        for each in self.listed:
            if each.source is Source.CODE and each.counts:
                each.start = ends[each.plan]
                ends[each.plan] += each.days

    def _paid(self, number: str) -> None:
        for _ in range(2):  # staff click twice
            billing.mark_paid(number=number, actor=None)

    def _pick(self, which: int, source: Source) -> Given | None:
        found = [each for each in self.listed if each.source is source and each.counts]
        return found[which % len(found)] if found else None


_people = count(1)


@pytest.fixture
def _limits(manual: None) -> None:
    for name, tokens in PER_DAY.items():
        others = dict.fromkeys(("requests_per_minute", "tokens_per_minute", "concurrency"))
        price = {"price_minor": RANKS[name], "currency": "usd"} if name in RANKS else {"requires_discord": False}
        services.put(name=name, fields={"tokens_per_day": tokens, **others, **price})
    billing.put_pack(name="million", fields={"expires_days": None})


@pytest.mark.usefixtures("_limits")
@settings(
    max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
@given(_histories)
def test_payments_refunds_codes_and_grants_come_to_what_the_gateway_goes_by(steps: list[tuple[object, ...]]) -> None:
    user = accounts.create_user(email=f"buyer-{next(_people)}@example.com", is_verified=True)
    _, secret = key_services.create(user=user, name="laptop")
    history = History(user, secrets.digest(secret))

    for act, *arguments in steps:
        getattr(history, str(act))(*arguments)
    history.agree()
