"""Money as people read it."""

from django import template

from naxios.domain.money import format_money

register = template.Library()


@register.filter
def money(minor: int, currency: str) -> str:
    """1500, "usd" -> ``$15``."""
    return format_money(minor, currency)
