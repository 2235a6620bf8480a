"""What becomes of a subscription: it renews, changes, fails, recovers, ends, is refunded and disputed."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from naxios import config
from naxios.accounts.models import User
from naxios.billing import services, tasks
from naxios.billing.models import Payment, Subscription
from naxios.errors import Refused
from naxios.plans import services as plans
from naxios.staff import audit
from tests.stand_ins.stripe import StandInStripe
from tests.unit.billing import shop


def test_who_pays_is_on_the_plan_once_the_webhook_came(stripe: StandInStripe, user: User) -> None:
    bought = shop.buy(stripe, user)

    assert shop.plan_of(user) == "pro"
    assert (bought.state, bought.price_minor, bought.currency) == ("active", 1500, "usd")
    assert shop.plan_of(user, bought.period_end + timedelta(hours=23)) == "pro"
    assert shop.plan_of(user, bought.period_end + timedelta(hours=25)) == "free"
    assert shop.happened(user) == ["payment_received", "plan_started"]
    assert shop.mails() == ["Your receipt from Naxios"]


def test_a_renewal_carries_the_plan_on(stripe: StandInStripe, user: User) -> None:
    before = shop.buy(stripe, user)

    stripe.advance(days=31, hours=2)
    shop.hear(stripe)

    after = shop.subscription(user)
    assert after.period_end > before.period_end
    assert shop.plan_of(user, before.period_end + timedelta(days=3)) == "pro"
    assert shop.happened(user) == ["payment_received", "plan_started", "payment_received"]


def test_a_dearer_plan_counts_at_once_and_its_difference_is_paid(stripe: StandInStripe, user: User) -> None:
    bought = shop.buy(stripe, user)

    services.change_plan(subscription=bought, plan_name="max")

    assert shop.plan_of(user) == "max"
    paid = sorted(Payment.objects.values_list("amount_minor", flat=True))
    assert paid[0] == 1500 and 3400 <= paid[1] <= 3500
    assert "plan_changed" in shop.happened(user)


def test_what_a_change_was_said_to_cost_is_what_is_charged(stripe: StandInStripe, user: User) -> None:
    stripe.clock.freeze(int(time.time()) - 240)
    bought = shop.buy(stripe, user)
    stripe.advance(seconds=10)
    _, shown = services.preview_change(subscription=bought, plan_name="max")
    assert shown is not None
    assert shown.as_of is not None
    stripe.advance(hours=6)  # a minute is less than a cent

    services.change_plan(subscription=bought, plan_name="max", as_of=shown.as_of)

    assert Payment.objects.latest("pk").amount_minor == shown.amount_minor
    assert Payment.objects.latest("pk").amount_minor > 3500 * (30 * 24 - 6) // (30 * 24)


@pytest.mark.parametrize("minutes", [11, -1, 60 * 24 * 20, -60 * 24 * 20])
def test_what_a_change_costs_cannot_be_chosen(stripe: StandInStripe, user: User, minutes: int) -> None:
    bought = shop.buy(stripe, user)

    services.change_plan(
        subscription=bought, plan_name="max", as_of=timezone.now() - timedelta(minutes=minutes, seconds=5)
    )

    assert "proration_date" not in {name for asked in stripe.asked for name in asked.params}


def test_a_dearer_plan_that_cannot_be_paid_is_not_given(stripe: StandInStripe, user: User) -> None:
    bought = shop.buy(stripe, user)
    stripe.let_cards_fail(bought.customer.reference)

    with pytest.raises(Refused, match=r"declined\. Nothing was changed\."):
        services.change_plan(subscription=bought, plan_name="max")

    shop.hear(stripe)
    assert shop.plan_of(user) == "pro"


def test_a_cheaper_plan_counts_at_once_and_nothing_is_paid_for_it(stripe: StandInStripe, user: User) -> None:
    bought = shop.buy(stripe, user, "max")

    services.change_plan(subscription=bought, plan_name="pro")

    assert shop.plan_of(user) == "pro"
    assert Payment.objects.count() == 1


def test_the_same_plan_and_one_of_another_currency_are_refused(stripe: StandInStripe, user: User) -> None:
    bought = shop.buy(stripe, user)
    plans.put(name="euro", fields={"price_minor": 900, "currency": "eur"})

    with pytest.raises(Refused, match="for Pro already"):
        services.change_plan(subscription=bought, plan_name="pro")
    with pytest.raises(Refused, match="EUR and your subscription in USD"):
        services.change_plan(subscription=bought, plan_name="euro")
    with pytest.raises(Refused, match="not for sale"):
        services.change_plan(subscription=bought, plan_name="free")


def test_after_a_failed_payment_the_plan_stays_for_the_grace(stripe: StandInStripe, user: User) -> None:
    bought = shop.buy(stripe, user)
    _fail(stripe, bought)

    late = shop.subscription(user)
    assert late.state == "past_due" and late.past_due_since is not None
    assert shop.plan_of(user, late.past_due_since + timedelta(days=6, hours=23)) == "pro"
    assert shop.plan_of(user, late.past_due_since + timedelta(days=7, hours=1)) == "free"
    assert shop.happened(user)[-1] == "payment_failed"
    assert shop.mails()[-1] == "A payment has failed"


def test_a_plan_can_only_be_changed_while_it_is_paid(stripe: StandInStripe, user: User) -> None:
    bought = shop.buy(stripe, user)
    _fail(stripe, bought)

    with pytest.raises(Refused, match="last payment has failed"):
        services.change_plan(subscription=shop.subscription(user), plan_name="max")


def test_once_the_grace_is_over_its_owner_is_told(
    stripe: StandInStripe, user: User, configure: pytest.MonkeyPatch
) -> None:
    bought = shop.buy(stripe, user)
    _fail(stripe, bought)
    # The stand-in's clock is a month ahead, and ours cannot be moved: what lies ahead is made to lie behind.
    now = timezone.now()
    Subscription.objects.update(started_at=now - timedelta(days=40), past_due_since=now - timedelta(days=8))

    for _ in range(2):
        Subscription.objects.update(covered_until=now - timedelta(days=1))
        tasks.tell_ended()

    assert shop.plan_of(user) == "free"
    assert shop.happened(user).count("plan_ended") == 1
    assert shop.mails()[-1] == "Your plan Pro has ended"


def test_who_pays_after_all_has_the_plan_again(stripe: StandInStripe, user: User) -> None:
    bought = shop.buy(stripe, user)
    _fail(stripe, bought)

    stripe.let_cards_work(bought.customer.reference)
    stripe.client().v1.invoices.pay(stripe.object(bought.reference)["latest_invoice"])
    shop.hear(stripe)

    paid = shop.subscription(user)
    assert (paid.state, paid.past_due_since) == ("active", None)
    assert shop.plan_of(user, paid.period_end + timedelta(hours=1)) == "pro"


@pytest.mark.parametrize(("after_retries", "state"), [("cancel", "canceled"), ("unpaid", "unpaid")])
def test_once_stripe_has_given_up_the_plan_has_ended(
    stripe: StandInStripe, user: User, after_retries: str, state: str
) -> None:
    stripe.settings.after_retries = after_retries
    bought = shop.buy(stripe, user)
    _fail(stripe, bought)
    stripe.advance(days=20)
    shop.hear(stripe)

    over = shop.subscription(user)
    assert over.state == state
    assert over.covered_until is not None and over.covered_until <= timezone.now() + timedelta(days=39)
    assert shop.plan_of(user, timezone.now() + timedelta(days=40)) == "free"


def test_a_canceled_subscription_counts_until_its_period_ends_and_no_longer(stripe: StandInStripe, user: User) -> None:
    bought = shop.buy(stripe, user)

    services.cancel(subscription=bought)

    assert bought.cancels_at == bought.period_end
    assert shop.plan_of(user, bought.period_end - timedelta(minutes=1)) == "pro"
    assert shop.plan_of(user, bought.period_end + timedelta(minutes=1)) == "free"


def test_a_cancellation_can_be_taken_back(stripe: StandInStripe, user: User) -> None:
    bought = shop.buy(stripe, user)
    services.cancel(subscription=bought)

    services.resume(subscription=bought)

    assert bought.cancels_at is None
    assert shop.plan_of(user, bought.period_end + timedelta(hours=1)) == "pro"
    with pytest.raises(Refused, match="ends"):
        services.cancel(subscription=bought)
        services.change_plan(subscription=bought, plan_name="max")


def test_what_has_ended_cannot_be_resumed(stripe: StandInStripe, user: User) -> None:
    bought = shop.buy(stripe, user)
    services.cancel(subscription=bought, at_once=True)

    assert shop.plan_of(user) == "free"
    assert shop.happened(user)[-1] == "plan_ended"
    with pytest.raises(Refused, match="ended already"):
        services.resume(subscription=bought)
    services.cancel(subscription=bought)


def test_a_refund_in_full_ends_the_plan_and_the_subscription(stripe: StandInStripe, user: User) -> None:
    shop.buy(stripe, user)

    services.refund(payment=Payment.objects.get(), actor=None, why="not as described")

    assert shop.plan_of(user) == "free"
    assert shop.subscription(user).state == "canceled"
    assert shop.happened(user)[-2:] == ["payment_refunded", "plan_ended"]
    assert shop.mails()[-2:] == ["A refund from Naxios", "Your plan Pro has ended"]
    event = audit.events().get(act="payment_refunded")
    assert "$15" in event.detail and "not as described" in event.detail
    with pytest.raises(Refused, match=r"\$0 is left"):
        services.refund(payment=Payment.objects.get(), actor=None)


def test_a_refund_in_full_at_stripe_ends_the_plan_too(stripe: StandInStripe, user: User) -> None:
    shop.buy(stripe, user)

    stripe.client().v1.refunds.create({"charge": Payment.objects.get().reference})
    shop.hear(stripe)

    assert shop.plan_of(user) == "free"


def test_a_partial_refund_is_recorded_and_ends_nothing(stripe: StandInStripe, user: User) -> None:
    shop.buy(stripe, user)

    services.refund(payment=Payment.objects.get(), amount_minor=500, actor=None)
    shop.hear(stripe, times=2, shuffle=1)

    assert Payment.objects.get().refunded_minor == 500
    assert shop.plan_of(user) == "pro"
    assert shop.happened(user).count("payment_refunded") == 1


@pytest.mark.parametrize("amount", [0, -1, 1501])
def test_no_more_than_was_paid_can_be_given_back(stripe: StandInStripe, user: User, amount: int) -> None:
    shop.buy(stripe, user)

    with pytest.raises(Refused, match=r"\$15 is left"):
        services.refund(payment=Payment.objects.get(), amount_minor=amount, actor=None)


def test_a_refund_whose_answer_was_lost_happens_once(stripe: StandInStripe, user: User) -> None:
    shop.buy(stripe, user)
    stripe.faults.drop("/v1/refunds", after_effect=True)

    services.refund(payment=Payment.objects.get(), amount_minor=500, actor=None)

    assert Payment.objects.get().refunded_minor == 500


def test_while_a_payment_is_disputed_the_plan_does_not_count(stripe: StandInStripe, user: User) -> None:
    shop.buy(stripe, user)
    dispute = stripe.open_dispute(Payment.objects.get().reference)
    shop.hear(stripe)

    assert shop.plan_of(user) == "free"
    assert shop.happened(user)[-2:] == ["payment_disputed", "plan_ended"]

    stripe.close_dispute(dispute["id"], won=True)
    shop.hear(stripe)

    assert shop.plan_of(user) == "pro"
    assert shop.happened(user)[-2:] == ["payment_disputed", "plan_started"]


def test_a_dispute_that_is_lost_ends_the_subscription(stripe: StandInStripe, user: User) -> None:
    bought = shop.buy(stripe, user)
    dispute = stripe.open_dispute(Payment.objects.get().reference)
    stripe.close_dispute(dispute["id"], won=False)
    shop.hear(stripe)
    shop.hear(stripe)

    assert shop.plan_of(user) == "free"
    assert stripe.object(bought.reference)["status"] == "canceled"
    assert shop.subscription(user).state == "canceled"


def test_a_trial_counts_until_it_ends_and_is_for_the_first_time_only(stripe: StandInStripe, user: User) -> None:
    plans.put(name="pro", fields={"trial_days": 7})
    tried = shop.buy(stripe, user)

    assert (tried.state, tried.trial_end) == ("trialing", tried.period_end)
    assert shop.plan_of(user, tried.period_end + timedelta(hours=1)) == "pro"
    assert shop.happened(user) == ["plan_started"], "nothing was paid"

    services.cancel(subscription=tried, at_once=True)
    again = shop.buy(stripe, user)
    assert (again.state, again.trial_end) == ("active", None)


def test_a_trial_that_ends_is_paid(stripe: StandInStripe, user: User) -> None:
    plans.put(name="pro", fields={"trial_days": 7})
    tried = shop.buy(stripe, user)

    stripe.advance(days=7, hours=2)
    shop.hear(stripe)

    assert shop.subscription(user).state == "active"
    assert shop.plan_of(user, tried.period_end + timedelta(days=20)) == "pro"


def test_a_new_price_is_for_new_subscribers(stripe: StandInStripe, user: User) -> None:
    before = shop.buy(stripe, user)
    plans.put(name="pro", fields={"price_minor": 2000})
    services.refresh(customer=before.customer)
    assert shop.subscription(user).price_minor == 1500

    services.cancel(subscription=before, at_once=True)
    assert shop.buy(stripe, user).price_minor == 2000
    products = stripe.client().v1.products.list().data
    assert [product.name for product in products] == ["Pro"]


def test_a_price_of_the_operators_own_is_used(stripe: StandInStripe, user: User) -> None:
    api = stripe.client().v1
    product = api.products.create({"name": "Ours"})
    price = api.prices.create(
        {"product": product.id, "unit_amount": 1500, "currency": "usd", "recurring": {"interval": "month"}}
    )
    plans.put(name="pro", fields={"stripe_price": price.id})

    shop.buy(stripe, user)

    assert shop.plan_of(user) == "pro"
    assert [found.id for found in api.prices.list().data] == [price.id]


def test_a_subscription_to_nothing_of_ours_gives_nothing(stripe: StandInStripe, user: User) -> None:
    bought = shop.buy(stripe, user)
    api = stripe.client().v1
    price = api.prices.create(
        {
            "product_data": {"name": "Support"},
            "unit_amount": 900,
            "currency": "usd",
            "recurring": {"interval": "month"},
        }
    )
    item = api.subscriptions.retrieve(bought.reference).items.data[0]
    api.subscriptions.update(bought.reference, {"items": [{"id": item.id, "price": price.id}]})
    shop.hear(stripe)

    assert shop.subscription(user).plan is None
    assert shop.plan_of(user) == "free"


def test_tax_is_passed_through(stripe: StandInStripe, user: User, configure: pytest.MonkeyPatch) -> None:
    configure.setenv("NAXIOS_STRIPE_TAX", "true")
    config.load.cache_clear()
    stripe.settings.tax_percent = 19

    bought = shop.buy(stripe, user)

    invoice = bought.invoices.get()
    assert (invoice.total_minor, invoice.tax_minor, invoice.paid_minor) == (1785, 285, 1785)


def _fail(stripe: StandInStripe, bought: Subscription) -> None:
    """The renewal cannot be paid."""
    stripe.let_cards_fail(bought.customer.reference)
    stripe.advance(days=31, hours=2)
    shop.hear(stripe)
