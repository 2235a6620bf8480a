"""The addresses of signing in with Discord, below ``accounts/``, under the names that allauth uses."""

from django.urls import path

from naxios.discord.sign_in import views

urlpatterns = [
    path("discord/login/", views.oauth2_login, name="discord_login"),
    path("discord/login/callback/", views.oauth2_callback, name="discord_callback"),
    path("discord/confirm/", views.confirm, name="discord_confirm"),
]
