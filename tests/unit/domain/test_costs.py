"""What usage costs the operator: exact, by the price of its day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from naxios.domain.costs import MAX_PRICE, Price, PriceBook, cost, format_price, parse_price, trillionths_of_fine

PRICE = Price(input=2_500_000, cached=250_000, output=10_000_000, currency="usd")
DAY = date(2026, 11, 1)


@pytest.mark.parametrize(
    ("text", "millionths"),
    [("0", 0), ("0.25", 250_000), ("15", 15_000_000), ("0.000001", 1), (str(MAX_PRICE), MAX_PRICE * 1_000_000)],
)
def test_a_price_is_a_decimal(text: str, millionths: int) -> None:
    assert parse_price(text) == millionths


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("free", "is not a decimal number"),
        ("NaN", "is between 0 and"),
        ("-1", "is between 0 and"),
        ("1000001", "is between 0 and"),
        ("0.0000001", "at most six decimal places"),
    ],
)
def test_what_is_no_price_is_refused(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        parse_price(text)


@given(st.text())
def test_whatever_is_written_there_is_a_price_or_an_error(text: str) -> None:
    try:
        millionths = parse_price(text)
    except ValueError:
        return
    assert 0 <= millionths <= MAX_PRICE * 1_000_000


@given(st.integers(0, MAX_PRICE * 1_000_000))
def test_a_price_that_is_written_is_read_as_the_same(millionths: int) -> None:
    assert parse_price(format_price(millionths)) == millionths


def test_cached_tokens_are_some_of_the_input_tokens() -> None:
    trillionths = cost(PRICE, input_tokens=1_000_000, cached_tokens=400_000, output_tokens=100_000)

    assert trillionths == (600_000 * 2_500_000) + (400_000 * 250_000) + (100_000 * 10_000_000)
    assert trillionths / 10**12 == 2.6  # dollars: 1.50 + 0.10 + 1.00


@given(st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 10**7)), min_size=1))
def test_the_cost_of_requests_is_the_cost_of_their_sum(requests: list[tuple[int, int]]) -> None:
    one_by_one = sum(cost(PRICE, input_tokens=i, cached_tokens=i // 3, output_tokens=o) for i, o in requests)

    together = cost(
        PRICE,
        input_tokens=sum(i for i, _ in requests),
        cached_tokens=sum(i // 3 for i, _ in requests),
        output_tokens=sum(o for _, o in requests),
    )

    assert one_by_one == together


@pytest.mark.parametrize(("currency", "trillionths"), [("usd", 10**8), ("jpy", 10**10), ("kwd", 10**7)])
def test_costs_are_shown_in_hundredths_of_the_minor_unit(currency: str, trillionths: int) -> None:
    assert trillionths_of_fine(currency) == trillionths


def test_a_day_has_the_price_that_was_in_force_then() -> None:
    dearer, unknown = Price(3_000_000, 0, 0, "usd"), None
    book = PriceBook(
        [
            ("m", "p", DAY + timedelta(days=20), unknown),
            ("m", "p", DAY, PRICE),
            ("m", "p", DAY + timedelta(days=10), dearer),
        ]
    )

    asked = [-1, 0, 9, 10, 19, 20, 400]

    assert [book.at("m", "p", DAY + timedelta(days=days)) for days in asked] == [
        None, PRICE, PRICE, dearer, dearer, None, None,
    ]  # fmt: skip
    assert book.at("m", "another", DAY) is None
