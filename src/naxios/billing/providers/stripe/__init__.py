"""Stripe, through its own library: Checkout, the customer portal, signed webhooks."""

from naxios.billing.providers import PaymentProvider
from naxios.config import Config


def build(config: Config) -> PaymentProvider | None:
    """Stripe as it is configured; ``None`` without its settings."""
    if not config.stripe_is_configured:
        return None
    from naxios.billing.providers.stripe.provider import StripeProvider  # a large library, for those who use it

    return StripeProvider(
        secret_key=config.stripe_secret_key,
        webhook_secrets=config.stripe_webhook_secret,
        api_url=config.stripe_api_url,
        with_tax=config.stripe_tax,
    )
