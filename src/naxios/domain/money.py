"""Money: integers of a currency's minor unit, and how they are written."""

_WITHOUT_MINOR_UNIT = frozenset(
    {"bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf"}
)
"""Currencies whose minor unit is the unit itself. Source: ISO 4217, as Stripe charges them."""

_THREE_PLACES = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})
_SYMBOLS = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥"}


def format_money(minor: int, currency: str) -> str:
    """``minor`` units of ``currency``, three lower-case letters: 1500 usd -> ``$15``, 1550 chf -> ``15.50 CHF``."""
    places = minor_places(currency)
    whole, fraction = divmod(abs(minor), 10**places)
    amount = f"{whole:,}" + (f".{fraction:0{places}d}" if fraction else "")
    return _with_currency(amount, currency, is_negative=minor < 0)


def format_fine(fine: int, currency: str) -> str:
    """Hundredths of minor units, as costs are shown: 123456 usd -> ``$12.3456``, 120000 -> ``$12.00``."""
    places = minor_places(currency)
    whole, fraction = divmod(abs(fine), 10 ** (places + 2))
    digits = f"{fraction:0{places + 2}d}"
    digits = digits[:places] if digits.endswith("00") else digits
    return _with_currency(f"{whole:,}" + (f".{digits}" if digits else ""), currency, is_negative=fine < 0)


def decimal_of_fine(fine: int, currency: str) -> str:
    """The same as a plain decimal, for programs: 123456 usd -> ``12.3456``."""
    places = minor_places(currency) + 2
    whole, fraction = divmod(abs(fine), 10**places)
    return f"{'-' if fine < 0 else ''}{whole}.{fraction:0{places}d}"


def minor_places(currency: str) -> int:
    """How many decimal places its minor unit is."""
    return 0 if currency in _WITHOUT_MINOR_UNIT else 3 if currency in _THREE_PLACES else 2


def _with_currency(amount: str, currency: str, *, is_negative: bool) -> str:
    symbol = _SYMBOLS.get(currency)
    written = f"{symbol}{amount}" if symbol else f"{amount} {currency.upper()}"
    return f"-{written}" if is_negative else written
