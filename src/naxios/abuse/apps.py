from django.apps import AppConfig


class AbuseConfig(AppConfig):
    name = "naxios.abuse"

    def ready(self) -> None:
        from naxios.abuse import receivers  # noqa: F401  (connects them)
