"""On the way to buying: one open checkout an account for plans, whose page is at the provider."""

from datetime import datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from naxios import config
from naxios.accounts import services as accounts
from naxios.billing import customers, items, mails, reading
from naxios.billing.models import Checkout, Customer, Invoice, Subscription, TokenPack
from naxios.billing.providers import Item, Order, PaymentProvider, ProviderTrouble, registry
from naxios.billing.providers.truth import CheckoutState, SubscriptionState
from naxios.domain.entitlements import Source, State
from naxios.domain.money import format_money
from naxios.errors import Refused
from naxios.plans import queries as plans

OPEN_FOR = timedelta(hours=1)

_AWAY = "{} cannot be reached now, so nothing was bought. Try again in a few minutes."


class OpenElsewhere(Refused):
    """Another checkout is open; ``checkout`` is it."""

    def __init__(self, message: str, checkout: Checkout) -> None:
        super().__init__(message)
        self.checkout = checkout


class Subscribed(Refused):
    """The account has a subscription that goes on by itself: a plan is changed, not bought again."""


class AlreadyBetter(Refused):
    """The account has as good a plan from elsewhere; it may buy all the same if it says so."""


def start_for_plan(*, user: AbstractBaseUser, plan_name: str, provider_name: str, anyway: bool = False) -> Checkout:
    """A checkout of a plan, with the address where it is paid. Asking again for the same one gives the same.

    Parameters
    ----------
    anyway : buy although a code or staff gives the account as good a plan for now.

    Raises
    ------
    OpenElsewhere, Subscribed, AlreadyBetter, Refused
        It cannot be bought, as the message says.
    """
    provider, plan = registry.by_name(provider_name), plans.by_name(plan_name)
    customer = customers.of_user(user, provider)
    _look_after_expired(user)
    with transaction.atomic():
        accounts.lock(user=user)
        _refuse_suspended(user)
        _refuse_subscribed(user, plan.name, provider)
        if not anyway:
            _refuse_better(user, plan.price_minor or 0)
        item = items.plan_item(plan, with_trial=not has_subscribed_before(user))
        checkout = _open_plan_checkout(user, customer, plan.pk) or Checkout.objects.create(
            customer=customer, plan=plan, expires_at=timezone.now() + OPEN_FOR, **_of(item)
        )
    return _opened(checkout, provider, item)


def start_for_pack(*, user: AbstractBaseUser, pack_name: str, provider_name: str) -> Checkout:
    """A checkout of a pack of tokens, with the address where it is paid.

    Raises
    ------
    Refused
        It cannot be bought, as the message says.
    """
    provider, pack = registry.by_name(provider_name), items.pack_by_name(pack_name)
    customer = customers.of_user(user, provider)
    item = items.pack_item(pack)
    with transaction.atomic():
        accounts.lock(user=user)
        _refuse_suspended(user)
        open_already = _open_pack_checkout(customer, pack)
        checkout = open_already or Checkout.objects.create(
            customer=customer,
            pack=pack,
            expires_days=pack.expires_days,
            expires_at=timezone.now() + OPEN_FOR,
            **_of(item),
        )
    return _opened(checkout, provider, item)


def abandon(*, checkout: Checkout) -> None:
    """Close a checkout, so that nobody can pay there any more.

    Raises
    ------
    Refused
        The provider cannot be reached, or somebody has paid just now.
    """
    provider = registry.by_name(checkout.customer.provider)
    try:
        if checkout.reference:
            provider.close_checkout(checkout.reference)
            reading.bring_up_to_date(checkout.customer, provider)
    except ProviderTrouble:
        raise Refused(f"{provider.title} cannot be reached now. Try again in a few minutes.") from None
    Checkout.objects.filter(pk=checkout.pk, state=CheckoutState.OPEN).update(
        state=CheckoutState.EXPIRED, settled_at=timezone.now()
    )
    checkout.refresh_from_db()
    if checkout.state in (CheckoutState.PAID, CheckoutState.CONFIRMING):
        raise Refused("It has been paid already.")


def has_subscribed_before(user: AbstractBaseUser) -> bool:
    """Whether the account has had a subscription: a trial is for those who have not."""
    return Subscription.objects.filter(customer__user_id=user.pk).exclude(state=SubscriptionState.INCOMPLETE).exists()


def _look_after_expired(user: AbstractBaseUser) -> None:
    """Find out about checkouts that are over and were not heard of: one may have been paid, and a second one is no."""
    unheard = Checkout.objects.filter(
        customer__user_id=user.pk, plan__isnull=False, state=CheckoutState.OPEN, expires_at__lte=timezone.now()
    ).exclude(reference="")
    for customer in {checkout.customer for checkout in unheard.select_related("customer")}:
        provider = registry.by_name(customer.provider)
        try:
            reading.bring_up_to_date(customer, provider)
        except ProviderTrouble:
            raise Refused(_AWAY.format(provider.title)) from None


def _opened(checkout: Checkout, provider: PaymentProvider, item: Item) -> Checkout:
    """``checkout`` with its page. Two at once ask the provider with the same key, and get the same page."""
    if checkout.url:
        return checkout
    try:
        customer = customers.made_known(checkout.customer, provider)
        opened = provider.open_checkout(_order(checkout, customer, item))
    except ProviderTrouble:
        _give_up(checkout)
        raise Refused(_AWAY.format(provider.title)) from None
    except Refused:
        _give_up(checkout)
        raise
    checkout.reference, checkout.url, checkout.expires_at = opened.reference, opened.url, opened.expires_at
    # Another click on the same checkout may have given it up meanwhile: here is its page all the same.
    checkout.state, checkout.settled_at = CheckoutState.OPEN.value, None
    checkout.save(update_fields=["reference", "url", "expires_at", "state", "settled_at"])
    if not provider.renews:
        _send_invoice(checkout, provider)
    return checkout


def _send_invoice(checkout: Checkout, provider: PaymentProvider) -> None:
    """What is paid later is billed now."""
    reading.bring_up_to_date(checkout.customer, provider)
    invoice = Invoice.objects.filter(customer=checkout.customer, reference=checkout.reference).first()
    if invoice is not None and checkout.customer.user is not None:
        context = {
            "invoice": invoice,
            "title": checkout.title,
            "amount": format_money(invoice.total_minor, invoice.currency),
            "due": checkout.expires_at,
            "instructions": config.load().invoice_instructions,
        }
        mails.send(user=checkout.customer.user, mail="invoice", context=context)


def _order(checkout: Checkout, customer: str, item: Item) -> Order:
    address = config.load().address
    back = address + reverse("billing:returned", args=[checkout.pk])
    return Order(str(checkout.pk), customer, item, back, address + reverse("billing:home"), checkout.expires_at)


def _give_up(checkout: Checkout) -> None:
    now = timezone.now()
    Checkout.objects.filter(pk=checkout.pk, url="").update(state=CheckoutState.FAILED, settled_at=now)


def _of(item: Item) -> dict[str, object]:
    return {"title": item.title, "tokens": item.tokens, "price_minor": item.price_minor, "currency": item.currency}


def _open_plan_checkout(user: AbstractBaseUser, customer: Customer, plan_id: int) -> Checkout | None:
    """The account's open checkout if it is for the same plan with the same provider."""
    now = timezone.now()
    found = Checkout.objects.filter(
        customer__user_id=user.pk, plan__isnull=False, state__in=(CheckoutState.OPEN, CheckoutState.CONFIRMING)
    )
    for checkout in found.select_related("customer", "plan").order_by("-created_at"):
        if checkout.state == CheckoutState.OPEN and not checkout.is_open(now):
            continue
        if checkout.customer_id == customer.pk and checkout.plan_id == plan_id and checkout.is_open(now):
            return checkout if _is_at_present_price(checkout) else None
        if checkout.state == CheckoutState.CONFIRMING:
            raise OpenElsewhere(f"The payment for {checkout.title} is being confirmed. Wait until it is.", checkout)
        raise OpenElsewhere(
            f"You have begun to buy {checkout.title}. Finish that first, or drop it and choose again.", checkout
        )
    return None


def _is_at_present_price(checkout: Checkout) -> bool:
    plan = checkout.plan
    return plan is not None and (plan.price_minor, plan.currency) == (checkout.price_minor, checkout.currency)


def _open_pack_checkout(customer: Customer, pack: TokenPack) -> Checkout | None:
    found = Checkout.objects.filter(
        customer=customer,
        pack=pack,
        tokens=pack.tokens,
        price_minor=pack.price_minor,
        currency=pack.currency,
        state=CheckoutState.OPEN,
        expires_at__gt=timezone.now(),
    )
    return found.select_related("customer").first()


def _refuse_suspended(user: AbstractBaseUser) -> None:
    if getattr(user, "is_suspended", False):
        raise Refused("This account is suspended, so nothing can be bought for it. Write to support.")


def _refuse_subscribed(user: AbstractBaseUser, plan_name: str, provider: PaymentProvider) -> None:
    """Besides one that goes on by itself there is no second. An invoice may be followed by one for the same plan."""
    renewing = {provider.name for provider in registry.configured() if provider.renews}
    live = Subscription.objects.filter(customer__user_id=user.pk).exclude(
        state__in=(SubscriptionState.CANCELED, SubscriptionState.INCOMPLETE)
    )
    for subscription in live.select_related("customer", "plan"):
        if subscription.customer.provider in renewing or provider.renews:
            name = subscription.plan or "a plan"
            raise Subscribed(f"You have a subscription to {name} already. Change its plan, or let it end first.")
        if subscription.plan is not None and subscription.plan.name != plan_name:
            until = _day(subscription.period_end)
            raise Subscribed(f"{subscription.plan} is paid until {until}. Buy another plan once it has ended.")


def _refuse_better(user: AbstractBaseUser, price_minor: int) -> None:
    decision = plans.entitled(user.pk).decision
    grant = decision.grant
    if decision.state is not State.ENTITLED or grant is None or grant.source is Source.SUBSCRIPTION:
        return
    if grant.source is Source.STAFF or grant.rank >= price_minor:
        given = "with a code" if grant.source is Source.CODE else "by staff"
        raise AlreadyBetter(
            f"You have {plans.plan_of(user.pk)} already, {given}. What you buy would not count before that has ended."
        )


def _day(at: datetime) -> str:
    return f"{at.day} {at:%B %Y}"
