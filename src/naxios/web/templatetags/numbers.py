"""Numbers as people read them."""

from django import template

register = template.Library()


@register.filter
def thousands(value: int) -> str:
    """1234567 -> ``1,234,567``."""
    return f"{value:,}"
