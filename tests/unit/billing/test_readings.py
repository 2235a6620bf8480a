"""Two readings of one customer that overlap: the later one stands."""

from datetime import timedelta

import msgspec
import pytest

from naxios.accounts.models import User
from naxios.billing import putting, reading
from naxios.billing.providers import registry
from tests.stand_ins.stripe import StandInStripe
from tests.unit.billing import shop


def test_what_an_earlier_reading_found_does_not_replace_what_a_later_one_did(stripe: StandInStripe, user: User) -> None:
    customer = shop.buy(stripe, user).customer
    provider = registry.by_name("stripe")
    earlier = putting.begin(customer)
    stale = provider.read(customer.reference, ())
    stripe.client().v1.subscriptions.cancel(shop.subscription(user).reference)
    reading.bring_up_to_date(customer, provider)
    assert shop.plan_of(user) == "free"

    assert putting.put(customer, stale, reading=earlier) == []

    assert shop.plan_of(user) == "free"
    assert shop.subscription(user).state == "canceled"


def test_a_reading_settles_every_event_that_waited_when_it_began(stripe: StandInStripe, user: User) -> None:
    shop.buy(stripe, user)
    stripe.advance(days=31, hours=2)
    stripe.webhooks.deliver()
    waiting = [event for event in shop.events() if event.state == "waiting"]
    asked = len(stripe.asked)

    shop.settle()

    assert len(waiting) > 3
    assert all(event.state == "done" for event in shop.events())
    assert len(stripe.asked) - asked < 8


def test_the_same_truth_twice_writes_nothing(stripe: StandInStripe, user: User) -> None:
    customer = shop.buy(stripe, user).customer
    found = registry.by_name("stripe").read(customer.reference, ())
    before, told, sent = shop.state(), shop.happened(user), shop.mails()

    for _ in range(2):
        assert putting.put(customer, found, reading=putting.begin(customer)) == []

    assert (shop.state(), shop.happened(user), shop.mails()) == (before, told, sent)


@pytest.mark.parametrize("field", ["period_end", "started_at"])
def test_a_difference_says_what_was_and_what_is(stripe: StandInStripe, user: User, field: str) -> None:
    customer = shop.buy(stripe, user).customer
    found = registry.by_name("stripe").read(customer.reference, ())
    old = getattr(found.subscriptions[0], field)
    moved = msgspec.structs.replace(found.subscriptions[0], **{field: old - timedelta(days=1)})
    other = msgspec.structs.replace(found, subscriptions=(moved,))

    (difference,) = putting.put(customer, other, reading=putting.begin(customer))

    assert difference == ("subscription", moved.reference, field, old, old - timedelta(days=1))
