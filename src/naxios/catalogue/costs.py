"""The operator's price book: what each provider asks for each model's tokens, and since when. For staff alone.

Prices are kept by the names of model and provider, as usage is: they outlive their route, and past days keep theirs.
"""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from django.db import transaction
from django.utils import timezone
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from naxios.catalogue.models import RouteCost
from naxios.domain.costs import Price, PriceBook, parse_price

if TYPE_CHECKING:
    from collections.abc import Iterable


def _decimal(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError('a price is a decimal such as "0.25"')
    return parse_price(str(value))


Millionths = Annotated[int, BeforeValidator(_decimal)]


class CostEntry(BaseModel):
    """``cost`` of a route: for a million tokens. Without ``cached``, cached input costs as much as other input.

    ``since`` is the first UTC day with this price, and left out for the day on which the file is applied.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    input: Millionths
    output: Millionths
    cached: Millionths | None = None
    currency: str = Field(pattern=r"^[a-z]{3}$")
    since: date | None = None

    @property
    def price(self) -> Price:
        """The price alone."""
        return Price(self.input, self.input if self.cached is None else self.cached, self.output, self.currency)


def book() -> PriceBook:
    """Every price there is and was."""
    return PriceBook((row.model, row.provider, row.since, _price(row)) for row in RouteCost.objects.all())


def current(model: str) -> list[tuple[str, Price]]:
    """What each provider of ``model`` asks today, by provider."""
    today, prices = timezone.now().date(), {}
    for row in RouteCost.objects.filter(model=model, since__lte=today).order_by("since"):
        prices[row.provider] = _price(row)
    return sorted((provider, price) for provider, price in prices.items() if price is not None)


@transaction.atomic
def put(*, model: str, entries: "Iterable[tuple[str, CostEntry | None]]") -> dict[str, tuple[Any, Any]]:
    """Make the price book say what the routes of ``model`` say, a provider and its cost each.

    A price counts from its day on, and until the next one. Returns what that changes, from what to what.
    """
    changed: dict[str, tuple[Any, Any]] = {}
    for provider, entry in dict(entries).items():
        since = entry.since if entry is not None and entry.since is not None else timezone.now().date()
        wanted = None if entry is None else entry.price
        before, is_last = _in_force(model, provider, since)
        if before == wanted and is_last:
            continue
        changed[f"cost at {provider}"] = (_written(before), f"{_written(wanted)} since {since.isoformat()}")
        known = RouteCost.objects.filter(model=model, provider=provider)
        known.filter(since__gte=since).delete()
        fields = _fields(wanted)
        RouteCost.objects.create(model=model, provider=provider, since=since, **fields)
    return changed


def _in_force(model: str, provider: str, day: date) -> tuple[Price | None, bool]:
    """The price of ``day``, and whether no other follows."""
    rows = list(RouteCost.objects.filter(model=model, provider=provider).order_by("since"))
    before = [row for row in rows if row.since <= day]
    return _price(before[-1]) if before else None, len(before) == len(rows)


def _price(row: RouteCost) -> Price | None:
    if not row.currency:
        return None
    return Price(row.input_millionths, row.cached_millionths, row.output_millionths, row.currency)


def _fields(price: Price | None) -> dict[str, Any]:
    if price is None:
        return {"input_millionths": 0, "cached_millionths": 0, "output_millionths": 0, "currency": ""}
    return {
        "input_millionths": price.input,
        "cached_millionths": price.cached,
        "output_millionths": price.output,
        "currency": price.currency,
    }


def _written(price: Price | None) -> str:
    return "not known" if price is None else str(price)
