"""What providers ask for tokens, and what usage costs by that: integers throughout, so that sums are exact."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from operator import itemgetter

import msgspec

from naxios.domain.money import minor_places

MILLION = 1_000_000
MAX_PRICE = 1_000_000
_MILLIONTH = Decimal("0.000001")
_TRILLIONTHS = 12  # decimal places: millionths of a unit for a millionth of tokens


class Price(msgspec.Struct, frozen=True):
    """What a million tokens cost, each in millionths of the unit of ``currency``: 2.50 usd is 2500000."""

    input: int
    cached: int
    output: int
    currency: str

    def __str__(self) -> str:
        parts = (format_price(self.input), format_price(self.cached), format_price(self.output))
        return "input {}, cached {}, output {} {} per million tokens".format(*parts, self.currency.upper())


def parse_price(text: str) -> int:
    """Millionths of ``text`` ("0.25", "15").

    Raises
    ------
    ValueError
        Not a decimal between 0 and 1,000,000 with at most six places.
    """
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text!r} is not a decimal number such as 2 or 0.25") from None
    if not value.is_finite() or not 0 <= value <= MAX_PRICE:
        raise ValueError(f"a price of a million tokens is between 0 and {MAX_PRICE}, not {text}")
    six_places = value.quantize(_MILLIONTH)
    if value != six_places:
        raise ValueError(f"a price has at most six decimal places, {text} has more")
    return int(six_places * MILLION)


def format_price(millionths: int) -> str:
    """The shortest decimal of ``millionths``: 2500000 -> "2.5"."""
    text = f"{Decimal(millionths) / MILLION:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def cost(price: Price, *, input_tokens: int, cached_tokens: int, output_tokens: int) -> int:
    """What these tokens cost, in trillionths of the currency's unit. Cached tokens are some of the input tokens."""
    uncached = input_tokens - cached_tokens
    return uncached * price.input + cached_tokens * price.cached + output_tokens * price.output


def trillionths_of_fine(currency: str) -> int:
    """How many trillionths of the currency's unit are a hundredth of its minor unit, in which costs are shown."""
    return int(10 ** (_TRILLIONTHS - minor_places(currency) - 2))


class PriceBook:
    """Every price there was: by model and provider, each from a UTC day on. A past day keeps its price."""

    def __init__(self, known: Iterable[tuple[str, str, date, Price | None]]) -> None:
        by_route: dict[tuple[str, str], list[tuple[date, Price | None]]] = {}
        for model, provider, since, price in known:
            by_route.setdefault((model, provider), []).append((since, price))
        self._by_route: Mapping[tuple[str, str], list[tuple[date, Price | None]]] = {
            route: sorted(periods, key=itemgetter(0)) for route, periods in by_route.items()
        }

    def at(self, model: str, provider: str, day: date) -> Price | None:
        """The price in force on ``day``; ``None`` if it is not known."""
        periods = self._by_route.get((model, provider), [])
        index = bisect_right(periods, day, key=itemgetter(0)) - 1
        return periods[index][1] if index >= 0 else None
