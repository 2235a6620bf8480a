"""On the way to buying: once, with a provider that may be away, and not what one has already."""

from datetime import timedelta

import pytest
from django.utils import timezone

from naxios.accounts import services as accounts
from naxios.accounts.models import User
from naxios.billing import queries, services, tasks
from naxios.billing.checkouts import AlreadyBetter, OpenElsewhere, Subscribed
from naxios.billing.models import Checkout, Customer
from naxios.domain.entitlements import Source
from naxios.errors import Refused
from naxios.plans import queries as plan_queries
from naxios.plans import services as plans
from tests.stand_ins.stripe import StandInStripe
from tests.unit.billing import shop


def start(user: User, plan: str = "pro", *, anyway: bool = False) -> Checkout:
    return services.start_for_plan(user=user, plan_name=plan, provider_name="stripe", anyway=anyway)


def test_the_same_checkout_again_is_the_same_page(stripe: StandInStripe, user: User) -> None:
    assert start(user).url == start(user).url
    assert Checkout.objects.count() == 1


def test_while_one_checkout_is_open_another_plan_is_refused_with_it(stripe: StandInStripe, user: User) -> None:
    first = start(user)

    with pytest.raises(OpenElsewhere, match="begun to buy Pro") as refused:
        start(user, "max")

    assert refused.value.checkout == first
    assert queries.open_plan_checkout(user) == first


def test_a_checkout_that_was_dropped_cannot_be_paid_and_is_in_nobodys_way(stripe: StandInStripe, user: User) -> None:
    first = start(user)

    services.abandon(checkout=first)

    assert first.state == "expired"
    assert stripe.object(first.reference)["status"] == "expired"
    assert start(user, "max").title == "Max"


def test_a_checkout_that_was_paid_meanwhile_cannot_be_dropped(stripe: StandInStripe, user: User) -> None:
    first = start(user)
    stripe.pay(first.url)

    with pytest.raises(Refused, match="paid already"):
        services.abandon(checkout=first)

    assert shop.plan_of(user) == "pro"


def test_a_checkout_of_yesterday_is_in_nobodys_way(stripe: StandInStripe, user: User) -> None:
    start(user)
    Checkout.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert start(user, "max").title == "Max"


def test_a_checkout_at_an_old_price_is_not_gone_on_with(stripe: StandInStripe, user: User) -> None:
    first = start(user)
    plans.put(name="pro", fields={"price_minor": 2000})

    assert start(user).url != first.url


def test_who_has_a_subscription_changes_it_and_buys_no_second(stripe: StandInStripe, user: User) -> None:
    shop.buy(stripe, user)

    for plan in ("pro", "max"):
        with pytest.raises(Subscribed, match="have a subscription to Pro"):
            start(user, plan)


@pytest.mark.parametrize("after_effect", [False, True])
def test_a_connection_that_breaks_is_tried_again_with_the_same_key(
    stripe: StandInStripe, user: User, after_effect: bool
) -> None:
    for path in ("/v1/customers", "/v1/products", "/v1/prices", "/v1/checkout/sessions"):
        stripe.faults.drop(path, after_effect=after_effect)

    shop.buy(stripe, user)

    api = stripe.client().v1
    assert len(api.customers.list().data) == len(api.prices.list().data) == 1
    assert len(api.checkout.sessions.list().data) == len(api.subscriptions.list().data) == 1
    assert shop.plan_of(user) == "pro"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_while_stripe_is_down_nothing_is_bought_and_the_next_click_works(
    stripe: StandInStripe, user: User, status: int
) -> None:
    stripe.faults.fail(status=status, times=1000)
    with pytest.raises(Refused, match=r"cannot be reached now, so nothing was bought\. Try again"):
        start(user)
    assert queries.open_plan_checkout(user) is None

    stripe.faults.clear()
    shop.buy(stripe, user)
    assert shop.plan_of(user) == "pro"
    assert Customer.objects.count() == 1


def test_a_key_that_was_revoked_refuses_without_saying_it(
    stripe: StandInStripe, user: User, capfd: pytest.CaptureFixture[str]
) -> None:
    stripe.api_keys.clear()

    with pytest.raises(Refused) as refused:
        start(user)

    said = str(refused.value) + "".join(capfd.readouterr())
    assert stripe.api_key[-8:] not in said and shop.SECRET not in said


def test_what_one_has_by_staff_is_bought_only_when_meant(stripe: StandInStripe, user: User) -> None:
    plans.grant(user=user, plan=plan_queries.by_name("max"))

    with pytest.raises(AlreadyBetter, match="Max already, by staff"):
        start(user)

    assert start(user, anyway=True).title == "Pro"


def test_a_code_for_a_smaller_plan_does_not_keep_anybody_from_buying(stripe: StandInStripe, user: User) -> None:
    pro = plan_queries.by_name("pro")
    plans.grant(user=user, plan=pro, source=Source.CODE, reference="code")
    with pytest.raises(AlreadyBetter, match="Pro already, with a code"):
        start(user)

    assert start(user, "max").title == "Max"


def test_a_suspended_account_buys_nothing(stripe: StandInStripe, user: User) -> None:
    accounts.suspend(user=user)

    with pytest.raises(Refused, match="suspended"):
        start(user)
    with pytest.raises(Refused, match="suspended"):
        services.start_for_pack(user=user, pack_name="million", provider_name="stripe")


def test_a_suspended_account_can_still_cancel(stripe: StandInStripe, user: User) -> None:
    bought = shop.buy(stripe, user)
    accounts.suspend(user=user)

    services.cancel(subscription=bought)

    assert bought.cancels_at is not None


@pytest.mark.parametrize("plan", ["free", "none"])
def test_what_is_not_for_sale_is_refused(stripe: StandInStripe, user: User, plan: str) -> None:
    with pytest.raises(Refused, match=r"not for sale|no plan"):
        start(user, plan)


def test_a_provider_that_is_not_configured_is_refused(stripe: StandInStripe, user: User) -> None:
    with pytest.raises(Refused, match="'manual' is not configured"):
        services.start_for_plan(user=user, plan_name="pro", provider_name="manual")


def test_two_plans_of_two_currencies_are_never_one_subscription(stripe: StandInStripe, user: User) -> None:
    bought = shop.buy(stripe, user)
    services.cancel(subscription=bought, at_once=True)
    plans.put(name="euro", fields={"price_minor": 900, "currency": "eur"})

    assert shop.buy(stripe, user, "euro").currency == "eur"


def test_a_customer_that_was_deleted_at_stripe_is_made_anew(stripe: StandInStripe, user: User) -> None:
    bought = shop.buy(stripe, user)
    stripe.client().v1.customers.delete(bought.customer.reference)
    shop.hear(stripe)

    assert shop.plan_of(user) == "free"
    assert shop.subscription(user).state == "canceled"

    again = shop.buy(stripe, user)
    assert again.customer_id != bought.customer_id
    assert shop.plan_of(user) == "pro"


def test_a_customer_of_another_stripe_account_has_nothing_left(stripe: StandInStripe, user: User) -> None:
    bought = shop.buy(stripe, user)
    Customer.objects.update(reference="cus_of_another_account")

    services.refresh(customer=Customer.objects.get())

    assert shop.subscription(user).state == "canceled"
    assert shop.plan_of(user) == "free"
    assert bought.pk == shop.subscription(user).pk


def test_a_payment_that_takes_time_gives_the_plan_once_it_arrived(stripe: StandInStripe, user: User) -> None:
    stripe.settings.bank_days = 0  # within the hours after which a subscription that was never paid expires
    checkout = start(user)
    stripe.pay(checkout.url, "bank")
    shop.hear(stripe)
    checkout.refresh_from_db()
    assert checkout.state == "confirming"
    assert shop.plan_of(user) == "free"
    with pytest.raises(OpenElsewhere, match="is being confirmed"):
        start(user)

    stripe.advance(hours=1)
    shop.hear(stripe)

    checkout.refresh_from_db()
    assert checkout.state == "paid"
    assert shop.plan_of(user) == "pro"


def test_who_paid_without_our_hearing_of_it_buys_no_second_plan(stripe: StandInStripe, user: User) -> None:
    first = start(user)
    stripe.pay(first.url)
    Checkout.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    stripe.faults.fail("/v1/customers", times=3)
    with pytest.raises(Refused, match="cannot be reached"):
        start(user, "max")
    with pytest.raises(Subscribed, match="have a subscription to Pro"):
        start(user, "max")
    assert shop.plan_of(user) == "pro"


def test_a_checkout_whose_process_ended_goes_on_or_is_tidied_away(stripe: StandInStripe, user: User) -> None:
    first = start(user)
    Checkout.objects.update(url="", reference="")
    assert start(user).url == first.url, "the same key is the same page"

    Checkout.objects.update(url="", reference="", expires_at=timezone.now() - timedelta(seconds=1))
    tasks.tidy()
    assert Checkout.objects.get().state == "failed"
