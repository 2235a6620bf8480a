"""What mails about money say: how much, for what, and where to go."""

import re

from naxios import config
from naxios.accounts.models import User
from naxios.billing import services
from naxios.billing.models import Payment
from naxios.mail.models import OutboxMail
from tests.stand_ins.stripe import StandInStripe
from tests.unit.billing import shop


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
