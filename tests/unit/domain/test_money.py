"""Money as people read it."""

import pytest

from naxios.domain.money import decimal_of_fine, format_fine, format_money


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [
        (1500, "usd", "$15"),
        (1550, "usd", "$15.50"),
        (5, "eur", "€0.05"),
        (150_000, "gbp", "£1,500"),
        (1500, "jpy", "¥1,500"),
        (1500, "krw", "1,500 KRW"),
        (1550, "chf", "15.50 CHF"),
        (1234, "kwd", "1.234 KWD"),
        (-250, "usd", "-$2.50"),
        (0, "usd", "$0"),
    ],
)
def test_money_is_written_with_its_places(minor: int, currency: str, shown: str) -> None:
    assert format_money(minor, currency) == shown


@pytest.mark.parametrize(
    ("fine", "currency", "shown", "plain"),
    [
        (123_456, "usd", "$12.3456", "12.3456"),
        (120_000, "usd", "$12.00", "12.0000"),
        (120_100, "usd", "$12.01", "12.0100"),
        (5, "usd", "$0.0005", "0.0005"),
        (0, "eur", "€0.00", "0.0000"),
        (-15_001, "usd", "-$1.5001", "-1.5001"),
        (1_234_500, "jpy", "¥12,345", "12345.00"),
        (1_250, "jpy", "¥12.50", "12.50"),
        (123_456_789, "kwd", "1,234.56789 KWD", "1234.56789"),
    ],
)
def test_costs_are_written_to_the_hundredth_of_a_minor_unit(fine: int, currency: str, shown: str, plain: str) -> None:
    assert format_fine(fine, currency) == shown
    assert decimal_of_fine(fine, currency) == plain
