"""Standard tokens: (input + output) tokens x the model's multiplier, rounded up to a whole token.

A multiplier is a decimal with at most six places. It travels as an integer of millionths, so that what is
counted never depends on floating point.
"""

from decimal import Decimal, InvalidOperation

MILLION = 1_000_000
MAX_MULTIPLIER = 10_000
_MILLIONTH = Decimal("0.000001")

BYTES_PER_TOKEN = 4
"""UTF-8 bytes of English prose and code per token: the usual rule of thumb of all major tokenizers."""

TOKENS_PER_ATTACHMENT = 1_000
"""What one inlined image or file is reserved at: tokens of an image depend on its size in pixels, not in bytes."""


def parse_multiplier(text: str) -> int:
    """Millionths of ``text`` ("1", "0.5", "2.25").

    Raises
    ------
    ValueError
        Not a decimal between 0 and 10,000 with at most six places.
    """
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text!r} is not a decimal number such as 1 or 0.25") from None
    if not value.is_finite() or not 0 <= value <= MAX_MULTIPLIER:
        raise ValueError(f"a multiplier is between 0 and {MAX_MULTIPLIER}, not {text}")
    six_places = value.quantize(_MILLIONTH)  # compared rather than scaled: arithmetic would round to 28 digits
    if value != six_places:
        raise ValueError(f"a multiplier has at most six decimal places, {text} has more")
    return int(six_places * MILLION)


def format_multiplier(millionths: int) -> str:
    """The shortest decimal of ``millionths``: 1000000 -> "1", 250000 -> "0.25"."""
    text = f"{Decimal(millionths) / MILLION:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def standard_tokens(tokens: int, multiplier: int) -> int:
    """``tokens`` x ``multiplier`` (millionths), rounded up."""
    return -(-tokens * multiplier // MILLION)


def estimate_tokens(size: int) -> int:
    """Tokens that ``size`` bytes of UTF-8 text are taken for until a provider has counted them (at least 1)."""
    return max(1, -(-size // BYTES_PER_TOKEN))
