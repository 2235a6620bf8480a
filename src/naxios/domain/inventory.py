"""The words of the data inventory: how a stored field is declared.

Each Django app declares its own models in ``inventory.py`` beside them; ``naxios privacy inventory --check`` fails
on a field, cookie, log field or journal field that nobody declared.
"""

from enum import StrEnum

import msgspec


class Category(StrEnum):
    """What kind of data it is, in the privacy policy's terms."""

    ACCOUNT = "account details"
    CREDENTIAL = "credentials (hashed or encrypted)"
    KEY = "API key names, metadata and limits"
    USAGE = "API usage metadata"
    SECURITY = "security and session records"
    BILLING = "billing records"
    TECHNICAL = "technical information"
    CONFIGURATION = "operator configuration, not personal"


class Retention(StrEnum):
    """How long it stays."""

    ACCOUNT_LIFE = "as long as the account exists"
    KEY_LIFE = "as long as the key's account exists; a revoked key stays for its usage records"
    USAGE_PERIOD = "as long as limits, billing and disputes need it"
    TAX_LAW = "as long as tax law asks for invoices and payments"
    SESSION = "until the session ends or expires"
    DAY = "a day"
    THREE_DAYS = "3 days"
    THIRTY_DAYS = "30 days"
    THIRTY_DAYS_UNUSED = "30 days after it was last used"
    NINETY_DAYS_UNSEEN = "90 days after it was last seen"
    FOUR_HUNDRED_DAYS = "400 days after it was last used"
    FREE_TIER = "as long as the free tier is offered, so that nobody gets it twice"
    MOMENT = "minutes: until it has reached the database"
    HOUR = "an hour: until every gateway has seen it"
    AUDIT = "as long as acts of staff have to be accounted for"
    LOG_PERIOD = "as long as the operator keeps logs"
    IN_BROWSER = "until it is changed or cleared in the browser"
    UNTIL_CHANGED = "until the operator changes it"


class Deletion(StrEnum):
    """What happens to it when the account is deleted."""

    ERASE = "erased with the account"
    UNLINK = "kept without the link to a person"
    EXPIRE = "not tied to an account: expires by its retention"
    KEEP = "not personal, kept"


class Declaration(msgspec.Struct, frozen=True):
    """One declared field. ``export`` says whether the person's data export holds it."""

    category: Category
    purpose: str
    retention: Retention
    export: bool
    deletion: Deletion


Fields = dict[str, Declaration]


def configuration(purpose: str) -> Declaration:
    """A field that holds the operator's settings and nothing about a person."""
    return Declaration(Category.CONFIGURATION, purpose, Retention.UNTIL_CHANGED, False, Deletion.KEEP)
