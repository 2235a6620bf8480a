"""Whatever happens to an account's plans and bonus, everybody who tells what it has tells the same.

Histories of grants, payments, refunds, codes, pauses, lapses accepted, requests and clock steps are played by the
services. After each step, the pure function over what was meant to be there, the stored state, the principal that the
gateway gets, and what a limiter admits by it have to agree. The meant state is kept with plain lists, as one would with
a pencil.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from naxios.accounts import services as accounts
from naxios.accounts.models import User
from naxios.domain import clock
from naxios.domain import keys as secrets
from naxios.domain.entitlements import PRIORITIES, BonusSource, Decision, Grant, Source, State, decide
from naxios.domain.limits import LimitName
from naxios.domain.moments import microseconds
from naxios.domain.principal import Principal, Standing, scopes_of
from naxios.gateway.limits import Admitted
from naxios.gateway.limits.memory import MemoryLimiter
from naxios.keys import queries as keys
from naxios.keys import services as key_services
from naxios.plans import queries, services
from naxios.plans.models import BonusGrant, Entitlement
from naxios.usage import services as usage
from tests.unit.entries import used

pytestmark = pytest.mark.usefixtures("database")

BEGIN = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
PRICES = {"small": 500, "large": 2_000, "strict": 1_000}
PER_DAY = {"free": 300, "small": 1_000, "large": 5_000, "strict": 2_000}
STANDINGS = {State.LAPSED: Standing.LAPSED, State.UNVERIFIED: Standing.UNVERIFIED}

_plans = st.sampled_from(sorted(PRICES))
_days = st.one_of(st.none(), st.integers(1, 20))
_which = st.integers(0, 5)
_steps = st.one_of(
    st.tuples(st.just("grant"), _plans, _days, st.sampled_from([Source.STAFF, Source.CODE])),
    st.tuples(st.just("pay"), st.integers(0, 2), _plans, st.integers(1, 20)),
    st.tuples(st.just("refund"), st.integers(0, 2)),
    st.tuples(st.just("end"), _which),
    st.tuples(st.just("pause"), _which),
    st.tuples(st.just("rest"), _which, st.integers(1, 48)),
    st.tuples(st.just("resume"), _which),
    st.tuples(st.just("accept")),
    st.tuples(st.just("bonus"), st.sampled_from([1, 700, 2_000, 9_000]), _days),
    st.tuples(st.just("take back"), _which),
    st.tuples(st.just("use"), st.sampled_from([1, 100, 300]), st.sampled_from([50, 400, 6_000])),
    st.tuples(st.just("use"), st.sampled_from([1_000, 3_000]), st.sampled_from([900, 3_000, 6_000])),
    st.tuples(st.just("wait"), st.integers(1, 12)),
    st.tuples(st.just("wait"), st.integers(12, 24 * 15)),
)


@dataclass
class Meant:
    """An entitlement as it is meant to be, in microseconds."""

    plan: str
    source: Source
    starts_at: int
    ends_at: int | None
    paused_at: int | None = None
    accepted: bool = False


@dataclass
class MeantBonus:
    """A bonus as it is meant to be."""

    tokens: int
    over_at: int | None
    used: int = 0

    def left(self, now: int) -> int:
        return self.tokens - self.used if self.over_at is None or now < self.over_at else 0


class History:
    """An account, its stored state, the pencil beside it, and one limiter that serves it all the time."""

    def __init__(self, user: User, secret: str) -> None:
        self.user = user
        self.now = BEGIN
        self.meant: list[Meant] = []
        self.bonuses: list[MeantBonus] = []
        self.limiter = MemoryLimiter()
        self.plain: dict[int, int] = {}
        self._rows: list[Entitlement] = []
        self._grants: list[BonusGrant] = []
        self._payments: dict[int, int] = {}
        self._digest = secrets.digest(secret)

    @property
    def instant(self) -> int:
        return microseconds(self.now)

    # What happens

    def grant(self, plan: str, days: int | None, source: Source) -> None:
        ends_at = None if days is None else self.now + timedelta(days=days)
        self._rows.append(
            services.grant(
                user=self.user, plan=queries.by_name(plan), source=source, starts_at=self.now, ends_at=ends_at
            )
        )
        self.meant.append(Meant(plan, source, self.instant, None if ends_at is None else microseconds(ends_at)))

    def pay(self, subscription: int, plan: str, days: int) -> None:
        """A subscription is paid for so many days from now on: it begins, is renewed, or changes its plan."""
        place = self._payments.get(subscription)
        starts_at = self.now if place is None else self._rows[place].starts_at
        ends_at = self.now + timedelta(days=days)
        for _ in range(2):  # told twice, as webhooks are
            row = services.put_entitlement(
                user=self.user,
                plan=queries.by_name(plan),
                source=Source.SUBSCRIPTION,
                reference=f"{self.user.pk}: subscription {subscription}",
                starts_at=starts_at,
                ends_at=ends_at,
            )
        if place is None:
            self._payments[subscription] = len(self.meant)
            self._rows.append(row)
            self.meant.append(Meant(plan, Source.SUBSCRIPTION, self.instant, microseconds(ends_at)))
            return
        entitlement = self.meant[place]
        if entitlement.ends_at != microseconds(ends_at):
            entitlement.accepted = False
        entitlement.plan, entitlement.ends_at = plan, microseconds(ends_at)

    def refund(self, subscription: int) -> None:
        if subscription in self._payments:
            self.end(self._payments[subscription])

    def end(self, which: int) -> None:
        if self.meant:
            which %= len(self.meant)
            services.end(entitlement=self._rows[which], at=self.now)
            entitlement = self.meant[which]
            if entitlement.ends_at is None or entitlement.ends_at > self.instant:
                entitlement.ends_at = self.instant

    def pause(self, which: int) -> None:
        if self.meant:
            which %= len(self.meant)
            services.pause(entitlement=self._rows[which], reason="a test", at=self.now)
            entitlement = self.meant[which]
            entitlement.paused_at = self.instant if entitlement.paused_at is None else entitlement.paused_at

    def resume(self, which: int) -> None:
        if self.meant:
            which %= len(self.meant)
            services.resume(entitlement=self._rows[which], at=self.now)
            entitlement = self.meant[which]
            if entitlement.paused_at is None:
                return
            if entitlement.ends_at is not None and entitlement.ends_at > entitlement.paused_at:
                entitlement.ends_at += self.instant - entitlement.paused_at
            entitlement.paused_at = None

    def rest(self, which: int, hours: int) -> None:
        """A pause that passes."""
        self.pause(which)
        self.wait(hours)
        self.resume(which)

    def accept(self) -> None:
        services.accept_lapse(user=self.user, at=self.now)
        for entitlement in self.meant:
            if entitlement.ends_at is not None and entitlement.ends_at <= self.instant:
                entitlement.accepted = entitlement.accepted or entitlement.plan == "strict"

    def bonus(self, tokens: int, days: int | None) -> None:
        ends_at = None if days is None else self.now + timedelta(days=days)
        for _ in range(2):  # told twice
            grant = services.grant_bonus(
                user=self.user,
                tokens=tokens,
                source=BonusSource.PURCHASE,
                reference=f"{self.user.pk}: pack {len(self.bonuses)}",
                ends_at=ends_at,
                at=self.now,
            )
        self._grants.append(grant)
        self.bonuses.append(MeantBonus(tokens, None if ends_at is None else microseconds(ends_at)))

    def take_back(self, which: int) -> None:
        if self.bonuses:
            which %= len(self.bonuses)
            services.end_bonus(bonus=self._grants[which], at=self.now)
            bonus = self.bonuses[which]
            bonus.over_at = self.instant if bonus.over_at is None else min(bonus.over_at, self.instant)

    def use(self, reserved: int, tokens: int) -> None:
        """A request that reserves and uses so much, if the account may make it; its record reaches the database."""
        principal = self.principal()
        if principal.standing is not Standing.ACTIVE:
            return
        admitted = asyncio.run(self.limiter.admit(scopes_of(principal), reserved, self.instant))
        assert isinstance(admitted, Admitted) == (reserved <= self.room())
        if not isinstance(admitted, Admitted):
            return
        charged = asyncio.run(self.limiter.settle(admitted.reservation, tokens, self.instant)).bonus_tokens
        assert charged == self._charge(tokens)
        entry = used(
            next(_numbers),
            account_id=self.user.pk,
            key_id=principal.key_id,
            admitted_at=self.instant,
            duration=0,
            standard_tokens=tokens,
            bonus_tokens=charged,
        )
        usage.record(entries=[entry], segment="one.journal", offset=1)

    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    # What is told

    def principal(self) -> Principal:
        found = keys.principal(self._digest, now=self.instant)
        assert found is not None
        return found

    def decision(self) -> Decision:
        """The pure function, over what is meant."""
        return decide(
            [
                Grant(
                    id=row.pk,
                    plan=meant.plan,
                    source=meant.source,
                    starts_at=meant.starts_at,
                    ends_at=meant.ends_at,
                    priority=PRIORITIES[meant.source],
                    rank=PRICES[meant.plan],
                    paused_at=meant.paused_at,
                    refuses_after=meant.plan == "strict" and not meant.accepted,
                )
                for row, meant in zip(self._rows, self.meant, strict=True)
            ],
            self.instant,
        )

    def room(self) -> int:
        """What the account may still use today."""
        per_day = PER_DAY[self.decision().plan]
        plain = self.plain.get(self.instant // clock.DAY, 0)
        return max(0, per_day - plain) + self.bonus_left()

    def bonus_left(self) -> int:
        return sum(bonus.left(self.instant) for bonus in self.bonuses)

    def agree(self) -> None:
        """Everybody who tells what the account has tells the same."""
        decision, entitled, principal = (
            self.decision(),
            queries.entitled(self.user.pk, now=self.instant),
            self.principal(),
        )
        assert entitled.decision == decision
        assert principal.standing is STANDINGS.get(decision.state, Standing.ACTIVE)
        stored = {row.pk: row for row in queries.of_user(self.user.pk)}
        for row, meant in zip(self._rows, self.meant, strict=True):
            assert _instant(stored[row.pk].ends_at) == meant.ends_at
            assert _instant(stored[row.pk].paused_at) == meant.paused_at
        assert bool(principal.why) == (decision.state is State.LAPSED)
        if decision.is_usable:
            assert principal.plan == entitled.plan.name == decision.plan
            assert principal.plan_limits.tokens_per_day == PER_DAY[decision.plan]
        bonus = queries.bonus_of(self.user.pk, self.instant)
        spent = sum(bonus.used for bonus in self.bonuses)
        assert (bonus.left, bonus.used) == (self.bonus_left(), spent)
        assert principal.bonus_tokens == bonus.total == bonus.left + spent
        assert sorted(grant.used for grant in bonus.grants) == sorted(meant.used for meant in self.bonuses)
        scopes = scopes_of(principal)
        assert asyncio.run(self.limiter.bonus_used(scopes[0])) == spent
        if decision.is_usable:
            [day] = [
                state
                for state in asyncio.run(self.limiter.standing(scopes, self.instant))
                if state.name is LimitName.TOKENS_PER_DAY
            ]
            assert day.remaining == self.room()
        assert principal.changes_at is None or principal.changes_at > self.instant

    def _charge(self, tokens: int) -> int:
        """Charge the plan's room, then the bonuses that end first; returns how many tokens those gave."""
        day, per_day = self.instant // clock.DAY, PER_DAY[self.decision().plan]
        beyond = max(0, tokens - max(0, per_day - self.plain.get(day, 0)))
        charged = 0
        for bonus in sorted(self.bonuses, key=lambda bonus: (bonus.over_at is None, bonus.over_at)):
            share = min(beyond - charged, bonus.left(self.instant))
            bonus.used += share
            charged += share
        self.plain[day] = self.plain.get(day, 0) + tokens - charged
        return charged


def _instant(at: datetime | None) -> int | None:
    return None if at is None else microseconds(at)


_numbers = count(1)
_people = count(1)


@pytest.fixture
def _plans_of_histories(database: object) -> None:
    services.put(name="free", fields={"requires_discord": False, **_unlimited(PER_DAY["free"])})
    for name, price in PRICES.items():
        services.put(
            name=name,
            fields={
                **_unlimited(PER_DAY[name]),
                "price_minor": price,
                "currency": "usd",
                "after_lapse": "refuse" if name == "strict" else "free",
            },
        )


def _unlimited(tokens_per_day: int) -> dict[str, int | None]:
    """Limits of a day and nothing else."""
    others = dict.fromkeys(("requests_per_minute", "tokens_per_minute", "concurrency"))
    return {"tokens_per_day": tokens_per_day, **others}


@pytest.mark.usefixtures("_plans_of_histories")
@settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
@given(st.lists(_steps, min_size=8, max_size=20))
def test_plans_bonus_principal_and_limiter_agree_after_whatever_happens(steps: list[tuple[object, ...]]) -> None:
    user = accounts.create_user(email=f"person-{next(_people)}@example.com")
    _, secret = key_services.create(user=user, name="laptop")
    history = History(user, secret)

    for act, *arguments in steps:
        getattr(history, str(act).replace(" ", "_"))(*arguments)
        history.agree()
