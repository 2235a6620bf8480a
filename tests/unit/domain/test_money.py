"""Money as people read it."""

import pytest

from naxios.domain.money import format_money


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
