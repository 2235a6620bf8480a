"""Invoices that people ask for and pay by bank transfer or however the operator says; staff mark them paid.

The smallest provider there is, and the pattern for another one: ``build`` says whether it is configured,
``provider.py`` is the interface, and what it knows of its customers (elsewhere a company's servers) is in
``models.py``.
"""

from naxios.billing.providers import PaymentProvider
from naxios.config import Config


def build(config: Config) -> PaymentProvider | None:
    """Manual invoices, if the operator wants them."""
    from naxios.billing.providers.manual.provider import ManualProvider  # has tables: only once Django is set up

    return ManualProvider() if config.manual_invoices else None
