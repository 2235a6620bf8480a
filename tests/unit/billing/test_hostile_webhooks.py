"""Whatever bytes come as a webhook, signed or not: a hint, nothing, or a refusal."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from naxios.billing.providers import Hint, NotGenuine
from naxios.billing.providers.stripe import webhooks
from tests.stand_ins.stripe.signatures import signature_header

SECRET = "whsec_of_the_tests"
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=15,
)
_ids = st.text(max_size=120) | _json
_events = st.fixed_dictionaries(
    {"id": _ids, "type": st.sampled_from(webhooks.TYPES) | _json, "created": st.integers() | _json},
    optional={
        "livemode": st.booleans() | _json,
        "object": _json,
        "data": _json
        | st.fixed_dictionaries(
            {"object": st.fixed_dictionaries({}, optional={"id": _ids, "customer": _ids, "charge": _ids})}
        ),
    },
)


def signed(body: bytes) -> str:
    return signature_header(body, [SECRET], int(time.time()))


@given(st.binary(max_size=2000), st.text(max_size=200))
def test_bytes_that_nobody_signed_are_refused(body: bytes, signature: str) -> None:
    with pytest.raises(NotGenuine):
        webhooks.verified(body, signature, [SECRET], live=False)


@given(st.binary(max_size=2000) | _json.map(lambda value: json.dumps(value).encode()))
def test_bytes_that_are_signed_but_no_event_are_refused(body: bytes) -> None:
    with pytest.raises(NotGenuine):
        webhooks.verified(body, signed(body), [SECRET], live=False)


@given(_events)
def test_events_of_any_shape_are_a_hint_or_nothing_or_refused(event: dict[str, object]) -> None:
    body = json.dumps(event).encode()

    try:
        found = webhooks.verified(body, signed(body), [SECRET], live=False)
    except NotGenuine:
        return

    assert found is None or isinstance(found, Hint)
    if found is not None:
        assert 0 < len(found.reference) <= 100 and found.type in webhooks.TYPES
        assert len(found.about) <= 100 and len(found.customer) <= 100


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"data":' * 50_000, b'{"id": ' + b"9" * 10_000 + b"}"])
def test_deep_and_long_bodies_are_refused(body: bytes) -> None:
    with pytest.raises(NotGenuine):
        webhooks.verified(body, signed(body), [SECRET], live=False)


@pytest.mark.parametrize(("age", "is_old"), [(0, False), (290, False), (302, True), (100_000, True)])
def test_a_signature_counts_for_five_minutes(age: int, is_old: bool) -> None:
    event = {"id": "evt_1", "type": "invoice.paid", "created": 1, "livemode": False, "data": {"object": {"id": "in_1"}}}
    body = json.dumps(event).encode()
    mark = signature_header(body, [SECRET], int(time.time()) - age)

    if is_old:
        with pytest.raises(NotGenuine, match="old"):
            webhooks.verified(body, mark, [SECRET], live=False)
    else:
        assert webhooks.verified(body, mark, [SECRET], live=False) is not None


def test_a_dispute_is_found_by_its_charge_and_a_customer_by_itself() -> None:
    assert found("charge.dispute.created", {"id": "dp_1", "charge": "ch_1"}) == ("ch_1", "")
    assert found("charge.dispute.created", {"id": "dp_1", "charge": {"id": "ch_1"}}) == ("ch_1", "")
    assert found("customer.deleted", {"id": "cus_1"}) == ("cus_1", "cus_1")
    assert found("invoice.paid", {"id": "in_1", "customer": {"id": "cus_1"}}) == ("in_1", "cus_1")


def found(type: str, about: dict[str, object]) -> tuple[str, str]:
    event = {"id": "evt_1", "type": type, "created": 1, "livemode": False, "data": {"object": about}}
    body = json.dumps(event).encode()
    hint = webhooks.verified(body, signed(body), [SECRET], live=False)
    assert hint is not None
    return hint.about, hint.customer
