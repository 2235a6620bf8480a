"""Stripe as a payment provider."""

import hmac
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

import stripe

from naxios import config
from naxios.billing.providers import Buyer, Hint, Item, Opened, Order, Preview, ProviderRefused
from naxios.billing.providers.stripe import portal, prices, reading, webhooks
from naxios.billing.providers.stripe.client import client, is_missing, metadata_of, speaking
from naxios.billing.providers.truth import Truth
from naxios.plans import queries as plans

_ACCOUNT, _KEY, _PROOF = "naxios_account", "naxios_key", "naxios_proof"
_ENDED = ("canceled", "incomplete_expired")


class StripeProvider:
    """Naxios's view of one Stripe account. Its secrets are in no ``repr``."""

    name = "stripe"
    title = "Stripe"
    renews = True
    has_portal = True

    def __init__(self, *, secret_key: str, webhook_secrets: tuple[str, ...], api_url: str, with_tax: bool) -> None:
        self._client = client(secret_key, api_url)
        self._webhook_secrets = webhook_secrets
        self._live = "_live_" in secret_key
        self._with_tax = with_tax

    def customer(self, buyer: Buyer) -> str:
        if buyer.reference:
            return buyer.reference
        with speaking():
            metadata = {_ACCOUNT: str(buyer.account), _KEY: buyer.key, _PROOF: _proof(buyer.account, buyer.key)}
            return self._client.v1.customers.create(
                {"email": buyer.email, "metadata": metadata}, {"idempotency_key": f"naxios-customer-{buyer.key}"}
            ).id

    def open_checkout(self, order: Order) -> Opened:
        item = order.item
        with speaking():
            params: stripe.params.checkout.SessionCreateParams = {
                "mode": "subscription" if item.is_plan else "payment",
                "customer": order.customer,
                "client_reference_id": order.key,
                "line_items": [{"price": prices.price_of(self._client, item), "quantity": 1}],
                "success_url": order.success_url,
                "cancel_url": order.cancel_url,
                "expires_at": int(order.expires_at.timestamp()),
                "metadata": {"naxios_checkout": order.key},
            }
            if self._with_tax:
                params["automatic_tax"] = {"enabled": True}
                params["customer_update"] = {"address": "auto"}
            if not item.is_plan:
                params["invoice_creation"] = {"enabled": True}
            elif item.trial_days:
                params["subscription_data"] = {"trial_period_days": item.trial_days}
            session = self._client.v1.checkout.sessions.create(
                params, {"idempotency_key": f"naxios-checkout-{order.key}"}
            )
            return Opened(session.id, str(session.url), datetime.fromtimestamp(session.expires_at, UTC))

    def close_checkout(self, reference: str) -> None:
        with speaking():
            if self._client.v1.checkout.sessions.retrieve(reference).status == "open":
                self._client.v1.checkout.sessions.expire(reference)

    def portal(self, customer: str, return_url: str) -> str:
        with speaking():
            return portal.open_portal(self._client, customer, return_url)

    def change_plan(self, subscription: str, item: Item, *, at_once: bool, as_of: datetime | None) -> None:
        with speaking():
            current = self._client.v1.subscriptions.retrieve(subscription).items.data[0]
            params: stripe.params.SubscriptionUpdateParams = {
                "items": [{"id": current.id, "price": prices.price_of(self._client, item), "quantity": 1}],
                "proration_behavior": "always_invoice" if at_once else "create_prorations",
            }
            if as_of is not None and as_of.timestamp() > current.current_period_start:
                params["proration_date"] = int(as_of.timestamp())
            if at_once:
                params["payment_behavior"] = "error_if_incomplete"
            self._client.v1.subscriptions.update(subscription, params)

    def preview(self, subscription: str, item: Item, *, at_once: bool) -> Preview | None:
        with speaking():
            current = self._client.v1.subscriptions.retrieve(subscription).items.data[0]
            invoice = self._client.v1.invoices.create_preview(
                {
                    "subscription": subscription,
                    "subscription_details": {
                        "items": [{"id": current.id, "price": prices.price_of(self._client, item), "quantity": 1}],
                        "proration_behavior": "always_invoice" if at_once else "create_prorations",
                    },
                }
            )
            amount = invoice.total if invoice.total < 0 else invoice.amount_due
            return Preview(amount, invoice.currency, reading.prorated_at(invoice))

    def cancel(self, subscription: str, *, at_once: bool) -> None:
        with speaking():
            if self._client.v1.subscriptions.retrieve(subscription).status in _ENDED:
                return
            if at_once:
                self._client.v1.subscriptions.cancel(subscription)
            else:
                self._client.v1.subscriptions.update(subscription, {"cancel_at_period_end": True})

    def resume(self, subscription: str) -> None:
        with speaking():
            if self._client.v1.subscriptions.retrieve(subscription).status in _ENDED:
                raise ProviderRefused("This subscription has ended already. Choose a plan to begin a new one.")
            self._client.v1.subscriptions.update(subscription, {"cancel_at_period_end": False})

    def refund(self, payment: str, amount_minor: int, *, key: str) -> None:
        with speaking():
            self._client.v1.refunds.create(
                {"charge": payment, "amount": amount_minor}, {"idempotency_key": f"naxios-refund-{key}"}
            )

    def forget(self, customer: str) -> None:
        with speaking():
            if not reading.is_gone(self._client, customer):
                self._client.v1.customers.delete(customer)

    def hint(self, body: bytes, headers: Mapping[str, str]) -> Hint | None:
        signature = headers.get("Stripe-Signature", "")
        return webhooks.verified(body, signature, self._webhook_secrets, live=self._live)

    def hint_by_reference(self, reference: str) -> Hint | None:
        with speaking():
            try:
                return webhooks.from_listed(self._client.v1.events.retrieve(reference))
            except stripe.InvalidRequestError as error:
                if is_missing(error):
                    return None
                raise

    def hints_since(self, moment: datetime) -> Iterator[Hint]:
        with speaking():
            listed = self._client.v1.events.list(
                {"types": list(webhooks.TYPES), "created": {"gte": int(moment.timestamp())}, "limit": reading.PAGE}
            )
            newest_first = [webhooks.from_listed(event) for event in listed.auto_paging_iter()]
        return (hint for hint in reversed(newest_first) if hint is not None)

    def customer_of(self, hint: Hint) -> str:
        if hint.customer or not hint.about.startswith(("ch_", "py_")):
            return hint.customer
        with speaking():
            try:
                return reading.id_of(self._client.v1.charges.retrieve(hint.about).customer)
            except stripe.InvalidRequestError as error:
                if is_missing(error):
                    return ""
                raise

    def owner_of(self, customer: str) -> tuple[int, str] | None:
        with speaking():
            try:
                found = self._client.v1.customers.retrieve(customer)
            except stripe.InvalidRequestError as error:
                if is_missing(error):
                    return None
                raise
            account, key, proof = (metadata_of(found, field) for field in (_ACCOUNT, _KEY, _PROOF))
            if not account.isdecimal() or not hmac.compare_digest(proof.encode(), _proof(int(account), key).encode()):
                return None
            return int(account), key

    def read(self, customer: str, checkouts: Iterable[str]) -> Truth:
        plan_of_price = {plan.stripe_price: plan.name for plan in plans.all_plans() if plan.stripe_price}
        with speaking():
            return reading.read(self._client, customer, checkouts, plan_of_price)

    def live_customers(self) -> Iterator[str]:
        with speaking():
            listed = self._client.v1.subscriptions.list({"limit": reading.PAGE})  # without the canceled ones
            found = {reading.id_of(subscription.customer) for subscription in listed.auto_paging_iter()}
        return iter(sorted(found))


def _proof(account: int, key: str) -> str:
    """Shows that a customer at Stripe was made by this installation: account numbers are the same in every one."""
    secret = config.load().secret_key.encode()
    return hmac.new(secret, f"payment customer {account} {key}".encode(), "sha256").hexdigest()[:32]
