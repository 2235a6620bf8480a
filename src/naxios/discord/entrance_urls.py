"""Addresses in place of allauth's. They come before them."""

from django.urls import path
from django.views.generic import RedirectView

from naxios.discord.sign_in.views import sign_up

_to_discord = RedirectView.as_view(pattern_name="discord:home")

urlpatterns = [
    path("accounts/3rdparty/signup/", sign_up),
    path("accounts/3rdparty/", _to_discord),
]
