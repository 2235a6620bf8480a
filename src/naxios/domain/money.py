"""Money: integers of a currency's minor unit, and how they are written."""

_WITHOUT_MINOR_UNIT = frozenset(
    {"bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf"}
)
"""Currencies whose minor unit is the unit itself. Source: ISO 4217, as Stripe charges them."""

_THREE_PLACES = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})
_SYMBOLS = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥"}


def format_money(minor: int, currency: str) -> str:
    """``minor`` units of ``currency``, three lower-case letters: 1500 usd -> ``$15``, 1550 chf -> ``15.50 CHF``."""
    places = 0 if currency in _WITHOUT_MINOR_UNIT else 3 if currency in _THREE_PLACES else 2
    whole, fraction = divmod(abs(minor), 10**places)
    amount = f"{whole:,}" + (f".{fraction:0{places}d}" if fraction else "")
    symbol = _SYMBOLS.get(currency)
    written = f"{symbol}{amount}" if symbol else f"{amount} {currency.upper()}"
    return f"-{written}" if minor < 0 else written
