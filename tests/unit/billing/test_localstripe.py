"""Another project's Stripe, for what it supports: a second opinion on the calls that it knows."""

from collections.abc import Iterator

import pytest

from naxios.billing.providers import Buyer, ProviderRefused, ProviderTrouble
from naxios.billing.providers.stripe.provider import StripeProvider
from tests.stand_ins.stripe import running_localstripe

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(scope="module")
def provider() -> Iterator[StripeProvider]:
    with running_localstripe() as url:
        yield StripeProvider(secret_key="sk_test_12345", webhook_secrets=("whsec_1",), api_url=url, with_tax=False)


def test_a_customer_is_made_recognised_and_forgotten(provider: StripeProvider) -> None:
    reference = provider.customer(Buyer("6c1d2b", "", "dev@example.com", 7))

    assert reference.startswith("cus_")
    assert provider.owner_of(reference) == (7, "6c1d2b")
    assert provider.customer(Buyer("6c1d2b", reference, "dev@example.com", 7)) == reference
    provider.forget(reference)
    provider.forget(reference)
    assert provider.read(reference, ()).is_gone


def test_a_new_customer_has_nothing(provider: StripeProvider) -> None:
    found = provider.read(provider.customer(Buyer("9f", "", "new@example.com", 8)), ())

    assert (found.subscriptions, found.invoices, found.payments, found.is_gone) == ((), (), (), False)


def test_what_it_does_not_know_is_refused_in_our_words(provider: StripeProvider) -> None:
    with pytest.raises((ProviderRefused, ProviderTrouble)):
        provider.portal("cus_none", "http://127.0.0.1:8000/")
