"""Numbers as people read them."""

from django import template

register = template.Library()

_STEPS = ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "k"))


@register.filter
def thousands(value: int) -> str:
    """1234567 -> ``1,234,567``."""
    return f"{value:,}"


@register.filter
def short(value: int) -> str:
    """1234567 -> ``1.2M``; below ten thousand every digit is shown."""
    if abs(value) >= 10_000:
        for step, letter in _STEPS:
            if abs(value) >= step:
                return f"{value / step:.1f}".removesuffix(".0") + letter
    return f"{value:,}"


@register.filter
def milliseconds(microseconds: int) -> str:
    """1234567 -> ``1.23 s``, 12345 -> ``12 ms``."""
    return f"{microseconds / 1_000_000:.2f} s" if microseconds >= 1_000_000 else f"{microseconds / 1_000:.0f} ms"
