"""Whether people can pay: through Stripe, and that Stripe tells us what they paid."""

from django.urls import reverse

from naxios import config
from naxios.billing.providers import ProviderRefused, ProviderTrouble
from naxios.billing.providers.stripe.client import client, speaking
from naxios.domain.checks import Finding, Health

SUBJECT = "Stripe"
_NEEDED = {
    "stripe_secret_key": "NAXIOS_STRIPE_SECRET_KEY=SECRET-KEY-OF-THE-STRIPE-ACCOUNT",
    "stripe_webhook_secret": "NAXIOS_STRIPE_WEBHOOK_SECRET=SIGNING-SECRET-OF-ITS-WEBHOOK",
}
MOST_ENDPOINTS = 100


def check() -> Finding:
    """Ask Stripe whose key it is, and where it sends its webhooks."""
    loaded = config.load()
    missing = tuple(line for name, line in _NEEDED.items() if not getattr(loaded, name))
    if missing:
        text = "Nothing can be paid by card." if len(missing) == len(_NEEDED) else "Not all of its settings are there."
        return Finding(SUBJECT, Health.NOT_CONFIGURED, f"{text} To be added:", missing)
    stripe = client(loaded.stripe_secret_key, loaded.stripe_api_url)
    ours = loaded.address + reverse("billing:webhook", args=["stripe"])
    try:
        with speaking():
            account = stripe.v1.accounts.retrieve_current()
            endpoints = stripe.v1.webhook_endpoints.list({"limit": MOST_ENDPOINTS}).data
    except (ProviderTrouble, ProviderRefused) as error:
        return Finding(SUBJECT, Health.BROKEN, f"{str(error).rstrip('.')}. Correct the key, or try again later.")
    mode = "test mode" if "_test_" in loaded.stripe_secret_key else "live mode"
    if not any(endpoint.url == ours and endpoint.status == "enabled" for endpoint in endpoints):
        text = f"The key works ({account.id}, {mode}), but no webhook leads here. In Stripe's dashboard, add {ours}"
        return Finding(SUBJECT, Health.PARTLY, text)
    return Finding(SUBJECT, Health.WORKS, f"Account {account.id}, {mode}; its webhooks lead here.")
