"""What is left of revenue after providers are paid, by day and model: pure arithmetic over what was used and earned.

Every amount is in hundredths of the currency's minor unit. Cells are whole, and add up to their row, their column and
the total; currencies are never added.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

import msgspec

from naxios.domain.costs import trillionths_of_fine
from naxios.domain.sharing import shared

NO_USE = ""
"""In place of a model: revenue of a day on which nobody who paid used any."""

Cell = tuple[str, date, str]
"""Currency, day, model."""


class Sums(NamedTuple):
    """Revenue and cost of something."""

    revenue: int = 0
    cost: int = 0

    @property
    def margin(self) -> int:
        """What is left."""
        return self.revenue - self.cost

    def plus(self, other: "Sums") -> "Sums":
        """Both together."""
        return Sums(self.revenue + other.revenue, self.cost + other.cost)


class Margins(msgspec.Struct, frozen=True):
    """Revenue and cost by currency, day and model."""

    cells: Mapping[Cell, Sums]

    @property
    def currencies(self) -> list[str]:
        """Those in which anything was earned or spent."""
        return sorted({currency for currency, _, _ in self.cells})

    def by_model(self, currency: str) -> list[tuple[str, Sums]]:
        """Each model's, the largest revenue first."""
        found: dict[str, Sums] = defaultdict(Sums)
        for (of, _, model), sums in self.cells.items():
            if of == currency:
                found[model] = found[model].plus(sums)
        return sorted(found.items(), key=lambda row: (-row[1].revenue, -row[1].cost, row[0]))

    def by_day(self, currency: str) -> Mapping[date, Sums]:
        """Each day's."""
        found: dict[date, Sums] = defaultdict(Sums)
        for (of, day, _), sums in self.cells.items():
            if of == currency:
                found[day] = found[day].plus(sums)
        return dict(found)

    def total(self, currency: str) -> Sums:
        """All of it."""
        return sum_up(sums for (found, _, _), sums in self.cells.items() if found == currency)


def sum_up(found: Iterable[Sums]) -> Sums:
    """All of them together."""
    total = Sums()
    for sums in found:
        total = total.plus(sums)
    return total


def margins(
    *,
    earned: Mapping[tuple[str, date], int],
    tokens: Mapping[tuple[str, date], Mapping[str, int]],
    costs: Mapping[Cell, int],
) -> Margins:
    """Put what was earned and what was spent side by side.

    Parameters
    ----------
    earned : minor units by currency and day.
    tokens : the standard tokens by model of those who paid, by currency and day: by these revenue is shared.
    costs : trillionths of the currency's unit.
    """
    revenue: dict[Cell, int] = {}
    for (currency, day), minor in earned.items():
        models = {model: count for model, count in tokens.get((currency, day), {}).items() if count > 0}
        models = models or {NO_USE: 1}
        for model, part in zip(models, shared(minor * 100, list(models.values())), strict=True):
            revenue[currency, day, model] = part
    spent = _whole(costs)
    cells = {cell: Sums(revenue.get(cell, 0), spent.get(cell, 0)) for cell in sorted(revenue.keys() | spent.keys())}
    return Margins({cell: sums for cell, sums in cells.items() if sums != Sums()})


def _whole(costs: Mapping[Cell, int]) -> dict[Cell, int]:
    """Costs in hundredths of minor units: their sum is rounded once, and shared so that it stays."""
    whole: dict[Cell, int] = {}
    for currency in sorted({cell[0] for cell in costs}):
        cells = [cell for cell, trillionths in costs.items() if cell[0] == currency and trillionths > 0]
        exact = sum(costs[cell] for cell in cells)
        if exact:
            unit = trillionths_of_fine(currency)
            total = (exact + unit // 2) // unit
            whole |= dict(zip(cells, shared(total, [costs[cell] for cell in cells]), strict=True))
    return whole
