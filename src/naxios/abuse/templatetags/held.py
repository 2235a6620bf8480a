"""A notice for pages that people whose free tier is held look at."""

from typing import Any

from django import template

from naxios.abuse import queries

register = template.Library()


@register.inclusion_tag("abuse/held_notice.html", takes_context=True)
def held_notice(context: dict[str, Any]) -> dict[str, Any]:
    """Says that the free tier is held and what to do; nothing for everybody else."""
    return {"review": queries.held_review(context["request"].user.pk)}
