"""Webhooks that got lost, replayed and made up for."""

from datetime import timedelta

import pytest
from django.utils import timezone

from naxios.accounts.models import User
from naxios.billing import events, services, tasks
from naxios.billing.models import BillingEvent, Checkout, Customer, Invoice, Payment, Subscription
from naxios.billing.reconcile import reconcile
from naxios.errors import Refused
from naxios.plans.models import Entitlement
from tests.stand_ins.stripe import StandInStripe
from tests.unit.billing import shop


def pay_unheard(stripe: StandInStripe, user: User) -> None:
    """Buy a plan, and every webhook gets lost."""
    checkout = services.start_for_plan(user=user, plan_name="pro", provider_name="stripe")
    stripe.pay(checkout.url)


def test_what_nobody_told_is_found_and_put_right(stripe: StandInStripe, user: User) -> None:
    pay_unheard(stripe, user)
    assert shop.plan_of(user) == "free"

    (found,) = reconcile()

    assert shop.plan_of(user) == "pro"
    assert (found.provider, found.trouble) == ("stripe", "")
    assert found.missed > 0
    assert {difference.kind for _, difference in found.differences} == {
        "subscription",
        "invoice",
        "payment",
        "checkout",
    }


def test_a_dry_run_says_the_same_and_changes_nothing(stripe: StandInStripe, user: User) -> None:
    pay_unheard(stripe, user)

    (foretold,) = reconcile(dry_run=True)

    assert shop.plan_of(user) == "free"
    assert not Subscription.objects.exists() and not shop.events() and not shop.mails()
    (done,) = reconcile()
    assert [difference for _, difference in done.differences] == [difference for _, difference in foretold.differences]
    assert done.missed == foretold.missed


def test_reconciling_again_finds_nothing(stripe: StandInStripe, user: User) -> None:
    pay_unheard(stripe, user)
    reconcile()
    told = shop.happened(user)

    (again,) = reconcile()

    assert (again.differences, again.missed) == ([], 0)
    assert shop.happened(user) == told
    shop.hear(stripe)
    assert shop.happened(user) == told, "the webhooks that come after all change nothing, either"


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"period_end": timezone.now() - timedelta(days=9)}, "subscription"),
        ({"state": "canceled"}, "subscription"),
        ({"price_minor": 1}, "subscription"),
    ],
)
def test_what_drifted_is_put_back(stripe: StandInStripe, user: User, change: dict[str, object], kind: str) -> None:
    shop.buy(stripe, user)
    before = shop.state()
    Subscription.objects.update(**change)

    (found,) = reconcile()

    assert [difference.kind for _, difference in found.differences] == [kind] * len(change)
    assert shop.state() == before


def test_after_a_backup_was_restored_the_customer_is_known_again(stripe: StandInStripe, user: User) -> None:
    shop.buy(stripe, user)
    for model in (Checkout, Payment, Invoice, Subscription, Customer, BillingEvent, Entitlement):
        model.objects.all().delete()

    reconcile()

    assert shop.plan_of(user) == "pro"
    assert Customer.objects.get().user == user


def test_a_customer_of_another_installation_is_nobody_here(stripe: StandInStripe, user: User) -> None:
    api = stripe.client().v1
    shop.buy(stripe, user)
    mine = api.customers.retrieve(Customer.objects.get().reference)
    metadata = {**mine.metadata.to_dict(), "naxios_proof": "0" * 32}
    api.customers.update(mine.id, {"metadata": metadata})
    for model in (Checkout, Payment, Invoice, Subscription, Customer, BillingEvent, Entitlement):
        model.objects.all().delete()

    reconcile()

    assert not Customer.objects.exists()
    assert shop.plan_of(user) == "free"


def test_while_stripe_is_down_it_says_so_and_changes_nothing(stripe: StandInStripe, user: User) -> None:
    shop.buy(stripe, user)
    before = shop.state()
    stripe.faults.fail(times=1000)

    (found,) = reconcile()

    assert "cannot be reached" in found.trouble
    assert shop.state() == before
    assert shop.plan_of(user) == "pro"


def test_one_customer_in_trouble_does_not_hide_another(stripe: StandInStripe, user: User) -> None:
    pay_unheard(stripe, user)
    stripe.faults.fail("/v1/customers", times=3)

    (found,) = reconcile()
    assert "cannot be reached" in found.trouble

    (again,) = reconcile()
    assert again.trouble == ""
    assert shop.plan_of(user) == "pro"


def test_an_overdue_renewal_is_asked_for_at_most_hourly(stripe: StandInStripe, user: User) -> None:
    shop.buy(stripe, user)
    past = timezone.now() - timedelta(minutes=1)
    Subscription.objects.update(period_end=past)
    Customer.objects.update(read_at=timezone.now() - timedelta(hours=2))

    asked = len(stripe.asked)
    tasks.look_for_overdue()
    assert shop.subscription(user).period_end > past
    assert len(stripe.asked) > asked

    Subscription.objects.update(period_end=past)
    asked = len(stripe.asked)
    tasks.look_for_overdue()
    assert len(stripe.asked) == asked


def test_replay_processes_what_was_given_up(stripe: StandInStripe, user: User) -> None:
    pay_unheard(stripe, user)
    stripe.webhooks.deliver()
    BillingEvent.objects.update(state=BillingEvent.State.FAILED, error="gave up")

    replayed = list(events.replay(events.since(timezone.now() - timedelta(days=1))))

    assert replayed and all(done for _, done in replayed)
    assert shop.plan_of(user) == "pro"
    assert events.failed() == []


def test_replay_of_everything_twice_changes_nothing(stripe: StandInStripe, user: User) -> None:
    shop.buy(stripe, user)
    before, told = shop.state(), shop.happened(user)

    for _ in range(2):
        assert all(done for _, done in events.replay(events.since(None)))

    assert shop.state() == before
    assert shop.happened(user) == told


def test_an_event_that_never_came_is_asked_for(stripe: StandInStripe, user: User) -> None:
    pay_unheard(stripe, user)

    event = events.by_reference(stripe.event("invoice.paid")["id"])
    assert [done for _, done in events.replay([event])] == [True]

    assert shop.plan_of(user) == "pro"


@pytest.mark.parametrize("id", ["evt_none", "nonsense"])
def test_an_event_that_nobody_knows_is_refused(stripe: StandInStripe, id: str) -> None:
    with pytest.raises(Refused, match="no event"):
        events.by_reference(id)


def test_events_are_forgotten_after_thirty_days(stripe: StandInStripe, user: User) -> None:
    shop.buy(stripe, user)
    first = shop.events()[0]
    BillingEvent.objects.filter(pk=first.pk).update(received_at=timezone.now() - timedelta(days=31))
    count = len(shop.events())

    tasks.tidy()

    assert len(shop.events()) == count - 1


def test_a_deleted_account_is_charged_no_more_and_forgotten_at_stripe(stripe: StandInStripe, user: User) -> None:
    bought = shop.buy(stripe, user)
    reference = bought.customer.reference
    user.delete()
    stripe.faults.fail(times=3)
    tasks.close_deserted()
    assert stripe.object(bought.reference)["status"] == "active", "Stripe was away"

    tasks.close_deserted()

    assert stripe.object(bought.reference)["status"] == "canceled"
    assert stripe.client().v1.customers.retrieve(reference).to_dict().get("deleted") is True
    assert Invoice.objects.get().state == "paid" and Payment.objects.get().amount_minor == 1500
    assert Customer.objects.get().user is None
    shop.hear(stripe)
    asked = len(stripe.asked)
    tasks.close_deserted()
    assert len(stripe.asked) == asked, "once is enough"
