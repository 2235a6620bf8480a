"""What mails about money say: how much, for what, and where to go."""

import re
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from naxios import config
from naxios.accounts.models import User
from naxios.billing import services, tasks, trials
from naxios.billing.models import Payment, Subscription
from naxios.mail.models import OutboxMail
from naxios.plans import lapse
from naxios.plans import services as plans
from tests.stand_ins.stripe import StandInStripe
from tests.unit.billing import shop

DAY = timedelta(days=1)


def mail(subject: str) -> str:
    return OutboxMail.objects.filter(subject=subject).latest("pk").body


def test_a_receipt_says_what_was_paid_for_which_time(stripe: StandInStripe, user: User) -> None:
    invoice = shop.buy(stripe, user).invoices.get()

    text = mail("Your receipt from Naxios")

    assert "Amount:  $15\n" in text and f"Invoice: {invoice.number}\n" in text
    assert re.search(r"For:     Pro, \d+ \w+ \d{4} to \d+ \w+ \d{4}\n", text)
    assert invoice.hosted_url.startswith(stripe.url) and invoice.hosted_url in text
    assert "http://127.0.0.1:8000/dashboard/billing/" in text


def test_a_failed_payment_says_until_when_and_where_to_pay(stripe: StandInStripe, user: User) -> None:
    bought = shop.buy(stripe, user)
    stripe.let_cards_fail(bought.customer.reference)
    stripe.advance(days=31, hours=2)
    shop.hear(stripe)

    text = mail("A payment has failed")

    late = shop.subscription(user)
    assert late.covered_until is not None
    until = late.covered_until
    assert f"You keep the plan until {until.day} {until:%B %Y, %H:%M} UTC" in text
    unpaid = late.invoices.get(state="open")
    assert unpaid.hosted_url and unpaid.hosted_url in text
    assert "it is tried again on" in text


def test_a_refund_says_how_much_of_what(stripe: StandInStripe, user: User) -> None:
    shop.buy(stripe, user)
    services.refund(payment=Payment.objects.get(), amount_minor=550, actor=None)
    assert "$5.50 of your payment of $15 was given back." in mail("A refund from Naxios")
    assert "has ended" not in mail("A refund from Naxios")

    services.refund(payment=Payment.objects.get(), actor=None)
    assert "What it paid for has ended." in mail("A refund from Naxios")
    assert "its payment was refunded" in mail("Your plan Pro has ended")


def test_mails_use_the_operators_name_and_escape_nothing(stripe: StandInStripe, user: User) -> None:
    services.put_pack(name="million", fields={"display_name": "Tom & Ada's <pack>"})
    shop.buy_pack(stripe, user)

    assert config.load().site.name in mail("Your receipt from Naxios")
    assert "&amp;" not in mail("Your receipt from Naxios")


def test_who_tries_a_plan_is_told_once_what_is_charged_and_when(stripe: StandInStripe, user: User) -> None:
    plans.put(name="pro", fields={"trial_days": 7})
    tried = shop.buy(stripe, user)
    assert tried.trial_end is not None

    for now in (tried.started_at, tried.trial_end - 3.1 * DAY):
        assert trials.tell_what_ends(now=now) == 0
    for now in (tried.trial_end - 2.9 * DAY, tried.trial_end - DAY, tried.trial_end + DAY):
        trials.tell_what_ends(now=now)
        lapse.tell_what_ends(now=now)

    assert shop.mails() == ["Your trial of Pro ends soon"]
    text = mail("Your trial of Pro ends soon")
    end = tried.trial_end
    assert f"ends on {end.day} {end:%B %Y, %H:%M} UTC. Then $15 is charged for the first month" in text
    assert "cancel before that moment" in text
    assert "http://127.0.0.1:8000/dashboard/billing/" in text


def test_a_trial_that_is_longer_than_it_was_is_told_of_again(stripe: StandInStripe, user: User) -> None:
    plans.put(name="pro", fields={"trial_days": 7})
    tried = shop.buy(stripe, user)
    assert tried.trial_end is not None
    trials.tell_what_ends(now=tried.trial_end - DAY)

    later = int((tried.trial_end + 7 * DAY).timestamp())
    stripe.client().v1.subscriptions.update(tried.reference, {"trial_end": later})
    shop.hear(stripe)
    longer = shop.subscription(user)

    assert longer.trial_end == tried.trial_end + 7 * DAY
    assert trials.tell_what_ends(now=tried.trial_end - DAY) == 0
    assert trials.tell_what_ends(now=longer.trial_end - DAY) == 1


def test_taxes_are_told_of_where_they_are_added(
    stripe: StandInStripe, user: User, configure: pytest.MonkeyPatch
) -> None:
    plans.put(name="pro", fields={"trial_days": 7})
    tried = shop.buy(stripe, user)
    assert tried.trial_end is not None
    configure.setenv("NAXIOS_STRIPE_TAX", "true")
    config.load.cache_clear()

    trials.tell_what_ends(now=tried.trial_end - DAY)

    assert "Then $15, plus taxes where they apply, is charged" in mail("Your trial of Pro ends soon")


def test_a_trial_that_is_canceled_ends_without_a_payment_and_is_told_as_any_end(
    stripe: StandInStripe, user: User
) -> None:
    plans.put(name="pro", fields={"trial_days": 7})
    tried = shop.buy(stripe, user)
    assert tried.trial_end is not None
    services.cancel(subscription=tried)

    trials.tell_what_ends(now=tried.trial_end - DAY)
    lapse.tell_what_ends(now=tried.trial_end - DAY)

    assert shop.mails() == ["Your plan ends soon"]


def test_what_is_canceled_is_told_of_once_before_and_once_when_it_has_ended(stripe: StandInStripe, user: User) -> None:
    bought = shop.buy(stripe, user)
    end = bought.period_end
    tell_at(end - DAY)
    assert "Your plan ends soon" not in shop.mails(), "it renews"

    services.cancel(subscription=bought)
    tell_at(end - 4 * DAY)
    assert "Your plan ends soon" not in shop.mails()
    tell_at(end - 2 * DAY, end - DAY)
    stripe.advance(days=32)
    shop.hear(stripe)
    # The stand-in's clock is a month ahead, and ours cannot be moved: what lies ahead is made to lie behind.
    past = timezone.now() - DAY
    Subscription.objects.update(started_at=past - 30 * DAY, ended_at=past, covered_until=past)
    tasks.tell_ended()
    tell_at(end + DAY, end + 2 * DAY)

    assert shop.mails()[1:] == ["Your plan ends soon", "Your plan Pro has ended"]


def test_what_is_resumed_is_not_told_of(stripe: StandInStripe, user: User) -> None:
    bought = shop.buy(stripe, user)
    services.cancel(subscription=bought)
    services.resume(subscription=shop.subscription(user))

    tell_at(bought.period_end - DAY)

    assert "Your plan ends soon" not in shop.mails()


def tell_at(*moments: datetime) -> None:
    """What the background tells of ends."""
    for moment in moments:
        lapse.tell_what_ends(now=moment)
        lapse.tell_what_has_ended(now=moment)
