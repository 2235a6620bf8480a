from django.apps import AppConfig


class DiscordConfig(AppConfig):
    name = "naxios.discord"

    def ready(self) -> None:
        from naxios.discord import receivers  # noqa: F401  (connects them)
