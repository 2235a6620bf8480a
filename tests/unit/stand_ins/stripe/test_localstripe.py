"""What localstripe supports holds of the stand-in too: the same calls of the library, the same results."""

from collections.abc import Iterator

import pytest
import stripe

from tests.stand_ins.stripe import running_localstripe, running_stripe


@pytest.fixture(scope="module", params=["localstripe", "the stand-in"])
def client(request: pytest.FixtureRequest) -> Iterator[stripe.StripeClient]:
    if request.param == "localstripe":
        with running_localstripe() as url:
            yield stripe.StripeClient("sk_test_anything", base_addresses={"api": url}, max_network_retries=0)
    else:
        with running_stripe() as account:
            yield account.client()


def test_products_are_made_and_listed(client: stripe.StripeClient) -> None:
    made = client.v1.products.create({"name": "Pro", "metadata": {"plan": "pro"}})

    assert made.metadata["plan"] == "pro"
    assert made.id in [product.id for product in client.v1.products.list().data]


def test_customers_are_made_changed_and_deleted(client: stripe.StripeClient) -> None:
    made = client.v1.customers.create({"email": "a@example.com", "metadata": {"account": "7", "kept": "yes"}})
    client.v1.customers.update(made.id, {"email": "b@example.com", "metadata": {"account": "8"}})
    read = client.v1.customers.retrieve(made.id)

    assert read.email == "b@example.com"
    assert read.metadata is not None
    assert read.metadata.to_dict() == {"account": "8", "kept": "yes"}
    assert client.v1.customers.delete(made.id).deleted


def test_a_customer_that_there_is_not_is_refused(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.customers.retrieve("cus_nobody")

    assert refused.value.http_status == 404


def test_tax_ids_belong_to_a_customer(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"email": "a@example.com"})
    made = client.v1.customers.tax_ids.create(customer.id, {"type": "eu_vat", "value": "DE123456789"})

    assert made.value == "DE123456789"
    assert [one.id for one in client.v1.customers.tax_ids.list(customer.id).data] == [made.id]


def test_events_say_what_happened(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"email": "a@example.com"})
    told = client.v1.events.list({"type": "customer.created", "limit": 100}).data

    assert customer.id in [event.data.object["id"] for event in told]
