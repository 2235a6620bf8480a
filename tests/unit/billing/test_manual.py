"""Invoices that people ask for and staff mark as paid: the same rules, without anybody far away."""

from datetime import timedelta

import pytest
from django.utils import timezone

from naxios import config
from naxios.accounts.models import User
from naxios.billing import queries, reconcile, services, tasks
from naxios.billing.checkouts import OpenElsewhere, Subscribed
from naxios.billing.models import Checkout, Invoice, ManualInvoice, Payment, Subscription
from naxios.billing.providers import ProviderRefused, registry
from naxios.errors import Refused
from naxios.mail.models import OutboxMail
from naxios.plans.models import BonusGrant
from naxios.staff import audit
from tests.unit.billing import shop

pytestmark = pytest.mark.usefixtures("manual")


def ask(user: User, plan: str = "pro") -> ManualInvoice:
    checkout = services.start_for_plan(user=user, plan_name=plan, provider_name="manual")
    return ManualInvoice.objects.get(number=checkout.reference)


def pay(user: User, plan: str = "pro") -> ManualInvoice:
    invoice = ask(user, plan)
    services.mark_paid(number=invoice.number, actor=None, note="bank statement 12")
    invoice.refresh_from_db()
    return invoice


def test_who_asks_gets_an_invoice_by_page_and_mail_and_no_plan_yet(user: User) -> None:
    invoice = ask(user)

    assert invoice.number == f"{timezone.now().year}-00001"
    assert shop.plan_of(user) == "free"
    assert [(found.number, found.state) for found in queries.invoices_of(user)] == [(invoice.number, "open")]
    mail = OutboxMail.objects.get()
    assert mail.subject == f"Invoice {invoice.number} from Naxios"
    assert "Pay to Example Ltd." in mail.body and "$15" in mail.body
    assert f"http://127.0.0.1:8000/dashboard/billing/invoices/{invoice.number}/" in mail.body


def test_once_staff_mark_it_as_paid_the_plan_counts_for_a_month(user: User) -> None:
    invoice = pay(user)

    assert shop.plan_of(user) == "pro"
    assert invoice.period_end is not None
    assert shop.plan_of(user, invoice.period_end - timedelta(minutes=1)) == "pro"
    assert shop.plan_of(user, invoice.period_end + timedelta(minutes=1)) == "free"
    assert shop.happened(user) == ["payment_received", "plan_started"]
    assert "Your receipt from Naxios" in shop.mails()
    assert "bank statement 12" in audit.events().get(act="invoice_paid").detail


def test_paid_twice_is_paid_once(user: User) -> None:
    invoice = pay(user)
    services.mark_paid(number=invoice.number, actor=None)

    assert Payment.objects.count() == Subscription.objects.count() == 1
    assert shop.happened(user) == ["payment_received", "plan_started"]


def test_another_invoice_of_the_same_plan_goes_on_where_the_first_ends(user: User) -> None:
    first, second = pay(user), pay(user)

    assert second.period_start == first.period_end
    assert second.period_end is not None
    assert shop.plan_of(user, second.period_end - timedelta(minutes=1)) == "pro"
    assert second.number == f"{timezone.now().year}-00002"


def test_another_plan_waits_until_the_first_has_ended(user: User) -> None:
    pay(user)

    with pytest.raises(Subscribed, match="Pro is paid until"):
        ask(user, "max")


def test_while_one_invoice_is_open_the_same_is_handed_back_and_another_refused(user: User) -> None:
    assert ask(user).number == ask(user).number
    with pytest.raises(OpenElsewhere):
        ask(user, "max")
    assert len(shop.mails()) == 1


def test_a_void_invoice_is_paid_by_nobody_and_keeps_its_number(user: User) -> None:
    invoice = ask(user)

    services.void(number=invoice.number, actor=None, note="not wanted")

    with pytest.raises(Refused, match="is void"):
        services.mark_paid(number=invoice.number, actor=None)
    assert Invoice.objects.get().state == "void"
    assert Checkout.objects.get().state == "expired"
    assert ask(user).number.endswith("-00002")


def test_a_paid_invoice_is_not_void_but_refunded(user: User) -> None:
    invoice = pay(user)

    with pytest.raises(Refused, match="is paid"):
        services.void(number=invoice.number, actor=None)
    services.refund(payment=Payment.objects.get(), actor=None)

    assert shop.plan_of(user) == "free"
    assert shop.happened(user)[-2:] == ["payment_refunded", "plan_ended"]
    assert shop.mails()[-2:] == ["A refund from Naxios", "Your plan Pro has ended"]


def test_a_partial_refund_ends_nothing(user: User) -> None:
    pay(user)

    services.refund(payment=Payment.objects.get(), amount_minor=500, actor=None)
    services.refund(payment=Payment.objects.get(), amount_minor=500, actor=None)

    assert Payment.objects.get().refunded_minor == 1000
    assert shop.plan_of(user) == "pro"


def test_the_same_refund_told_twice_is_one(user: User) -> None:
    invoice = pay(user)
    provider = registry.by_name("manual")

    for _ in range(2):
        provider.refund(invoice.number, 500, key="once")

    invoice.refresh_from_db()
    assert invoice.refunded_minor == 500


def test_an_invoice_that_was_dropped_is_void(user: User) -> None:
    invoice = ask(user)

    services.abandon(checkout=Checkout.objects.get())

    invoice.refresh_from_db()
    assert invoice.state == "void"


def test_a_pack_of_tokens_is_given_once_it_is_paid(user: User) -> None:
    checkout = services.start_for_pack(user=user, pack_name="million", provider_name="manual")
    assert not BonusGrant.objects.exists()

    services.mark_paid(number=checkout.reference, actor=None)

    assert BonusGrant.objects.get().tokens == 1_000_000
    assert not Subscription.objects.exists()


def test_what_has_run_out_is_told(user: User) -> None:
    pay(user)
    past = timezone.now() - timedelta(minutes=1)
    ManualInvoice.objects.update(period_end=past)
    Subscription.objects.update(period_end=past)

    tasks.look_for_overdue()
    assert shop.plan_of(user) == "pro", "asked just now"
    Subscription.objects.get().customer.__class__.objects.update(read_at=past - timedelta(hours=2))
    tasks.look_for_overdue()

    assert shop.plan_of(user) == "free"
    assert shop.happened(user)[-1] == "plan_ended"


def test_reconciling_puts_back_what_drifted(user: User) -> None:
    pay(user)
    Subscription.objects.update(state="canceled")

    (found,) = reconcile.reconcile()

    assert [difference.field for _, difference in found.differences] == ["state"]
    assert Subscription.objects.get().state == "active"


def test_a_deleted_account_leaves_its_invoices_without_it(user: User) -> None:
    paid, opened = pay(user), ask(user)
    user.delete()

    tasks.close_deserted()

    assert ManualInvoice.objects.get(number=opened.number).state == "void"
    assert ManualInvoice.objects.get(number=paid.number).state == "paid"
    assert Subscription.objects.get().state == "canceled"


def test_what_it_cannot_do_is_refused_in_words(user: User) -> None:
    provider = registry.by_name("manual")
    pay(user)
    bought = shop.subscription(user)

    for act in (services.resume, lambda subscription: services.change_plan(subscription=subscription, plan_name="max")):
        with pytest.raises(Refused):
            act(subscription=bought) if act is services.resume else act(bought)
    with pytest.raises(Refused, match="nothing to manage"):
        services.open_portal(customer=bought.customer, return_url="/")
    with pytest.raises(ProviderRefused):
        provider.portal("", "")
    with pytest.raises(Refused, match="no invoice"):
        services.mark_paid(number="2026-99999", actor=None)


def test_invoices_need_words_that_say_how_to_pay(configure: pytest.MonkeyPatch) -> None:
    configure.setenv("NAXIOS_INVOICE_INSTRUCTIONS", " ")
    config.load.cache_clear()

    with pytest.raises(config.ConfigError, match="NAXIOS_INVOICE_INSTRUCTIONS"):
        config.load()
