"""Which operation answers which request, and under which name the library knows its parameters."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.stand_ins.stripe import (
    account,
    catalogue,
    checkout,
    customers,
    disputes,
    invoice_calls,
    payment_methods,
    payments,
    portal,
    refunds,
    subscription_calls,
    tax_ids,
)
from tests.stand_ins.stripe.call import Call
from tests.stand_ins.stripe.search import searching
from tests.stand_ins.stripe.store import Resource
from tests.stand_ins.stripe.webhooks import Webhooks
from tests.stand_ins.stripe.world import World

Operation = Callable[[World, Call], Resource]


@dataclass
class Route:
    """``parameters`` names the operation as the library's modules do; without it there are none."""

    method: str
    pattern: re.Pattern[str]
    operation: Operation
    parameters: str


def all_routes(webhooks: Webhooks) -> list[Route]:
    """Literal paths come before those with an id in the same place."""
    return [_route(*line) for line in _table(webhooks)]


def _table(webhooks: Webhooks) -> list[tuple[str, str, Operation, str]]:
    return [
        ("GET", "/v1/account", account.retrieve, "account_retrieve_current"),
        ("GET", "/v1/events", account.list_events, "event_list"),
        ("GET", "/v1/events/{}", _retrieve("event"), "event_retrieve"),
        (
            "POST",
            "/v1/webhook_endpoints",
            lambda _, call: account.create_endpoint(webhooks, call),
            "webhook_endpoint_create",
        ),
        ("GET", "/v1/webhook_endpoints", account.list_endpoints, "webhook_endpoint_list"),
        ("GET", "/v1/webhook_endpoints/{}", _retrieve("webhook_endpoint"), "webhook_endpoint_retrieve"),
        (
            "POST",
            "/v1/webhook_endpoints/{}",
            lambda world, call: account.update_endpoint(webhooks, world, call),
            "webhook_endpoint_update",
        ),
        (
            "DELETE",
            "/v1/webhook_endpoints/{}",
            lambda world, call: account.delete_endpoint(webhooks, world, call),
            "webhook_endpoint_delete",
        ),
        ("POST", "/v1/products", catalogue.create_product, "product_create"),
        ("GET", "/v1/products", catalogue.list_products, "product_list"),
        ("GET", "/v1/products/{}", _retrieve("product"), "product_retrieve"),
        ("POST", "/v1/products/{}", catalogue.update_product, "product_update"),
        ("DELETE", "/v1/products/{}", catalogue.delete_product, "product_delete"),
        ("POST", "/v1/prices", catalogue.create_price, "price_create"),
        ("GET", "/v1/prices", catalogue.list_prices, "price_list"),
        ("GET", "/v1/prices/{}", _retrieve("price"), "price_retrieve"),
        ("POST", "/v1/prices/{}", catalogue.update_price, "price_update"),
        ("POST", "/v1/customers", customers.create_customer, "customer_create"),
        ("GET", "/v1/customers", customers.list_customers, "customer_list"),
        ("GET", "/v1/customers/search", searching("customer"), "customer_search"),
        ("GET", "/v1/customers/{}", customers.retrieve_customer, "customer_retrieve"),
        ("POST", "/v1/customers/{}", customers.update_customer, "customer_update"),
        ("DELETE", "/v1/customers/{}", customers.delete_customer, "customer_delete"),
        ("GET", "/v1/customers/{}/payment_methods", customers.list_payment_methods, "customer_payment_method_list"),
        ("POST", "/v1/customers/{}/tax_ids", tax_ids.create, "customer_tax_id_create"),
        ("GET", "/v1/customers/{}/tax_ids", tax_ids.list_all, "customer_tax_id_list"),
        ("DELETE", "/v1/customers/{}/tax_ids/{}", tax_ids.delete, "customer_tax_id_delete"),
        ("GET", "/v1/payment_methods", payment_methods.list_methods, "payment_method_list"),
        ("GET", "/v1/payment_methods/{}", _retrieve("payment_method"), "payment_method_retrieve"),
        ("POST", "/v1/payment_methods/{}", payment_methods.update_method, "payment_method_update"),
        ("POST", "/v1/payment_methods/{}/attach", payment_methods.attach_method, "payment_method_attach"),
        ("POST", "/v1/payment_methods/{}/detach", payment_methods.detach_method, "payment_method_detach"),
        ("GET", "/v1/payment_intents", payments.list_intents, "payment_intent_list"),
        ("GET", "/v1/payment_intents/{}", _retrieve("payment_intent"), "payment_intent_retrieve"),
        ("POST", "/v1/payment_intents/{}", payments.update_intent, "payment_intent_update"),
        ("POST", "/v1/payment_intents/{}/cancel", payments.cancel_intent, "payment_intent_cancel"),
        ("GET", "/v1/charges", payments.list_charges, "charge_list"),
        ("GET", "/v1/charges/{}", _retrieve("charge"), "charge_retrieve"),
        ("POST", "/v1/charges/{}", payments.update_charge, "charge_update"),
        ("POST", "/v1/checkout/sessions", checkout.create, "checkout.session_create"),
        ("GET", "/v1/checkout/sessions", checkout.list_all, "checkout.session_list"),
        ("GET", "/v1/checkout/sessions/{}", _retrieve("checkout.session"), "checkout.session_retrieve"),
        ("POST", "/v1/checkout/sessions/{}", checkout.update, "checkout.session_update"),
        ("POST", "/v1/checkout/sessions/{}/expire", checkout.expire, "checkout.session_expire"),
        ("GET", "/v1/checkout/sessions/{}/line_items", checkout.list_lines, "checkout.session_line_item_list"),
        (
            "POST",
            "/v1/billing_portal/configurations",
            portal.create_configuration,
            "billing_portal.configuration_create",
        ),
        ("GET", "/v1/billing_portal/configurations", portal.list_configurations, "billing_portal.configuration_list"),
        (
            "GET",
            "/v1/billing_portal/configurations/{}",
            _retrieve("billing_portal.configuration"),
            "billing_portal.configuration_retrieve",
        ),
        (
            "POST",
            "/v1/billing_portal/configurations/{}",
            portal.update_configuration,
            "billing_portal.configuration_update",
        ),
        ("POST", "/v1/billing_portal/sessions", portal.create_session, "billing_portal.session_create"),
        ("POST", "/v1/refunds", refunds.create, "refund_create"),
        ("GET", "/v1/refunds", refunds.list_all, "refund_list"),
        ("GET", "/v1/refunds/{}", _retrieve("refund"), "refund_retrieve"),
        ("POST", "/v1/refunds/{}", refunds.update, "refund_update"),
        ("GET", "/v1/disputes", disputes.list_all, "dispute_list"),
        ("GET", "/v1/disputes/{}", _retrieve("dispute"), "dispute_retrieve"),
        ("POST", "/v1/disputes/{}", disputes.update, "dispute_update"),
        ("POST", "/v1/disputes/{}/close", disputes.close, "dispute_close"),
        ("POST", "/v1/subscriptions", subscription_calls.create, "subscription_create"),
        ("GET", "/v1/subscriptions", subscription_calls.list_all, "subscription_list"),
        ("GET", "/v1/subscriptions/search", searching("subscription"), "subscription_search"),
        ("GET", "/v1/subscriptions/{}", _retrieve("subscription"), "subscription_retrieve"),
        ("POST", "/v1/subscriptions/{}", subscription_calls.update, "subscription_update"),
        ("DELETE", "/v1/subscriptions/{}", subscription_calls.cancel, "subscription_cancel"),
        ("POST", "/v1/subscriptions/{}/pause", subscription_calls.pause, "subscription_pause"),
        ("POST", "/v1/subscriptions/{}/resume", subscription_calls.resume, "subscription_resume"),
        ("GET", "/v1/subscription_items", subscription_calls.list_items, "subscription_item_list"),
        ("POST", "/v1/invoices/create_preview", invoice_calls.preview, "invoice_create_preview"),
        ("POST", "/v1/invoices", invoice_calls.create, "invoice_create"),
        ("GET", "/v1/invoices", invoice_calls.list_all, "invoice_list"),
        ("GET", "/v1/invoices/search", searching("invoice"), "invoice_search"),
        ("GET", "/v1/invoices/{}", _retrieve("invoice"), "invoice_retrieve"),
        ("POST", "/v1/invoices/{}", invoice_calls.update, "invoice_update"),
        ("DELETE", "/v1/invoices/{}", invoice_calls.delete, "invoice_delete"),
        ("POST", "/v1/invoices/{}/finalize", invoice_calls.finalize, "invoice_finalize_invoice"),
        ("POST", "/v1/invoices/{}/pay", invoice_calls.pay, "invoice_pay"),
        ("POST", "/v1/invoices/{}/void", invoice_calls.void, "invoice_void_invoice"),
        (
            "POST",
            "/v1/invoices/{}/mark_uncollectible",
            invoice_calls.mark_uncollectible,
            "invoice_mark_uncollectible",
        ),
        ("GET", "/v1/invoices/{}/lines", invoice_calls.list_lines, "invoice_line_item_list"),
        ("GET", "/v1/invoice_payments", invoice_calls.list_payments, "invoice_payment_list"),
        ("GET", "/v1/invoice_payments/{}", _retrieve("invoice_payment"), "invoice_payment_retrieve"),
        ("POST", "/v1/invoiceitems", invoice_calls.create_item, "invoice_item_create"),
        ("GET", "/v1/invoiceitems", invoice_calls.list_items, "invoice_item_list"),
    ]


def _retrieve(kind: str) -> Operation:
    return lambda world, call: world.store.get(kind, call.id)


def _route(method: str, path: str, operation: Operation, parameters: str) -> Route:
    return Route(method, re.compile(path.replace("{}", "([^/]+)")), operation, parameters)
