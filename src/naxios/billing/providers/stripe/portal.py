"""The customer portal as Naxios wants it: how one pays, and invoices. Plans are changed in Naxios itself."""

import stripe

from naxios.billing.providers.stripe.client import metadata_of

MARK = "naxios_portal"
VERSION = "1"


def open_portal(client: stripe.StripeClient, customer: str, return_url: str) -> str:
    """The address of a short-lived portal page."""
    return client.v1.billing_portal.sessions.create(
        {"customer": customer, "return_url": return_url, "configuration": _configuration(client)}
    ).url


def _configuration(client: stripe.StripeClient) -> str:
    for found in client.v1.billing_portal.configurations.list({"active": True, "limit": 100}).auto_paging_iter():
        if metadata_of(found, MARK) == VERSION:
            return found.id
    return client.v1.billing_portal.configurations.create(
        {
            "features": {
                "customer_update": {"enabled": True, "allowed_updates": ["address", "name", "tax_id"]},
                "invoice_history": {"enabled": True},
                "payment_method_update": {"enabled": True},
                "subscription_cancel": {"enabled": True, "mode": "at_period_end"},
            },
            "metadata": {MARK: VERSION},
        },
        {"idempotency_key": f"naxios-portal-{VERSION}"},
    ).id
