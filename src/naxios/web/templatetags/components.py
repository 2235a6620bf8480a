"""Small components as tags, for those that are called too often to be an include."""

from collections.abc import Iterable
from datetime import datetime
from math import ceil

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from naxios.domain.money import decimal_of_fine, format_fine

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of the vendored sprite (``vendor/lucide/icons.svg``); decoration, hidden from screen readers."""
    sprite = static("vendor/lucide/icons.svg")
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', sprite, name)


@register.simple_tag
def moment(at: datetime | None, never: str = "never") -> SafeString | str:
    """An instant as ``24 Nov 2026, 22:43`` UTC, readable by machines too; ``never`` for none."""
    if at is None:
        return never
    shown = f"{at.day} {at:%b %Y, %H:%M}"
    return format_html(
        '<time datetime="{}" title="{} UTC">{}</time>',
        at.isoformat(timespec="seconds"),
        f"{at:%Y-%m-%d %H:%M:%S}",
        shown,
    )


@register.simple_tag
def meter(label: str, used: int, limit: int) -> SafeString:
    """How much of a limit is used, as a bar that warns from four fifths on."""
    state = "danger" if used >= limit else "warn" if used * 5 >= limit * 4 else ""
    return format_html(
        '<progress class="meter {}" max="{}" value="{}" aria-label="{}">{}</progress>',
        state,
        limit,
        min(used, limit),
        label,
        f"{used:,} of {limit:,}",
    )


@register.simple_tag
def countdown(until: datetime) -> SafeString:
    """The time left until an instant, as ``2 h 5 min``; ``app.js`` counts it down."""
    left = max(0, ceil((until - timezone.now()).total_seconds()))
    hours, minutes, seconds = left // 3600, left % 3600 // 60, left % 60
    text = f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
    return format_html('<span class="number" data-until="{}">{}</span>', until.isoformat(timespec="milliseconds"), text)


@register.simple_tag
def chart_rows(rows: Iterable[tuple[datetime, str, Iterable[int | None]]], currency: str = "") -> SafeString:
    """The rows of a chart's table. There may be hundreds, so they are not left to the template language."""
    cells = (lambda values: _amounts(values, currency)) if currency else _cells
    return format_html_join(
        "\n",
        '<tr><th scope="row"><time datetime="{}">{}</time></th>{}</tr>',
        ((f"{start:%Y-%m-%dT%H:%MZ}", label, cells(values)) for start, label, values in rows),
    )


def _amounts(values: Iterable[int | None], currency: str) -> SafeString:
    """Amounts as they are written, with the bare number for whoever draws them."""
    return format_html_join(
        "",
        '<td class="number" data-value="{}">{}</td>',
        ((decimal_of_fine(v or 0, currency), format_fine(v or 0, currency)) for v in values),
    )


def _cells(values: Iterable[int | None]) -> SafeString:
    # Nothing to escape: digits, commas and dashes.
    return mark_safe("".join(f'<td class="number">{"–" if v is None else f"{v:,}"}</td>' for v in values))  # noqa: S308
