"""A notice for pages that people look at whose keys do not work because they are not verified."""

from typing import Any

from django import template

from naxios.discord import queries

register = template.Library()


@register.inclusion_tag("discord/unverified_notice.html", takes_context=True)
def unverified_notice(context: dict[str, Any]) -> dict[str, Any]:
    """Says why and what to do; nothing for everybody else."""
    return {"told": queries.told_unverified(context["request"].user.pk)}
