"""Addresses in mails about money."""

from django import template

from naxios.billing import mails

register = template.Library()


@register.filter
def absolute(url: str) -> str:
    """An address with its host: those of our own pages are kept without."""
    return mails.absolute(url)
