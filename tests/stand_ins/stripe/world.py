"""One Stripe account in test mode: its objects, its clock and what has happened to it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from tests.stand_ins.stripe.clock import HOUR, Clock
from tests.stand_ins.stripe.shapes import API_VERSION, blank
from tests.stand_ins.stripe.store import Resource, Store, new_id


@dataclass
class Settings:
    """What an account's owner chooses in the dashboard.

    Attributes
    ----------
    retry_after_days : when a failed payment is tried again, each counted from the failure before it.
    after_retries : what becomes of a subscription then: ``cancel``, ``unpaid`` or ``past_due``.
    draft_seconds : how long a renewal's invoice stays a draft.
    tax_percent : the rate of automatic tax, on top of prices.
    default_portal : whether the portal was set up in the dashboard.
    bank_days : how long a debit from a bank account takes.
    """

    retry_after_days: tuple[int, ...] = (3, 5, 7)
    after_retries: str = "cancel"
    draft_seconds: int = HOUR
    tax_percent: int = 0
    default_portal: bool = True
    bank_days: int = 4


@dataclass
class Cause:
    """The request that events come from; both are null for what Stripe does by itself."""

    id: str | None = None
    idempotency_key: str | None = None


@dataclass
class Checkout:
    """What a Checkout Session was asked for besides what it shows."""

    lines: list[Resource]
    subscription_data: Resource
    payment_intent_data: Resource
    customer_update: Resource


@dataclass
class World:
    """The state behind the API. Whoever reads or changes it holds ``lock``."""

    url: str = ""
    clock: Clock = field(default_factory=Clock)
    store: Store = field(default_factory=Store)
    settings: Settings = field(default_factory=Settings)
    lock: threading.RLock = field(default_factory=threading.RLock)
    cause: Cause = field(default_factory=Cause)
    # How payment methods behave, by id: works, fails_later (the next time), declined or bank.
    cards: dict[str, str] = field(default_factory=dict)
    checkouts: dict[str, Checkout] = field(default_factory=dict)
    # Portal sessions by the secret in their address.
    portals: dict[str, Resource] = field(default_factory=dict)
    # Called with each event, in order.
    listeners: list[Callable[[Resource], None]] = field(default_factory=list)
    # Called with an invoice: once it is paid or written off, and when an attempt to collect it failed.
    on_paid: list[Callable[[Resource], None]] = field(default_factory=list)
    on_failed: list[Callable[[Resource], None]] = field(default_factory=list)
    # Called with whether a debit from a bank account brought its money, by payment intent.
    on_settled: dict[str, Callable[[bool], None]] = field(default_factory=dict)
    # Changes of subscriptions that wait for their invoice to be paid, by invoice.
    on_update_paid: dict[str, Callable[[], None]] = field(default_factory=dict)

    def now(self) -> int:
        return self.clock.now()

    def emit(self, type_: str, resource: Resource, previous: Resource | None = None) -> None:
        """Something happened: the object as it is now goes into an event."""
        data: Resource = {"object": deepcopy(resource)}
        if previous is not None:
            data["previous_attributes"] = previous
        event = blank(
            "event",
            id=new_id("evt", 24),
            api_version=API_VERSION,
            created=self.now(),
            data=data,
            livemode=False,
            pending_webhooks=0,
            request={"id": self.cause.id, "idempotency_key": self.cause.idempotency_key},
            type=type_,
        )
        self.store.add(event)
        for listener in self.listeners:
            listener(event)

    @contextmanager
    def updating(self, type_: str, resource: Resource) -> Iterator[None]:
        """Whatever changes inside is one event with its ``previous_attributes``; nothing is none."""
        before = deepcopy(resource)
        yield
        if previous := difference(before, resource):
            self.emit(type_, resource, previous)

    @contextmanager
    def caused_by(self, cause: Cause) -> Iterator[None]:
        before, self.cause = self.cause, cause
        try:
            yield
        finally:
            self.cause = before


def difference(before: Resource, after: Resource) -> Resource:
    """What changed, as it was: inside objects only the fields that changed, lists as a whole."""
    changed: dict[str, Any] = {}
    for name in before.keys() | after.keys():
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        both = isinstance(old, dict) and isinstance(new, dict)
        changed[name] = difference(old, new) if both else deepcopy(old)  # type: ignore[arg-type]
    return changed
