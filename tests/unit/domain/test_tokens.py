"""Standard tokens: what a multiplier may be, and that nothing is ever rounded down."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from naxios.domain.tokens import (
    MAX_MULTIPLIER,
    MILLION,
    estimate_tokens,
    format_multiplier,
    parse_multiplier,
    standard_tokens,
)

MULTIPLIERS = st.integers(0, MAX_MULTIPLIER * MILLION)


@pytest.mark.parametrize(
    ("text", "millionths"),
    [
        ("1", 1_000_000),
        ("0", 0),
        ("-0", 0),
        ("0.5", 500_000),
        ("2.25", 2_250_000),
        ("0.000001", 1),
        ("1.0000000000", 1_000_000),
        ("1e3", 1_000_000_000),
        ("10000", 10_000_000_000),
    ],
)
def test_a_multiplier_is_a_decimal(text: str, millionths: int) -> None:
    assert parse_multiplier(text) == millionths


@pytest.mark.parametrize(
    "text",
    [
        "",
        "much",
        "1,5",
        "1/2",
        "-1",
        "-0.000001",
        "10000.000001",
        "0.0000001",
        "1.0000000000000000000000000000000000001",
        "nan",
        "sNaN",
        "inf",
        "-inf",
        "1e999999",
        "1e-999999",
        "1e99999999999999999999999",
        "9" * 5_000,
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"multiplier|decimal"):
        parse_multiplier(text)


@given(st.text())
def test_no_text_is_anything_but_a_multiplier_or_refused(text: str) -> None:
    try:
        millionths = parse_multiplier(text)
    except ValueError:
        return
    assert 0 <= millionths <= MAX_MULTIPLIER * MILLION


@given(MULTIPLIERS)
def test_a_written_multiplier_reads_as_what_it_was(millionths: int) -> None:
    assert parse_multiplier(format_multiplier(millionths)) == millionths


@pytest.mark.parametrize(
    ("millionths", "written"), [(1_000_000, "1"), (250_000, "0.25"), (10_000_000, "10"), (1, "0.000001"), (0, "0")]
)
def test_a_multiplier_is_written_as_short_as_it_can_be(millionths: int, written: str) -> None:
    assert format_multiplier(millionths) == written


@pytest.mark.parametrize(
    ("tokens", "multiplier", "standard"),
    [(0, "1", 0), (10, "1", 10), (1, "0.000001", 1), (3, "0.5", 2), (4, "0.5", 2), (7, "1.5", 11), (1_000, "0", 0)],
)
def test_standard_tokens_are_rounded_up(tokens: int, multiplier: str, standard: int) -> None:
    assert standard_tokens(tokens, parse_multiplier(multiplier)) == standard


@given(st.integers(0, 10**12), MULTIPLIERS)
def test_standard_tokens_are_the_exact_product_or_less_than_one_above_it(tokens: int, multiplier: int) -> None:
    exact = Decimal(tokens) * Decimal(multiplier) / MILLION

    assert exact <= standard_tokens(tokens, multiplier) < exact + 1


@pytest.mark.parametrize(("size", "tokens"), [(0, 1), (1, 1), (4, 1), (5, 2), (4_000, 1_000)])
def test_a_token_is_estimated_at_four_bytes_and_there_is_at_least_one(size: int, tokens: int) -> None:
    assert estimate_tokens(size) == tokens
