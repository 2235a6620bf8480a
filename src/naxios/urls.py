"""Every page's address. ``/v1/`` is not here: the front door hands it to the gateway."""

from django.urls import include, path

urlpatterns = [
    path("", include("naxios.web.urls")),
    path("", include("naxios.accounts.urls")),
    path("", include("naxios.abuse.urls")),
    path("dashboard/discord/", include("naxios.discord.urls")),
    path("", include("naxios.discord.entrance_urls")),
    path("accounts/", include("allauth.urls")),
    path("dashboard/tokens/", include("naxios.api.token_urls")),
    path("dashboard/keys/", include("naxios.keys.urls")),
    path("dashboard/playground/", include("naxios.playground.urls")),
    path("dashboard/usage/", include("naxios.usage.urls")),
    path("", include("naxios.billing.urls")),
    path("dashboard/plan/", include("naxios.plans.urls")),
    path("dashboard/", include("naxios.dashboard.urls")),
    path("", include("naxios.codes.urls")),
    path("status", include("naxios.status.urls")),
    path("api/", include("naxios.api.urls")),
    path("staff/discord/", include("naxios.discord.staff_urls")),
    path("staff/outbox/", include("naxios.mail.urls")),
    path("staff/", include("naxios.staff.urls")),
]
