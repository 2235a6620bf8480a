"""The privacy policy's date, and its table of what is stored, read from the data inventory."""

from datetime import date
from typing import Any, NamedTuple

from naxios.domain.inventory import Category
from naxios.privacy import queries

LAST_UPDATED = date(2026, 11, 24)


class Stored(NamedTuple):
    """One kind of personal data: why it is stored, how long, and what deleting the account does to it."""

    category: str
    purposes: list[str]
    retentions: list[str]
    deletions: list[str]


def stored() -> list[Stored]:
    """Every category of the inventory with what a person would find in an export, and credentials, which none holds."""
    rows = [row for row in queries.inventory() if row["export"] or row["category"] == Category.CREDENTIAL]
    return [
        Stored(
            category.value,
            _distinct(rows, category, "purpose"),
            _distinct(rows, category, "retention"),
            _distinct(rows, category, "deletion"),
        )
        for category in Category
        if any(row["category"] == category for row in rows)
    ]


def _distinct(rows: list[dict[str, Any]], category: Category, column: str) -> list[str]:
    return list(dict.fromkeys(str(row[column]) for row in rows if row["category"] == category))
