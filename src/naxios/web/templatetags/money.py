"""Money as people read it."""

from django import template

from naxios.domain.money import format_fine, format_money

register = template.Library()


@register.filter
def money(minor: int, currency: str) -> str:
    """1500, "usd" -> ``$15``."""
    return format_money(minor, currency)


@register.filter
def fine(hundredths: int, currency: str) -> str:
    """123456, "usd" -> ``$12.3456``: costs, to the hundredth of a minor unit."""
    return format_fine(hundredths, currency)
