"""How the API answers: pages, expansion, keys of idempotency, errors in Stripe's shape, and faults."""

import pytest
import stripe

from tests.unit.stand_ins.stripe.conftest import Shop


def test_the_key_of_the_account_is_checked(shop: Shop) -> None:
    assert shop.client.v1.accounts.retrieve_current().charges_enabled
    stranger = stripe.StripeClient("sk_test_of_somebody_else", base_addresses={"api": shop.account.url})

    with pytest.raises(stripe.AuthenticationError, match="Invalid API Key provided: sk_test_"):
        stranger.v1.accounts.retrieve_current()
    shop.account.api_keys.discard(shop.account.api_key)
    with pytest.raises(stripe.AuthenticationError):
        shop.client.v1.accounts.retrieve_current()


def test_events_come_page_by_page_newest_first(shop: Shop) -> None:
    for _ in range(7):
        shop.customer()

    pages = [shop.client.v1.events.list({"type": "customer.created", "limit": 3})]
    while pages[-1].has_more:
        after = pages[-1].data[-1].id
        pages.append(shop.client.v1.events.list({"type": "customer.created", "limit": 3, "starting_after": after}))

    assert [len(page.data) for page in pages] == [3, 3, 1]
    newest_first = [event.id for page in pages for event in page.data]
    assert newest_first == [event["id"] for event in reversed(shop.account.events("customer.created"))]
    assert newest_first == [
        event.id for event in shop.client.v1.events.list({"types": ["customer.created"]}).auto_paging_iter()
    ]


def test_events_are_found_by_when_they_happened(shop: Shop) -> None:
    shop.customer()
    shop.account.advance(days=2)
    late = shop.customer()

    found = shop.client.v1.events.list({"created": {"gte": shop.account.clock.now() - 60}, "type": "customer.created"})

    assert [event.data.object["id"] for event in found.data] == [late]
    shop.account.advance(days=31)
    assert shop.client.v1.events.list().data == []


def test_a_page_before_another_one(shop: Shop) -> None:
    made = [shop.customer() for _ in range(4)][::-1]

    listed = shop.client.v1.customers.list({"ending_before": made[3], "limit": 2})

    assert [customer.id for customer in listed.data] == made[1:3]
    assert listed.has_more


def test_the_same_request_with_the_same_key_is_done_once(shop: Shop) -> None:
    first = shop.client.v1.customers.create({"email": "a@example.com"}, {"idempotency_key": "sign-up-7"})
    again = shop.client.v1.customers.create({"email": "a@example.com"}, {"idempotency_key": "sign-up-7"})

    assert again.id == first.id
    assert again.last_response is not None and again.last_response.headers["Idempotent-Replayed"] == "true"
    assert len(shop.account.events("customer.created")) == 1
    assert shop.account.event("customer.created")["request"]["idempotency_key"] == "sign-up-7"


def test_another_request_with_the_same_key_is_refused(shop: Shop) -> None:
    shop.client.v1.customers.create({"email": "a@example.com"}, {"idempotency_key": "sign-up-7"})

    with pytest.raises(stripe.IdempotencyError, match="same parameters") as refused:
        shop.client.v1.customers.create({"email": "b@example.com"}, {"idempotency_key": "sign-up-7"})
    assert refused.value.http_status == 400
    with pytest.raises(stripe.IdempotencyError, match="same endpoint"):
        shop.client.v1.products.create({"name": "Pro"}, {"idempotency_key": "sign-up-7"})


def test_keys_end_after_a_day(shop: Shop) -> None:
    first = shop.client.v1.customers.create({}, {"idempotency_key": "sign-up-7"})
    shop.account.advance(days=1)

    assert shop.client.v1.customers.create({}, {"idempotency_key": "sign-up-7"}).id != first.id


def test_an_answer_that_is_lost_is_not_done_twice(shop: Shop) -> None:
    shop.account.faults.drop("/v1/customers", after_effect=True)
    retrying = shop.account.client(max_network_retries=1)

    made = retrying.v1.customers.create({"email": "a@example.com"})

    assert [customer.id for customer in shop.client.v1.customers.list().data] == [made.id]
    assert [asked.path for asked in shop.account.asked].count("/v1/customers") == 3


@pytest.mark.parametrize(
    ("params", "code", "param"),
    [
        ({"colour": "blue"}, "parameter_unknown", "colour"),
        ({"address": {"planet": "Mars"}}, "parameter_unknown", "address[planet]"),
        ({"balance": "much"}, "parameter_invalid_integer", "balance"),
    ],
)
def test_parameters_are_checked_against_the_library_s_own(
    shop: Shop, params: dict[str, object], code: str, param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.client.v1.customers.create(params)  # type: ignore[arg-type]

    assert (refused.value.http_status, refused.value.code, refused.value.param) == (400, code, param)
    assert refused.value.request_id is not None and refused.value.request_id.startswith("req_")


def test_what_is_missing_is_named(shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="No such customer: 'cus_nobody'") as refused:
        shop.session("cus_nobody", shop.pro)
    assert (refused.value.http_status, refused.value.code, refused.value.param) == (404, "resource_missing", "customer")
    with pytest.raises(stripe.InvalidRequestError, match="Missing required param: currency"):
        shop.client.v1.prices.create({"unit_amount": 1})  # type: ignore[typeddict-item]
    with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL"):
        shop.client.raw_request("get", "/v1/nothing")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"mode": "payment"}, "passed a recurring price"),
        ({"price": "pack"}, "at least one recurring price"),
        ({"customer_email": "a@example.com"}, "customer, customer_email"),
        ({"success_url": "somewhere"}, "Not a valid URL"),
        ({"expires_at": 60}, "at least 30 minutes"),
        ({"payment_intent_data": {"description": "x"}}, "payment_intent_data"),
        ({"automatic_tax": {"enabled": True}}, "valid address"),
        ({"tax_id_collection": {"enabled": True}}, "customer_update"),
        ({"subscription_data": {"trial_period_days": 0}}, "minimum number of trial period days"),
    ],
)
def test_sessions_that_stripe_would_refuse(shop: Shop, values: dict[str, object], said: str) -> None:
    price = shop.pack if values.pop("price", None) else shop.pro
    mode = str(values.pop("mode", "subscription"))
    if "expires_at" in values:
        values["expires_at"] = shop.account.clock.now() + 60

    with pytest.raises(stripe.InvalidRequestError, match=said):
        shop.session(shop.customer(), price, mode, **values)


def test_what_the_stand_in_does_not_do_is_said_aloud(shop: Shop) -> None:
    with pytest.raises(stripe.APIError, match="stand-in for Stripe does not do this") as refused:
        shop.session(shop.customer(), shop.pro, shipping_address_collection={"allowed_countries": ["US"]})

    assert refused.value.http_status == 501


def test_objects_are_expanded_on_request_alone(shop: Shop) -> None:
    bought = shop.subscribe()

    plain = shop.client.v1.invoices.retrieve(str(bought.latest_invoice))
    rich = shop.client.v1.invoices.retrieve(
        plain.id,
        {"expand": ["customer", "payments.data.payment.payment_intent", "parent.subscription_details.subscription"]},
    )

    assert plain.customer == bought.customer and not hasattr(plain, "payments")
    assert isinstance(rich.customer, stripe.Customer)
    assert rich.payments is not None
    assert isinstance(rich.payments.data[0].payment.payment_intent, stripe.PaymentIntent)
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        shop.client.v1.invoices.retrieve(plain.id, {"expand": ["nonsense"]})


def test_metadata_is_merged_and_its_keys_taken_back(shop: Shop) -> None:
    customer = shop.customer(metadata={"1": "one", "2": "two"})

    shop.client.v1.customers.update(customer, {"metadata": {"1": "", "3": "three"}})

    read = shop.client.v1.customers.retrieve(customer)
    assert read.metadata is not None and read.metadata.to_dict() == {"2": "two", "3": "three"}
    assert shop.account.event("customer.updated")["data"]["previous_attributes"] == {
        "metadata": {"1": "one", "3": None}
    }


def test_faults_meet_so_many_requests_of_a_path(shop: Shop) -> None:
    shop.account.faults.fail("/v1/products", status=503, times=2)
    shop.account.faults.limit_rate("/v1/prices")

    for _ in range(2):
        with pytest.raises(stripe.APIError) as failed:
            shop.client.v1.products.list()
        assert failed.value.http_status == 503
    with pytest.raises(stripe.RateLimitError):
        shop.client.v1.prices.list()
    assert len(shop.client.v1.products.list().data) == 3
    assert len(shop.client.v1.prices.list().data) == 3


def test_connections_break_and_answers_stay_away(shop: Shop) -> None:
    impatient = shop.account.client(http_client=stripe.RequestsClient(timeout=0.1))
    shop.account.faults.drop("/v1/products")
    shop.account.faults.hang("/v1/prices", seconds=0.3)

    with pytest.raises(stripe.APIConnectionError):
        shop.client.v1.products.list()
    with pytest.raises(stripe.APIConnectionError):
        impatient.v1.prices.list()
    assert shop.client.v1.prices.list().data


def test_objects_are_searched_by_their_metadata(shop: Shop) -> None:
    shop.customer(metadata={"account": "6"})
    wanted = shop.customer(metadata={"account": "7"})

    found = shop.client.v1.customers.search({"query": "metadata['account']:'7' AND email:'payer@example.com'"})

    assert [customer.id for customer in found.data] == [wanted]
    with pytest.raises(stripe.InvalidRequestError, match="unable to parse"):
        shop.client.v1.customers.search({"query": "account seven"})


def test_tax_comes_on_top_where_it_is_switched_on(shop: Shop) -> None:
    shop.account.settings.tax_percent = 20
    session = shop.session(
        shop.customer(), shop.pro, automatic_tax={"enabled": True}, customer_update={"address": "auto"}
    )
    shop.account.pay(session.url or "")

    told = shop.client.v1.checkout.sessions.retrieve(session.id, {"expand": ["invoice"]})

    assert isinstance(told.invoice, stripe.Invoice) and told.invoice.total_taxes is not None
    assert (told.amount_subtotal, told.amount_total) == (1500, 1800)
    assert (told.invoice.subtotal, told.invoice.amount_paid, told.invoice.total_taxes[0].amount) == (1500, 1800, 300)
