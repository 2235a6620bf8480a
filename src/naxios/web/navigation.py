"""The dashboard's navigation: every place it can have, of which those that exist are shown."""

from typing import NamedTuple

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse


class Place(NamedTuple):
    """One entry: what it is called, its URL's name and its icon in the sprite."""

    label: str
    url_name: str
    icon: str


class Group(NamedTuple):
    """Entries under one heading; the first group has none."""

    heading: str
    places: tuple[Place, ...]


SITE = (
    Group(
        "",
        (
            Place("Models", "web:models", "boxes"),
            Place("Pricing", "web:pricing", "tag"),
            Place("Docs", "web:docs", "book-open"),
            Place("Status", "status:overview", "activity"),
        ),
    ),
)
DASHBOARD = (
    Group(
        "",
        (
            Place("Home", "dashboard:home", "house"),
            Place("Keys", "keys:list", "key-round"),
            Place("Usage", "usage:explore", "chart-column"),
            Place("Limits", "dashboard:limits", "gauge"),
            Place("Playground", "playground:chat", "message-square-text"),
        ),
    ),
    Group(
        "Plan",
        (
            Place("Billing", "billing:home", "credit-card"),
            Place("Redeem a code", "codes:redeem", "ticket"),
            Place("Discord", "discord:home", "users"),
        ),
    ),
    Group(
        "Account",
        (
            Place("Security", "accounts:security", "shield-check"),
            Place("Access tokens", "tokens:list", "terminal"),
            Place("Settings", "accounts:settings", "settings"),
            Place("Privacy", "privacy:home", "file-lock"),
            Place("Support", "support:home", "life-buoy"),
        ),
    ),
)
CONSOLE = (
    Group(
        "",
        (
            Place("Overview", "staff:home", "activity"),
            Place("Integrations", "staff:integrations", "plug"),
            Place("Accounts", "staff:accounts", "user"),
            Place("Discord", "discord_staff:overview", "users"),
            Place("Reviews", "abuse:reviews", "eye"),
            Place("Payments", "billing:staff", "credit-card"),
            Place("Revenue", "billing:revenue", "chart-column"),
            Place("Margin", "staff:margin", "layers"),
            Place("Codes", "codes:batches", "ticket"),
            Place("Audit", "staff:audit", "book-open"),
            Place("Outbox", "mail:outbox", "inbox"),
        ),
    ),
)


def existing(groups: tuple[Group, ...], request: HttpRequest) -> list[dict[str, object]]:
    """Groups with the places that have a page, each with its address and whether it is the present one."""
    shown: list[dict[str, object]] = []
    for group in groups:
        places = []
        for place in group.places:
            try:
                url = reverse(place.url_name)
            except NoReverseMatch:
                continue  # the part that it belongs to is not there
            current = request.path == url or (url.count("/") > 2 and request.path.startswith(url))
            places.append({"label": place.label, "icon": place.icon, "url": url, "current": current})
        if places:
            shown.append({"heading": group.heading, "places": places})
    return shown
