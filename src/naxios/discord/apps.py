from django.apps import AppConfig


class DiscordConfig(AppConfig):
    name = "naxios.discord"
